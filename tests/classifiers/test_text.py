"""Folding: one alphabet for every spelling, and the way back to the text as given."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.text import LONG, fold, fold_all, fold_key, fold_letters

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


def test_mark_between_texts_inside_a_text_is_a_space() -> None:
    assert fold_all(["a\x1eb", "c"]) == b" a b \n c "


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


@given(anything, st.characters(codec=None, exclude_categories=(), min_codepoint=0x10000))
def test_letters_beyond_64k_are_a_space_of_one_place(text: str, letter: str) -> None:
    assert fold_letters(text + letter + text) == fold_letters(text) + b" " + fold_letters(text)


@given(st.text(alphabet="açğıöşüÇĞİÖŞÜI ", min_size=1))
def test_spans_of_a_decomposed_text_hold_whole_letters(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)
    folded = fold(decomposed)
    letters = [decomposed[slice(*folded.span(i, i + 1))] for i, f in enumerate(folded.text) if f != " "]
    assert [unicodedata.normalize("NFC", letter) for letter in letters] == list(text.replace(" ", ""))


@given(st.lists(anything, min_size=1))
def test_texts_fold_together_as_alone(texts: list[str]) -> None:
    assert [part.decode().strip() for part in fold_all(texts).split(b"\n")] == [fold_key(text) for text in texts]


@given(anything)
def test_long_texts_fold_as_short_ones(text: str) -> None:
    assert fold(text + " x" * LONG).text.removesuffix(" x" * LONG) == fold(text + " x").text.removesuffix(" x")


@given(anything)
def test_key_is_the_folded_text_without_spaces_around(text: str) -> None:
    assert fold_key(text) == fold(text).text.strip()


def test_every_letter_folds_together_as_alone() -> None:
    letters = [chr(code) for code in range(1 << 16)]
    assert fold_all(letters) == b"\n".join(
        b" %b " % letter if (letter := fold_key(c).encode()) else b" " for c in letters
    )
