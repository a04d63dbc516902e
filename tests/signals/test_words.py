"""The texts in both languages, and each language's numbers, money and dates."""

import re
import string
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.config.load import HERE, read_yaml
from oncu.signals.words import load_words

TURKISH, ENGLISH = load_words("tr", "Europe/Istanbul"), load_words("en", "Europe/Istanbul")
SIGNALS = HERE.parent / "signals"


def placeholders(text):
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def test_both_languages_say_the_same_things():
    assert TURKISH.texts.keys() == ENGLISH.texts.keys()


@pytest.mark.parametrize("key", sorted(TURKISH.texts))
def test_a_text_has_the_same_placeholders_in_both_languages(key):
    assert placeholders(TURKISH.texts[key]) == placeholders(ENGLISH.texts[key])


def test_every_text_that_is_asked_for_exists():
    asked = re.compile(r"""words\(\s*"(\w+)"[,)]""")
    files = [*SIGNALS.rglob("*.py"), *SIGNALS.rglob("*.j2")]
    found = {key for path in files for key in asked.findall(Path(path).read_text(encoding="utf-8"))}
    assert len(found) > 20 and found <= TURKISH.texts.keys()


@pytest.mark.parametrize("kind", ["status", "update", "step", "side", "score"])
def test_every_kind_of_status_has_a_word(kind):
    names = {
        "status": ("fact", "announced", "rumour", "denied", "cancelled", "past"),
        "update": ("update", "denied", "cancelled"),
        "step": ("raise", "withdraw"),
        "side": ("opportunity", "risk"),
        "score": ("opportunity", "risk"),
    }[kind]
    assert {f"{kind}_{name}" for name in names} <= TURKISH.texts.keys()


def test_numbers_have_the_marks_of_their_language():
    assert (TURKISH.number(1234567.8, 1), ENGLISH.number(1234567.8, 1)) == ("1.234.567,8", "1,234,567.8")


def test_a_percent_sign_stands_where_the_language_puts_it():
    assert (TURKISH.share(0.184), ENGLISH.share(0.184)) == ("%18", "18 %")


@pytest.mark.parametrize(
    ("value", "turkish", "english"),
    [(None, "–", "–"), (850_000, "850.000 TL", "850,000 TRY"), (1_250_000, "1,2 mn TL", "1.2 m TRY")],
)
def test_money_is_short_and_says_when_it_is_not_known(value, turkish, english):
    assert (TURKISH.money(value), ENGLISH.money(value)) == (turkish, english)


def test_upper_case_keeps_the_dot_of_a_turkish_i():
    assert (TURKISH.upper("Dikkat ısı"), ENGLISH.upper("risk")) == ("DİKKAT ISI", "RISK")


def test_a_day_is_the_local_one():
    late = datetime(2026, 11, 20, 22, tzinfo=UTC)
    assert (TURKISH.day(late), ENGLISH.day(late)) == ("21.11.2026", "2026-11-21")


def test_confidence_is_a_word():
    assert [TURKISH.confidence(p) for p in (0.8, 0.6, 0.59)] == ["yüksek", "orta", "düşük"]


@given(st.floats(-1e12, 1e12), st.integers(0, 3))
def test_a_turkish_number_is_the_english_one_with_marks_swapped(value, digits):
    swapped = TURKISH.number(value, digits).translate(str.maketrans(".,", ",."))
    assert swapped == ENGLISH.number(value, digits)


def test_braces_in_a_value_are_text():
    assert "{0}" in TURKISH("silent", sources="{0} ve {sources}")


def test_texts_file_is_a_mapping_of_texts():
    assert all(isinstance(text, str) for text in read_yaml(HERE / "texts" / "tr.yml").values())
