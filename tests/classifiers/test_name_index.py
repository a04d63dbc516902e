"""The index of names: who owns a spelling, and that a file of it is never wrong."""

from dataclasses import replace
from pathlib import Path

import pytest

from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.mentions.matcher import Matcher
from oncu.classifiers.mentions.name_index import NameIndex, build_index, index_version
from oncu.classifiers.mentions.saved_index import UnusableIndex, load_index, save_index

CLIENTS = (
    ClientName("a", "Velmora Tekstil Sanayi A.Ş.", ("Velmora",), "1234567890", ticker="VELMO", city="Bursa"),
    ClientName("b", "Ormanlı Gıda Ltd. Şti.", mersis="0123456789000015", website="https://www.ormanli-gida.example/x"),
    ClientName("c", "Kestrel Kimya A.Ş."),
    ClientName("d", "Kestrel Plastik A.Ş."),
)
TEXTS = ("Velmora büyüdü", "Bugün VELMORA TEKSTİL AŞ'den haber", "Vergi no 1234567890", "ormanli-gida.example", "Su")


@pytest.fixture(scope="module")
def index() -> NameIndex:
    return build_index(CLIENTS)


def owners(index: NameIndex, text: str) -> list[tuple[str, str]]:
    key = index.automaton.key_of(text)
    return [] if key is None else [(o.client.client_id, o.alias.kind) for o in index.owners_of(key)]


@pytest.mark.parametrize(
    ("text", "owner", "kind"),
    [
        ("velmora", "a", "short"),
        ("velmora tekstil", "a", "core"),
        ("kestrel kimya", "c", "legal"),
        ("1234567890", "a", "tax_id"),
        ("velmo", "a", "ticker"),
        ("0123456789000015", "b", "tax_id"),
        ("ormanli gida example", "b", "website"),
    ],
)
def test_spelling_knows_its_client_and_what_it_is_of_it(index: NameIndex, text: str, owner: str, kind: str) -> None:
    assert (owner, kind) in owners(index, text)


def test_first_word_that_two_clients_share_is_nobodys(index: NameIndex) -> None:
    assert owners(index, "kestrel") == []


def test_first_word_that_is_anothers_own_name_is_not_guessed() -> None:
    index = build_index([*CLIENTS[2:3], ClientName("own", "Kestrel A.Ş.")])
    assert {client for client, _ in owners(index, "kestrel")} == {"own"}


def test_ticker_stays_where_the_same_first_word_is_nobodys() -> None:
    index = build_index([replace(CLIENTS[2], ticker="KESTREL"), CLIENTS[3]])
    assert owners(index, "kestrel") == [("c", "ticker")]


def test_first_word_of_one_client_stays_a_name_where_it_is_its_ticker_too() -> None:
    index = build_index([ClientName("v", "Velmoran Tekstil A.Ş.", ticker="VELMORAN")])
    assert owners(index, "velmoran") == [("v", "brand")]


def test_index_of_many_names_finds_the_same(index: NameIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("oncu.classifiers.mentions.name_index.MANY", 1)
    assert Matcher(build_index(CLIENTS)).find_all(TEXTS) == Matcher(index).find_all(TEXTS)


def test_client_comes_back_as_it_was_given(index: NameIndex) -> None:
    assert [index.client(number) for number in range(len(CLIENTS))] == list(CLIENTS)


def test_version_changes_with_any_alias() -> None:
    renamed = (replace(CLIENTS[0], short_names=("Velmora", "Velmora Grup")), *CLIENTS[1:])
    assert index_version(renamed) != index_version(CLIENTS)


def test_matcher_carries_the_version_of_its_names(index: NameIndex) -> None:
    assert Matcher(index).version == index_version(CLIENTS)


def test_saved_index_finds_the_same(index: NameIndex, tmp_path: Path) -> None:
    save_index(index, tmp_path / "index")
    loaded = Matcher(load_index(tmp_path / "index", index.version))
    assert loaded.find_all(TEXTS) == Matcher(index).find_all(TEXTS)


def test_saved_index_is_for_its_owner_only(index: NameIndex, tmp_path: Path) -> None:
    save_index(index, tmp_path / "index")
    assert (tmp_path / "index").stat().st_mode & 0o077 == 0


def test_index_of_other_clients_is_refused(index: NameIndex, tmp_path: Path) -> None:
    save_index(index, tmp_path / "index")
    with pytest.raises(UnusableIndex, match="other clients"):
        load_index(tmp_path / "index", index_version(CLIENTS[:2]))


@pytest.mark.parametrize("place", [50, 500, -1])
def test_damaged_index_is_refused(index: NameIndex, tmp_path: Path, place: int) -> None:
    save_index(index, tmp_path / "index")
    content = bytearray((tmp_path / "index").read_bytes())
    content[place] ^= 1
    (tmp_path / "index").write_bytes(content)
    with pytest.raises(UnusableIndex, match="damaged"):
        load_index(tmp_path / "index", index.version)


@pytest.mark.parametrize("size", [0, 5, 30, 60, 100, 1000])
def test_cut_index_is_refused(index: NameIndex, tmp_path: Path, size: int) -> None:
    save_index(index, tmp_path / "index")
    (tmp_path / "index").write_bytes((tmp_path / "index").read_bytes()[:size])
    with pytest.raises(UnusableIndex):
        load_index(tmp_path / "index", index.version)


def test_texts_read_together_give_what_they_give_alone(index: NameIndex) -> None:
    matcher = Matcher(index)
    assert matcher.find_all(TEXTS) == [matcher.find(text) for text in TEXTS]


def test_no_texts_give_no_mentions(index: NameIndex) -> None:
    assert Matcher(index).find_all([]) == []
