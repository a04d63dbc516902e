"""Sentence borders."""

import pytest

from oncu.classifiers.sentences import split_sentences


def parts(text: str, language: str = "tr") -> list[str]:
    return [text[start:end] for start, end in split_sentences(text, language)]


def test_line_break_ends_a_sentence() -> None:
    assert parts("Nurova büyüyor\n Yeni tesis açıldı \n\n") == ["Nurova büyüyor", "Yeni tesis açıldı"]


def test_legal_form_and_title_do_not_end_a_sentence() -> None:
    text = "Nurova A.Ş. yeni tesis açtı. Prof. Dr. Ece Toran 3. çeyreği anlattı."
    assert parts(text) == ["Nurova A.Ş. yeni tesis açtı.", "Prof. Dr. Ece Toran 3. çeyreği anlattı."]


@pytest.mark.parametrize("language", ["en", "de"])
def test_other_languages_are_split_too(language: str) -> None:
    assert parts("Nurova Inc. grew. It opened a plant!", language) == ["Nurova Inc. grew.", "It opened a plant!"]


def test_empty_text_has_no_sentences() -> None:
    assert parts(" \n ") == []


@pytest.mark.parametrize("short", ["ENER.", "PETR.", "LOJ."])
def test_abbreviated_branch_inside_a_name_does_not_end_a_sentence(short: str) -> None:
    text = (
        "Mahkeme kararıyla NUROVA " + short + " ÜRETİM LTD. ŞTİ. hakkında üç aylık geçici mühlet verildi. " + "x" * 150
    )
    assert f"NUROVA {short} ÜRETİM" in parts(text)[0]
