"""Folding: one alphabet for every spelling, and the way back to the text as given."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.text import fold, fold_key

anything = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize("word", ["IŞIK", "ışık", "Işık", "isik", "İŞİK", "i\u0307şi\u0307k", "ＩＳＩＫ"])
def test_every_spelling_of_a_turkish_word_folds_alike(word: str) -> None:
    assert fold_key(word) == "isik"


@pytest.mark.parametrize(
    ("letter", "folded"),
    [
        ("ğ", "g"),
        ("Ü", "u"),
        ("ö", "o"),
        ("Ç", "c"),
        ("â", "a"),
        ("ß", "s"),
        ("Æ", "a"),
        ("ø", "o"),
        ("Ł", "l"),
        ("٣", "3"),
    ],
)
def test_letters_lose_their_marks(letter: str, folded: str) -> None:
    assert fold_key(letter) == folded


def test_all_else_is_one_space() -> None:
    assert fold("A.Ş.'nin – 3…😀x\u00a0y").text == "a s nin 3 x y"


def test_soft_hyphen_does_not_break_a_word() -> None:
    assert fold_key("teks\u00adtil") == "tekstil"


def test_lone_surrogate_survives() -> None:
    assert fold("a\ud800b").text == "a b"


def test_span_leads_back_to_the_surface_with_its_combining_marks() -> None:
    text = unicodedata.normalize("NFD", "«Örneğş» kârı")
    folded = fold(text)
    start, end = folded.span(folded.text.index("ornegs"), folded.text.index("ornegs") + 6)
    assert unicodedata.normalize("NFC", text[start:end]) == "Örneğş"


@given(anything)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text
    assert fold(once).text == once


@given(anything)
def test_alphabet_is_letters_digits_and_single_spaces(text: str) -> None:
    folded = fold(text).text
    assert folded.isascii() and folded == folded.lower() and "  " not in folded
    assert folded.replace(" ", "a").isalnum() or not folded


@given(anything)
def test_composed_and_decomposed_texts_fold_alike(text: str) -> None:
    turkish = "".join(letter for letter in text if letter in "abcçdefgğhıijklmnoöprsştuüvyzÇĞİÖŞÜ ")
    assert fold(unicodedata.normalize("NFD", turkish)).text == fold(unicodedata.normalize("NFC", turkish)).text


@given(anything)
def test_spans_are_ordered_and_within_the_text(text: str) -> None:
    folded = fold(text)
    assert len(folded.starts) == len(folded.text) + 1
    spans = [folded.span(i, i + 1) for i in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] == two[0] for one, two in zip(spans, spans[1:], strict=False))
