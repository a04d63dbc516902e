"""Two tellings of one client and type: one event or two, with why; quality on invented pairs of our own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
import yaml

from oncu.classifiers.stories.events import Telling, is_retrospective, new_facts, same_event
from oncu.classifiers.tags.tagger import build_tagger
from oncu.config.load import load_signal_types

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
PAIRS = Path(__file__).parents[1] / "quality" / "events.yml"
FLOORS = {"set": (0.97, 0.95), "kept": (0.95, 0.8)}  # precision, recall of "one event"


def telling(text, day=0, **more):
    values = {"name": "Simya İlaç", "told_at": DAY + timedelta(days=day), "source": "gazete"}
    return Telling(text, **values | more)


def pairs(half):
    """(one, other, is the same event) of one half of the groups: even ones set the weights, odd ones judge."""
    groups = yaml.safe_load(PAIRS.read_text(encoding="utf-8"))[half == "kept" :: 2]
    return [*chain.from_iterable(map(pairs_of, groups))]


@cache
def tagger():
    return build_tagger({code: spec for code, spec in load_signal_types().items() if not spec.derived})


def cue_of(text, code, language):
    """The words for which the shipped tagger gives a text its type; nothing where it does not."""
    found = [tag for tag in tagger().read(text, language=language) if tag.type == code]
    return text[found[0].start : found[0].end] if found else ""


def pairs_of(group):
    language = group.get("language", "tr")
    (a0, a1), (b0, b1) = (
        [
            telling(text, day, name=group["client"], language=language, cue=cue_of(text, group["type"], language))
            for day, text in event
        ]
        for event in (group["a"], group["b"])
    )
    return [(a0, a1, True), (b0, b1, True), (a0, b0, False), (a1, b1, False)]


@pytest.mark.parametrize("half", ["set", "kept"])
@pytest.mark.parametrize("on_one_day", [False, True])
def test_one_event_in_other_words_is_told_from_two(half, on_one_day):
    judged = [
        (same_event(one, replace(other, told_at=one.told_at) if on_one_day else other).is_same, truth)
        for one, other, truth in pairs(half)
    ]
    right = sum(said and truth for said, truth in judged)
    precision, recall = right / sum(said for said, _ in judged), right / sum(truth for _, truth in judged)
    assert (precision >= FLOORS[half][0], recall >= FLOORS[half][1]) == (True, True), (precision, recall)


PLANT = "Simya İlaç Bursa'da 120 milyon liralık fabrika kuruyor"


def test_the_reason_names_what_is_shared():
    found = same_event(telling(PLANT), telling("Bursa'ya 120 milyon TL: Simya İlaç tesis açıyor", 2))
    assert found.is_same and found.reason.startswith("same client and type, 2 days apart, shares 120 million TRY")


def test_a_reason_counts_names_and_does_not_say_them():
    one = telling("Simya İlaç davayı kazandı, karşı taraf Sevda Örnekoğlu itiraz etti")
    other = telling("Mahkeme Sevda Örnekoğlu'nun istemini reddetti, Simya İlaç haklı bulundu")
    reason = same_event(one, other).reason
    assert "shares 2 names" in reason and "rnek" not in reason


@pytest.mark.parametrize(
    "other",
    [
        "Simya İlaç Bursa'da 40 milyon liralık fabrika kuruyor",
        "Simya İlaç Manisa'da 120 milyon liralık fabrika kuruyor",
    ],
)
def test_a_fact_that_contradicts_makes_two_events(other):
    assert not same_event(telling(PLANT), telling(other, 1)).is_same


def test_one_registry_number_is_one_event_and_two_of_one_register_are_two():
    one, other = telling("İlan", event_key="2026/51"), telling("Bambaşka bir metin", event_key="2026/51", source="b")
    third = telling("İlan", event_key="2026/52")
    assert (same_event(one, other).is_same, same_event(one, third).is_same) == (True, False)


def test_time_alone_is_no_proof():
    assert not same_event(telling("Simya İlaç dava açtı"), telling("Simya İlaç yargıya taşındı")).is_same


def test_the_same_words_a_month_later_are_another_event():
    assert not same_event(telling(PLANT), telling(PLANT, 30)).is_same


def test_what_a_later_telling_adds_is_named():
    later = telling("Simya İlaç Bursa fabrikası için 120 milyon lira harcayacak, 250 kişi çalışacak")
    assert (new_facts(later, telling(PLANT).facts.facts), new_facts(telling(PLANT), later.facts.facts)) == (
        ["250 people"],
        [],
    )


@pytest.mark.parametrize(
    "text",
    [
        "Simya İlaç yangınının üzerinden on yıl geçti",
        "Fabrika yangınının yıl dönümünde ölenler anıldı",
        "Five years on: the fire at Simya",
    ],
)
def test_an_anniversary_looks_back(text):
    assert is_retrospective(telling(text))


@pytest.mark.parametrize("sentence", ["2019 yılında çıkan yangında depo kül olmuştu.", "Yangın 12.03.2021 günü çıktı."])
def test_a_sentence_of_years_long_gone_looks_back(sentence):
    assert is_retrospective(telling("Simya İlaç"), sentence)


@pytest.mark.parametrize(
    "text", ["Simya İlaç cirosunu geçen yıla göre artırdı", "Simya İlaç 2025 bilançosunu açıkladı"]
)
def test_news_with_a_year_in_it_is_news(text):
    assert not is_retrospective(telling(text), text)


@pytest.mark.parametrize("number", range(3))
def test_the_order_of_two_tellings_does_not_matter(number):
    one, other, _ = pairs("set")[number]
    there, back = same_event(one, other), same_event(other, one)
    assert (there.is_same, there.score) == (back.is_same, back.score)
