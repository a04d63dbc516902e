"""What a tag's sentence states: sums, dates, places, other firms."""

import pytest

from oncu.classifiers.stories.stated import read_stated
from oncu.classifiers.tags.tagger import build_tagger
from oncu.config.load import load_signal_types


@pytest.mark.parametrize(
    ("sentence", "language", "amount", "currency"),
    [
        ("Gökova Cam 1.234.567,89 TL ödedi", "tr", 1234567.89, "TRY"),
        ("Gökova Cam'a 120 milyon TL ceza", "tr", 120e6, "TRY"),
        ("Gökova Cam 3,5 milyar dolarlık yatırım yapıyor", "tr", 3.5e9, "USD"),
        ("Corbelt Pumps to invest $12m", "en", 12e6, "USD"),
        ("Corbelt Pumps fined £1.5bn", "en", 1.5e9, "GBP"),
        ("Gökova Cam 400 işçi alacak", "tr", None, None),
    ],
)
def test_sum_of_money_is_read_with_its_currency(sentence, language, amount, currency):
    stated = read_stated(sentence, language=language)
    assert (stated.amount, stated.currency) == (amount, currency)


@pytest.mark.parametrize(
    ("sentence", "language", "dates"),
    [
        ("Gökova Cam 31.12.2025 tarihinde kapanıyor", "tr", ("2025-12-31",)),
        ("Gökova Cam 12 Mart 2026'da açıldı", "tr", ("2026-03-12",)),
        ("Gökova Cam 12 Mart'ta greve gidiyor", "tr", ("03-12",)),
        ("Corbelt Pumps closes on March 12, 2026", "en", ("2026-03-12",)),
        ("Gökova Cam 31.13.2025 dedi", "tr", ()),
    ],
)
def test_dates_are_iso_and_without_a_year_month_and_day(sentence, language, dates):
    assert read_stated(sentence, language=language).dates == dates


def test_other_firms_are_counterparties_and_the_client_is_not():
    sentence = "Gökova Cam A.Ş., Bursa'daki deposunu Vadi Lojistik A.Ş.'ye sattı"
    stated = read_stated(sentence, client="Gökova Cam")
    assert (stated.counterparties, stated.places) == (("Vadi Lojistik A.Ş",), ("Bursa",))


def test_only_what_is_stated_is_kept():
    assert read_stated("Gökova Cam geri adım attı").as_row() == {}


def test_accepted_tag_carries_the_facts_of_its_sentence():
    text = "Rekabet Kurulu Gökova Cam'a 48 milyon lira ceza kesti"
    (tag,) = [t for t in build_tagger(load_signal_types()).read(text) if t.type == "regulatory_penalty"]
    assert (tag.facts.amount, tag.facts.currency) == (48e6, "TRY")
