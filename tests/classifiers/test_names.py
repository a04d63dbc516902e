"""Legal names taken apart, and the spellings under which a firm is looked for."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.firms.names import common_words, guess_aliases, make_aliases, name_words, parse_name, split_form
from oncu.classifiers.text import fold_key


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
    assert {"nurova insaat", "nurova ins"} <= long & short


def test_trade_words_at_the_end_are_no_alias_of_their_own() -> None:
    assert [a.text for a in make_aliases("Nurova Sanayi ve Ticaret A.Ş.")] == ["nurova"]


@pytest.mark.parametrize("name", ["1001 Ticaret A.Ş.", "Ö Ticaret A.Ş."])
def test_name_that_is_no_word_is_known_with_its_trade_words(name: str) -> None:
    assert {alias.kind for alias in make_aliases(name)} == {"legal"}


@pytest.mark.parametrize(
    ("name", "removed", "left"),
    [
        ("Nurova Tekstil Sanayi A.Ş.", "NUROVA TEKSTİL", {"nurova tekstil sanayi", "nurova teks san", "nurova"}),
        ("Nurova Tekstil Sanayi A.Ş.", "Nurova A.Ş.", {"nurova tekstil", "nurova teks"}),
        ("Nurova Tekstil Koll. Şti.", "Nurova Tekstil", {"nurova", "nurova tekstil kollektif sirketi"}),
    ],
)
def test_name_that_a_person_removed_is_known_with_what_follows_it_only(name: str, removed: str, left: set[str]) -> None:
    found = {alias.text for alias in make_aliases(name, (), [removed])}
    assert left <= found and not found & {fold_key(removed), "nurova" if "A.Ş." in removed else "nurova tekstil"}


def test_trade_words_have_no_initials() -> None:
    assert guess_aliases("Nurova Kıyı Vadi Sanayi ve Ticaret A.Ş.") == ()


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


@pytest.mark.parametrize(
    ("name", "core", "form"),
    [
        ("Nurova Tekstil Limited Ş.", "nurova tekstil", "limited"),
        ("Nurova Tekstil Anonim Şti.", "nurova tekstil", "anonim"),
        ("Nurova Tekstil A. Ş.", "nurova tekstil", "anonim"),
        ("Nurova Tekstil Kom. Şti.", "nurova tekstil", "komandit"),
        ("Nurova Tekstil Koll.", "nurova tekstil", "kollektif"),
        ("Nurova Eğitim Vakfı İktisadi İşletmesi", "nurova egitim vakfi", "iktisadi"),
        ("Sınırlı Sorumlu Nurova Konut Yapı Kooperatifi", "nurova konut yapi", "kooperatif"),
        ("S.S. Nurova Konut Yapı Koop.", "nurova konut yapi", "kooperatif"),
        ("Nurova Anonim Türk Sigorta Şirketi", "nurova sigorta", "anonim"),
        ("Nurova Handels GmbH & Co. KG", "nurova handels", "gmbh"),
        ("Nurova Trading Sdn Bhd", "nurova trading", "limited_company"),
        ("Nurova Aktiebolag", "nurova", "joint_stock"),
        ("Nurova Sp. z o.o.", "nurova", "limited_company"),
    ],
)
def test_form_of_a_marked_name_is_read(name: str, core: str, form: str) -> None:
    parsed = parse_name(name)
    assert (parsed.core, parsed.legal_form) == (core, form)


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("Nurova Tekstil A.Ş. (Eski unvanı: Vadi Gıda Ltd. Şti.)", "eski unvani vadi gida ltd sti"),
        ("Nurova Tekstil A.Ş. Eski Ünvanı Vadi Gıda Ltd. Şti.", "eski unvani vadi gida ltd sti"),
        ("Tasfiye Halinde Nurova Tekstil A.Ş.", "tasfiye halinde"),
        ("Nurova Tekstil A.Ş. (Konkordato Mühletinde)", "konkordato muhletinde"),
        ("İflas Halinde Nurova Tekstil A.Ş.", "iflas halinde"),
        ("Nurova Tekstil A.Ş. Türkiye İstanbul Merkez Şubesi", "turkiye istanbul merkez subesi"),
        ("Nurova Tekstil Bursa Şubesi", "bursa subesi"),
    ],
)
def test_what_is_said_beside_a_name_leaves_it(name: str, note: str) -> None:
    parsed = parse_name(name)
    assert (parsed.core, parsed.notes) == ("nurova tekstil", (note,))


def test_town_in_brackets_is_a_part_of_the_name() -> None:
    assert parse_name("Nurova (Kütahya) Seramik A.Ş.").core == "nurova kutahya seramik"


TEXT = """Nurova Tekstil San. Tic. ve A.Ş. Ltd. Şti. Limited Şirketi Anonim Türk Holding Tasfiye Halinde (Eski unvanı
Vadi) S.S. Kooperatifi Şubesi İstanbul Merkez GmbH & Co. KG Inc. Koll. İktisadi İşletmesi 7 D'or e-Ticaret AŞ GYO"""
NAMES = st.lists(st.sampled_from(TEXT.split()), max_size=9).map(" ".join)


@given(NAMES)
def test_parsed_name_holds_every_word_and_no_other(name: str) -> None:
    parsed = parse_name(name)
    parts = " ".join((parsed.core, *parsed.sector_words, *parsed.form_words, *parsed.notes))
    assert sorted(parts.split()) == sorted(fold_key(name).split())


@given(NAMES)
def test_parsing_a_parsed_name_changes_nothing(name: str) -> None:
    once = parse_name(name).core
    assert parse_name(once).core == once


@given(NAMES)
def test_core_never_ends_with_a_legal_form(name: str) -> None:
    assert split_form(parse_name(name).core.split())[1] is None


@pytest.mark.parametrize(
    ("name", "website", "expected"),
    [
        ("Türkiye Nurova Bankası A.Ş.", "https://www.nurovabank.com.tr/tr", {"nurovabank"}),
        ("Vadi Nurova A.Ş.", "vadinurova.com", {"vadinurova", "vadi nurova"}),
        ("Nurova Petrol Rafinerileri A.Ş.", "nupras.com.tr", {"nupras"}),
        ("Nurova Tekstil A.Ş.", "ornekgiyim.com", set()),
        ("Nurova Tekstil A.Ş.", None, set()),
    ],
)
def test_website_names_a_firm_only_if_made_of_its_words(name: str, website: str | None, expected: set[str]) -> None:
    assert {alias.text for alias in guess_aliases(name, website) if alias.kind == "label"} == expected


def test_initials_of_four_words_are_a_guess_and_no_usual_alias() -> None:
    name = "Nurova Kıyı Vadi Pınar Ltd. Şti."
    assert [alias.text for alias in guess_aliases(name) if alias.kind == "acronym"] == ["nkvp"]
    assert "nkvp" not in {alias.text for alias in make_aliases(name)}


def test_phrase_is_also_looked_for_in_letters() -> None:
    aliases = {alias.text for alias in make_aliases("Nurova Gayrimenkul Yatırım Ortaklığı A.Ş.")}
    assert {"nurova gyo", "nurova gayrimenkul yatirim ortakligi"} <= aliases
