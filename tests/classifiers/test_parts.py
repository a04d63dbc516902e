"""Who does it and on whom it falls."""

from functools import cache

import pytest

from oncu.classifiers.tags.tagger import Tagger, build_tagger
from oncu.config.load import load_signal_types


@cache
def tagger() -> Tagger:
    return build_tagger(load_signal_types())


def types_about(text: str, client: str, language: str = "tr") -> set[str]:
    start = text.index(client)
    tags = tagger().read(text, language=language, about=(start, start + len(client)))
    return {tag.type for tag in tags if tag.accepted}


@pytest.mark.parametrize(
    ("text", "sufferer", "actor", "code", "language"),
    [
        ("Gökova Cam, rakibi Vadi Süt'e dava açtı", "Vadi Süt", "Gökova Cam", "lawsuit", "tr"),
        ("Ihlamur Kurumu, Gökova Cam'a ceza kesti", "Gökova Cam", "Ihlamur Kurumu", "regulatory_penalty", "tr"),
        (
            "Ihlamur Bank, Gökova Cam hakkında icra takibi başlattı",
            "Gökova Cam",
            "Ihlamur Bank",
            "enforcement_seizure",
            "tr",
        ),
        ("Corbelt Pumps sued Lindmere Bank over fees", "Lindmere Bank", "Corbelt Pumps", "lawsuit", "en"),
    ],
)
def test_event_falls_on_one_and_not_on_the_one_who_does_it(text, sufferer, actor, code, language):
    assert code in types_about(text, sufferer, language)
    assert code not in types_about(text, actor, language)


def test_a_passive_verb_falls_on_the_name_before_it():
    assert "lawsuit" in types_about("Gökova Cam aleyhine dava açıldı", "Gökova Cam")
    assert "lawsuit" in types_about("Corbelt Pumps was sued over fees", "Corbelt Pumps", "en")


@pytest.mark.parametrize(
    "name", ["Gökova Cam'a", "Gökova Cama", "Gökova Cam A.Ş.'ye", "Gökova Cam San. ve Tic. A.Ş.’ye"]
)
def test_an_ending_behind_the_name_means_that_it_falls_on_it(name):
    assert "lawsuit" in types_about(f"Rakibi {name} dava açtı", "Gökova Cam")


def test_the_reason_says_that_the_client_does_it():
    text = "Gökova Cam rakibine dava açtı"
    tags = tagger().read(text, about=(0, len("Gökova Cam")))
    assert any("does it to another" in tag.reason for tag in tags if tag.type == "lawsuit")
