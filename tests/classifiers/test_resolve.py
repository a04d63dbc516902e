"""Marked names resolved to firms, and doubles among firms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.firms.agreement import read_name
from oncu.classifiers.firms.resolve import MAYBE, SAME, Candidate, FirmRecord, build_resolver

TAX, OTHER_TAX, MISTYPED_TAX = "1234567890", "3980312749", "1234567891"
LEI = "529900T8BM49AURSDO55"

TEKSTIL = FirmRecord("tekstil", "Nurova Tekstil San. ve Tic. A.Ş.", city="Bursa", tax_id=TAX)
GIDA = FirmRecord("gida", "Nurova Gıda Ltd. Şti.", city="Bursa")
BANK = FirmRecord("bank", "Türkiye Kıyı Bankası A.Ş.", ticker="KIYIB", website="https://www.kiyibank.com.tr")
YAPI = FirmRecord("yapi", "Vadipınar Yapı İnşaat Taahhüt Ltd. Şti.", city="Konya", lei=LEI)
RESOLVER = build_resolver([TEKSTIL, GIDA, BANK, YAPI])


def ask(name: str, **known: str) -> list[Candidate]:
    return RESOLVER.candidates(FirmRecord("asked", name, **known))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "firm"),
    [
        ("NUROVA TEKSTİL SANAYİ VE TİCARET ANONİM ŞİRKETİ", "tekstil"),
        ("Nurova Tekstil", "tekstil"),
        ("nurova teks.", "tekstil"),
        ("Tekstil Nurova A.Ş.", "tekstil"),
        ("Nurva Tekstil A.Ş.", "tekstil"),
        ("NUR0VA TEKST1L A.Ş.", "tekstil"),
        ("NurovaTekstil", "tekstil"),
        ("Nurova Gıda", "gida"),
        ("VADİPINAR YAPI İNŞ. TAAH. LTD. ŞTİ.", "yapi"),
        ("Vadi Pınar Yapı", "yapi"),
        ("Kıyı Bankası", "bank"),
        ("kiyibank", "bank"),
        ("KIYIB", "bank"),
    ],
)
def test_first_candidate_is_the_firm_meant(name: str, firm: str) -> None:
    assert ask(name)[0].record_id == firm


def test_name_of_nobody_has_no_candidate() -> None:
    assert ask("Pınarkent Seramik A.Ş.") == []


def test_sister_firm_is_never_taken_for_the_same() -> None:
    assert all(candidate.score < SAME for candidate in ask("Nurova Holding A.Ş."))


def test_same_tax_number_and_name_are_the_same_firm() -> None:
    best = ask("Nurova Tekstil", tax_id=TAX)[0]
    assert (best.record_id, best.basis, best.score >= SAME) == ("tekstil", "tax_id", True)
    assert best.reason.startswith("same tax number; same name")


def test_same_tax_number_under_quite_another_name_waits_for_a_person() -> None:
    best = ask("Pınarkent Seramik A.Ş.", tax_id=TAX)[0]
    assert best.record_id == "tekstil" and MAYBE <= best.score < SAME


def test_other_tax_number_speaks_against_the_same_name() -> None:
    best = ask("Nurova Tekstil San. ve Tic. A.Ş.", tax_id=OTHER_TAX)[0]
    assert best.score < MAYBE and "other tax number" in best.reason


def test_same_name_in_the_same_city_with_another_tax_number_may_be_a_sister_firm() -> None:
    best = ask("Nurova Tekstil San. ve Tic. A.Ş.", city="Bursa", tax_id=OTHER_TAX)[0]
    assert MAYBE <= best.score < SAME and "may be sister firms" in best.reason


def test_mistyped_tax_number_does_not_contradict() -> None:
    best = ask("Nurova Tekstil A.Ş.", city="Bursa", tax_id=MISTYPED_TAX)[0]
    assert best.score >= SAME and "a typo apart" in best.reason


def test_tax_number_is_read_from_the_mersis() -> None:
    assert ask("Nurova Tekstil", mersis=f"0{TAX}00015")[0].basis == "tax_id"


def test_numbers_that_contradict_each_other_wait_for_a_person() -> None:
    firm = FirmRecord("one", "Nurova Tekstil A.Ş.", tax_id=TAX, lei=LEI)
    asked = FirmRecord("asked", "Nurova Tekstil A.Ş.", tax_id=OTHER_TAX, lei=LEI)
    best = build_resolver([firm]).candidates(asked)[0]
    assert MAYBE <= best.score < SAME and "contradict" in best.reason


@pytest.mark.parametrize(
    ("known", "basis"),
    [
        ({"lei": LEI}, "lei"),
        ({"ticker": "KIYIB"}, "ticker"),
        ({"website": "http://kiyibank.com.tr/hakkimizda"}, "website"),
    ],
)
def test_basis_says_what_the_firm_was_found_by(known: dict[str, str], basis: str) -> None:
    name = "Vadipınar Yapı" if basis == "lei" else "Kıyı Bankası"
    assert ask(name, **known)[0].basis == basis


def test_short_name_counts_as_a_name() -> None:
    firm = FirmRecord("holding", "Kıyı Vadi Yatırım Holding A.Ş.", short_names=("Kıvaho",))
    assert build_resolver([firm, GIDA]).candidates(FirmRecord("asked", "KIVAHO"))[0].record_id == "holding"


def test_name_of_two_firms_is_sure_of_neither_and_says_so() -> None:
    twins = [FirmRecord(city, "Yılmaz İnşaat Ltd. Şti.", city=city) for city in ("Bursa", "Konya")]
    found = build_resolver(twins).candidates(FirmRecord("asked", "Yılmaz İnşaat"))
    assert len(found) == 2 and all(one.score < SAME and "1 other as near" in one.reason for one in found)


def test_city_tells_namesakes_apart() -> None:
    twins = [FirmRecord(city, "Yılmaz İnşaat Ltd. Şti.", city=city) for city in ("Bursa", "Konya")]
    assert build_resolver(twins).candidates(FirmRecord("asked", "Yılmaz İnşaat", city="KONYA"))[0].record_id == "Konya"


def test_rare_words_weigh_more_than_common_ones() -> None:
    firms = [FirmRecord("rare", "Zerkofal Tekstil A.Ş."), FirmRecord("common", "Yılmaz Gıda A.Ş.")]
    found = build_resolver(firms).candidates(FirmRecord("asked", "Zerkofal Gıda A.Ş."))
    assert found[0].record_id == "rare"


@given(st.text(max_size=40), st.sampled_from(["Bursa", None]), st.sampled_from([TAX, OTHER_TAX, "12", None]))
def test_scores_never_saturate_and_come_best_first(name: str, city: str | None, tax_id: str | None) -> None:
    scores = [one.score for one in RESOLVER.candidates(FirmRecord("asked", name, city=city, tax_id=tax_id))]
    assert scores == sorted(scores, reverse=True) and all(0.05 <= score <= 0.99 for score in scores)


def test_limit_is_kept() -> None:
    firms = [FirmRecord(f"{n}", f"Nurova Tekstil {n} A.Ş.", city="Bursa") for n in range(5)]
    asked = FirmRecord("asked", "Nurova Tekstil A.Ş.", tax_id=TAX)
    assert len(build_resolver([*firms, TEKSTIL]).candidates(asked, limit=1)) == 1


def test_many_are_answered_as_one() -> None:
    asked = [FirmRecord("a", "Nurova Tekstil"), FirmRecord("b", "Kıyı Bankası")]
    assert list(RESOLVER.candidates_of(asked)) == [RESOLVER.candidates(one) for one in asked]


def test_each_pair_of_doubles_is_told_once() -> None:
    again = [FirmRecord("again", "NUROVA TEKSTİL SANAYİ TİCARET ANONİM ŞİRKETİ", city="BURSA"), TEKSTIL, GIDA, YAPI]
    assert [{pair.one, pair.other} for pair in build_resolver(again).duplicates()] == [{"again", "tekstil"}]


def test_doubles_are_found_by_number_whatever_their_names() -> None:
    renamed = FirmRecord("renamed", "Kıyıkent Dokuma A.Ş.", tax_id=TAX)
    pairs = list(build_resolver([TEKSTIL, renamed, GIDA]).duplicates())
    assert [(pair.basis, pair.reason.split(";")[0]) for pair in pairs] == [("tax_id", "same tax number")]


def test_doubles_come_best_first_above_the_minimum() -> None:
    firms = [
        TEKSTIL,
        FirmRecord("same", TEKSTIL.name, city="Bursa"),
        FirmRecord("near", "Nurova Tekstil", city="Bursa"),
    ]
    scores = [pair.score for pair in build_resolver(firms).duplicates(minimum=0.5)]
    assert scores == sorted(scores, reverse=True) and min(scores) >= 0.5


@pytest.mark.parametrize("name", ["Nurvoa Tekstil A.Ş.", "Tekstil Nurova A.Ş.", "NUROVA TEKS. SAN. TİC. A.Ş."])
def test_doubles_are_found_under_names_written_otherwise(name: str) -> None:
    again = FirmRecord("again", name, city="Bursa")
    pairs = build_resolver([TEKSTIL, GIDA, YAPI, again]).duplicates(minimum=0.05)
    assert {"again", "tekstil"} in [{pair.one, pair.other} for pair in pairs]


def test_comparing_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    list(RESOLVER.duplicates(progress=lambda done, total: told.append((done, total))))
    assert told == [(4, 4)]


def test_beginning_of_a_long_name_is_it_rather_than_a_name_a_typo_away() -> None:
    long = FirmRecord("long", "Morgan Enerji Yatırım Holding A.Ş.")
    typo = FirmRecord("typo", "Mosgan Enerji Ltd. Şti.")
    found = build_resolver([TEKSTIL, GIDA, BANK, YAPI, long, typo]).candidates(FirmRecord("asked", "Morgan Enerji"))
    assert found[0].record_id == "long"


@pytest.mark.parametrize("form", ["S. de R.L. de C.V.", "d.o.o.", "Sp. z o.o.", "S.A.P.I.", "Spółka jawna", "SAGL"])
def test_forms_of_the_world_are_no_part_of_a_marked_name(form: str) -> None:
    assert read_name(f"Nurova Tekstil {form}").words == ("nurova", "tekstil")


def test_list_of_nobody_has_no_candidates_and_no_doubles() -> None:
    empty = build_resolver([])
    assert (empty.candidates(TEKSTIL), list(empty.duplicates())) == ([], [])
