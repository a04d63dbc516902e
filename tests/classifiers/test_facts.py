"""Facts of a text: amounts, counts, places, dates, file numbers."""

import pytest

from oncu.classifiers.stories.facts import read_facts, read_number


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("120 milyon liralık tesis", ("TRY", 120e6)),
        ("1,2 milyar TL", ("TRY", 1.2e9)),
        ("1 milyon 100 bin lira", ("TRY", 1.1e6)),
        ("1.250.000 TL", ("TRY", 1.25e6)),
        ("14 milyon dolarlık", ("USD", 14e6)),
        ("$45 deal", ("USD", 45.0)),
        ("3,2 milyon avroluk", ("EUR", 3.2e6)),
        ("120 milyonluk yatırım", ("sum", 120e6)),
        ("250 mavi yakalı işçi", ("people", 250.0)),
        ("iki işçi yaralandı", ("people", 2.0)),
        ("60 MW'lık santral", ("MW", 60.0)),
        ("18 bin metrekarelik arsa", ("m2", 18e3)),
        ("yüzde 12 arttı", ("%", 12.0)),
        ("%12,5 arttı", ("%", 12.5)),
        ("2026/114 esas", ("number", "2026/114")),
        ("belge no 512345", ("number", "512345")),
        ("12 Mart'ta açıldı", ("date", "03-12")),
        ("13.04.2026 günü", ("date", "04-13")),
        ("Bursa'daki tesis", ("place", "Bursa")),
        ("BURSA'DAKİ TESİS", ("place", "Bursa")),
    ],
)
def test_a_fact_is_read(text, fact):
    assert fact in read_facts(text).facts


@pytest.mark.parametrize("text", ["Ordu alarmda", "Van durdu", "2026 yılında", "bir işçi", "512345 kutu"])
def test_what_may_be_a_word_or_a_year_is_no_place_and_no_number(text):
    assert not {"place", "number", "people"} & read_facts(text).kinds


def test_numbers_are_read_the_way_of_their_language():
    assert (read_number("1.250"), read_number("1,250", "en"), read_number("1,25"), read_number("2026/51")) == (
        1250.0,
        1250.0,
        1.25,
        None,
    )


def test_a_capital_says_nothing_in_a_headline_full_of_them():
    assert read_facts("Nehir Kimya Yeni Depo Satın Aldı").names == frozenset()


def test_a_name_inside_a_sentence_is_kept_without_its_suffix():
    assert read_facts("Depoyu dün Akpınar'dan devraldı").names == {"akpinar"}
