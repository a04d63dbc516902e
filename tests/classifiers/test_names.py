"""Legal names taken apart, and the spellings under which a firm is looked for."""

import re

import pytest

from oncu.classifiers.names import common_words, make_aliases, name_words, parse_name


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("A.Ş.", "anonim"),
        ("AŞ", "anonim"),
        ("A.S.", "anonim"),
        ("Anonim Şirketi", "anonim"),
        ("ANONİM ŞİRKETİ", "anonim"),
        ("T.A.Ş.", "anonim"),
        ("A.O.", "ortaklik"),
        ("Ltd. Şti.", "limited"),
        ("LTD.ŞTİ", "limited"),
        ("Limited Şirketi", "limited"),
        ("Ltd", "limited"),
        ("Koll. Şti.", "kollektif"),
        ("Koop.", "kooperatif"),
        ("Inc.", "inc"),
        ("GmbH", "gmbh"),
        ("S.A.", "sa"),
        ("LLC", "inc"),
        ("PLC", "plc"),
        ("B.V.", "bv"),
        ("AG", "gmbh"),
    ],
)
def test_legal_form_is_read_in_every_spelling(form: str, expected: str) -> None:
    parsed = parse_name(f"Nurova Tekstil {form}")
    assert (parsed.core, parsed.legal_form) == ("nurova tekstil", expected)


def test_trade_words_leave_the_core() -> None:
    parsed = parse_name("Nurova Tekstil San. ve Tic. A.Ş.")
    assert (parsed.core, parsed.sector_words, parsed.brand) == ("nurova tekstil", ("san", "ve", "tic"), "nurova")


def test_holding_is_no_legal_form() -> None:
    assert parse_name("Nurova Holding A.Ş.").core == "nurova holding"


def test_name_of_only_a_form_stays_a_name() -> None:
    assert parse_name("A.Ş.").core == "a s"


def test_empty_name_has_no_aliases() -> None:
    assert make_aliases("") == ()


def test_abbreviations_are_aliases_both_ways() -> None:
    long = {alias.text for alias in make_aliases("Nurova İnşaat Sanayi ve Ticaret A.Ş.")}
    short = {alias.text for alias in make_aliases("Nurova İnş. San. ve Tic. A.Ş.")}
    assert {"nurova insaat sanayi ve ticaret", "nurova ins san ve tic", "nurova insaat", "nurova ins"} <= long & short


def test_short_name_loses_its_form() -> None:
    assert ("nurova", "short") in {(a.text, a.kind) for a in make_aliases("NRV Tekstil A.Ş.", ["Nurova A.Ş."])}


def test_nation_before_a_name_is_left_out_in_speech() -> None:
    assert "nurova bankasi" in {alias.text for alias in make_aliases("Türkiye Nurova Bankası A.Ş.")}


@pytest.mark.parametrize("name", ["Garanti Tekstil A.Ş.", "Bursa Gıda Ltd. Şti.", "Oba Gıda A.Ş."])
def test_first_word_is_no_alias_when_common_or_short(name: str) -> None:
    assert "brand" not in {alias.kind for alias in make_aliases(name)}


def test_word_lists_are_folded() -> None:
    lists = [*common_words().words, *common_words().places, *name_words().sector, *name_words().forms]
    assert [word for word in lists if not re.fullmatch(r"[a-z0-9]+(?: [a-z0-9]+)*", word)] == []


def test_trade_words_alone_are_nobodys_name():
    assert make_aliases("Sanayi ve Ticaret A.Ş.") == ()
