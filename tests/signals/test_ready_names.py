"""The index of many clients' names is kept; a file that does not fit costs time and never a wrong match."""

import logging
from pathlib import Path

import pytest

from oncu.classifiers.firms.names import ClientName
from oncu.config.settings import Settings
from oncu.signals.flow import ready_names
from oncu.signals.flow.ready_names import KEPT, cache_folder, ready_matcher

TEXT = "Bugün Velmora Tekstil A.Ş. büyüdü"


@pytest.fixture(autouse=True)
def _few_are_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready_names, "WORTH_SAVING", 2)


def clients(name: str = "Velmora") -> list[ClientName]:
    return [ClientName("a", f"{name} Tekstil A.Ş."), ClientName("b", "Ormanlı Gıda A.Ş.")]


def found(folder: Path | None, name: str = "Velmora") -> list[str]:
    return [mention.client_id for mention in ready_matcher(clients(name), folder).find(TEXT) if mention.accepted]


def test_index_is_kept_and_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(tmp_path / "cache") == ["a"]
    monkeypatch.setattr(ready_names, "build_index", None)  # a second build would fail
    assert found(tmp_path / "cache") == ["a"]


def test_other_clients_are_indexed_anew(tmp_path: Path) -> None:
    assert (found(tmp_path), found(tmp_path, "Zentora")) == (["a"], [])


def test_damaged_file_is_replaced_with_a_word_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    found(tmp_path)
    (file,) = tmp_path.glob("names-*.bin")
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    with caplog.at_level(logging.WARNING):
        assert found(tmp_path) == ["a"]
    assert "is damaged" in caplog.text
    assert file.read_bytes() == whole


def test_folder_that_cannot_be_written_is_only_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("no folder")
    assert found(tmp_path / "file" / "cache") == ["a"]
    assert "not kept" in caplog.text


def test_only_the_newest_indexes_are_kept(tmp_path: Path) -> None:
    for name in ("Velmora", "Zentora", "Kestrel", "Pamiran", "Otranda"):
        found(tmp_path, name)
    assert len(list(tmp_path.iterdir())) == KEPT


def test_few_clients_leave_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready_names, "WORTH_SAVING", 3)
    assert found(tmp_path / "cache") == ["a"]
    assert not (tmp_path / "cache").exists()


def test_folder_is_of_the_settings_or_else_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder(Settings.from_file({})) == tmp_path / "oncu"
    assert cache_folder(Settings.from_file({"cache_folder": "/srv/oncu"})) == Path("/srv/oncu")
