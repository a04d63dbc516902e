"""Places that can be no mention are left out before their clues are read, and nothing else is."""

from math import inf

import pytest

from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.mentions import matcher as judging
from oncu.classifiers.mentions.matcher import build_matcher
from oncu.classifiers.mentions.ownership import Beside
from oncu.classifiers.mentions.surroundings import read_around

LETTERS = ClientName("let", "Toprak Uzay Ziraat Atık Kimya A.Ş.")  # the first letters: TUZAK
NUROVALI = ClientName("nur", "Nurovalı Tekstil ve Konfeksiyon San. Tic. A.Ş.")
SEDIR = ClientName("sed", "Sedir Boya A.Ş.", ("Sedir",), city="Bolu", tax_id="1234567890", ticker="SEDRB")
SISTER = ClientName("sis", "Sedir Gıda A.Ş.", ("Sedir",), city="Bolu")


class Hopeful(Beside):
    """Holds everything for possible."""

    most = inf  # type: ignore[assignment]


TEXTS = (
    "Sedir ağaçları kesildi",
    "Sedir Boya açıkladı. Yangında sedir yandı, Sedir üzüldü",
    "Bolu'da sedir boya sattı; SEDRB yükseldi, vergi no 1234567890",
    "sedir 1234567890",
    "bir sedir, Sedir Boya ve SEDIR",
    "Dün bir Sedir Müzesi açıldı, Bolu Sedirli oldu",
)


@pytest.mark.parametrize("text", TEXTS)
def test_leaving_out_hopeless_places_changes_no_mention(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    matcher = build_matcher((SEDIR, SISTER))
    found = matcher.find(text)
    monkeypatch.setattr(judging, "Beside", Hopeful)
    assert matcher.find(text) == found


def test_place_that_can_be_no_mention_has_no_candidates() -> None:
    matcher = build_matcher((SEDIR,))
    (place,) = matcher.places(["Yangında bir sedir yandı"])[0]
    ((_, left),) = matcher.weigh_all([place])
    assert not left


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("Dün TUZAK yeni tesisini tanıttı", True),
        ("Dün Ankara'da tuzak kuruldu", False),
        ("dün tuzak yeni tesisini tanıttı", True),  # all is in small letters: they say nothing
    ],
)
def test_first_letters_of_a_name_count_in_capitals(text: str, is_found: bool) -> None:
    assert bool(build_matcher((LETTERS,)).find(text)) == is_found


def test_first_word_of_a_name_in_small_letters_is_a_word() -> None:
    assert build_matcher((NUROVALI,)).find("Dün Bursa'da nurovalı bir usta öldü") == []


@pytest.mark.parametrize("text", ["Dün sedrb konuşuldu, borsa düştü", "Borsada Sedrb hissesi", "Borsada SEDRBde düşüş"])
def test_stock_code_is_written_in_capitals_without_suffix(text: str) -> None:
    assert build_matcher((SEDIR,)).find(text) == []


def test_code_of_a_door_is_no_stock_code() -> None:
    matcher = build_matcher((SEDIR,))
    (door,) = matcher.find("Yeni kapı şifresi SEDRB oldu")
    assert not door.accepted


@pytest.mark.parametrize(("text", "name"), [("Müdür Kanada'ya gitti", "Kanad"), ("Sözcüsü Ali Bey konuştu", "Sözcü")])
def test_another_word_that_ends_like_a_name_with_a_suffix_is_no_name(text: str, name: str) -> None:
    assert build_matcher((ClientName("x", f"{name} Gıda A.Ş.", (name,)),)).find(text) == []


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("Yağmur yağdı. Dün Sedir büyüdü. Sonra durdu.", "Dün ", " büyüdü."),
        ("Başlık\nSedir büyüdü\nSonra durdu", "", " büyüdü\n"),
        ("Dr. Ak dün Sedir ile görüştü", "Dr. Ak dün ", " ile görüştü"),
    ],
)
def test_sentence_of_a_name_is_what_is_around_it(text: str, before: str, after: str) -> None:
    matcher = build_matcher((SEDIR,))
    around = read_around(matcher.places([text])[0][0])
    assert (around.before, around.after) == (before, after)
