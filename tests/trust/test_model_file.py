"""A model file that is not what the registry says: refused with one line and a row of the trail; the cues read on."""

import pickle
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from skops.io import dump

from oncu.classifiers.learned.files import ModelError, digest_of_file, load_model, save_model
from oncu.classifiers.learned.train import examples_of_types, train
from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.signals.flow.pipeline import Catalogue, run_pending
from oncu.signals.learning import models
from oncu.signals.learning.models import open_model, reading_model
from oncu.storage.audit import find_broken_link
from oncu.storage.clients import save_clients
from oncu.storage.database import Database
from oncu.storage.documents import Document, save_documents
from oncu.storage.trained import TrainedModel, active_model, move_model, save_trained

Spoil = Callable[[Path], None]
TYPES = {"strike": load_signal_types()["strike"]}


class Evil:
    """Runs a function as soon as it is read as a pickle."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("a command ran",)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a good model."""
    path = tmp_path_factory.mktemp("model") / "m.skops"
    save_model(train(list(examples_of_types(TYPES)), TYPES, {}).learned, path)
    return path.read_bytes()


@pytest.fixture
def path(tmp_path: Path, whole: bytes) -> Path:
    """Its file, for one test."""
    path = tmp_path / "m.skops"
    path.write_bytes(whole)
    return path


def register(database: Database, path: Path, now: datetime, *, sha256: str | None = None) -> None:
    """Let the file read, by the registry."""
    sha256 = sha256 or digest_of_file(path)
    model = TrainedModel("m1", str(path), sha256, models._library(), {}, {}, "ece", now)
    with database.write() as connection:
        save_trained(connection, model)
        move_model(connection, model, "promote", "ece", now, reason="first")


def offer_pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps(Evil()))


def offer_code(path: Path) -> None:
    dump({"format": 4, "words": partial(print, "a command ran")}, path)


def offer_half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-2_000])


def offer_other_numbers(path: Path) -> None:
    dump({"format": 1}, path)


def see(database: Database, now: datetime) -> None:
    """A document that the cues understand."""
    with database.write() as connection:
        save_clients(connection, [{"client_id": "C1", "legal_name": "Kumluca Lastik A.Ş.", "manager": "ayse"}], now)
        save_documents(connection, [Document("gazete", "a", "Kumluca Lastik işçileri greve çıktı", "", now, now)])


def refusals(database: Database) -> list[tuple[str, str]]:
    """What the trail says of refused models."""
    with database.read() as connection:
        assert find_broken_link(connection) is None
        query = "SELECT object, reason FROM audit WHERE action = 'model.refuse'"
        return [(row[0], row[1]) for row in connection.exec_driver_sql(query)]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (offer_pickle, "is no model file"),
        (offer_code, "do not use this file"),
        (offer_half, "is no model file"),
        (offer_other_numbers, "is of another format"),
    ],
)
def test_file_that_is_no_model_of_ours_is_refused_even_where_the_registry_was_changed(
    database: Database, path: Path, now: datetime, capsys: pytest.CaptureFixture[str], spoil: Spoil, said: str
) -> None:
    spoil(path)
    register(database, path, now)
    with database.read() as connection:
        model = active_model(connection)
    assert model
    with pytest.raises(ModelError, match=said) as error:
        open_model(database, model)
    assert "\n" not in str(error.value)
    assert reading_model(database, now) == (None, "")
    assert capsys.readouterr().out == ""  # and nothing in it ran
    assert [name for name, _ in refusals(database)] == ["m1"]


def test_good_file_reads_and_leaves_no_refusal(database: Database, path: Path, now: datetime) -> None:
    register(database, path, now)
    assert reading_model(database, now)[1] == "m1"
    assert refusals(database) == []


def test_changed_file_is_refused(database: Database, path: Path, now: datetime) -> None:
    register(database, path, now, sha256="0" * 64)
    assert reading_model(database, now) == (None, "")
    assert "SHA-256" in refusals(database)[0][1]


def test_model_of_another_library_is_refused(
    database: Database, path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(database, path, now)
    monkeypatch.setattr(models, "version", lambda name: "0.1")
    assert reading_model(database, now) == (None, "")
    assert "train again: oncu train" in refusals(database)[0][1]


def test_same_refusal_is_in_the_trail_once_though_every_run_meets_it(
    database: Database, path: Path, now: datetime
) -> None:
    register(database, path, now)
    path.unlink()
    for _ in range(3):
        reading_model(database, now)
    assert len(refusals(database)) == 1


def test_pipeline_goes_on_without_the_learned_part(database: Database, path: Path, now: datetime) -> None:
    offer_pickle(path)
    register(database, path, now)
    see(database, now)
    assert run_pending(database, Catalogue({}, TYPES), Settings(), now).tags == 1


@pytest.mark.parametrize("seed", range(3))
def test_file_with_flipped_bytes_is_a_model_or_a_line(path: Path, whole: bytes, seed: int) -> None:
    from random import Random

    random = Random(seed)
    for _ in range(15):
        spoilt = bytearray(whole)
        for _ in range(random.choice((1, 5, 50))):
            spoilt[random.randrange(len(spoilt))] = random.randrange(256)
        path.write_bytes(spoilt)
        try:
            load_model(path, digest_of_file(path))
        except ModelError as error:
            assert "\n" not in str(error)
