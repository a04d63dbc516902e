"""The API asked whatever its description allows, and what it does not: never a failure, always as described."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from schemathesis import GenerationMode

from oncu.storage.database import connect

from ..signals.api_bank import seed_api_bank, serve_bank, token_for
from .asking import Asking

FEW, MANY = 5, 50  # examples an operation; hundreds are for the night
UNPUBLISHED = {"GET /v1/measures", "GET /v1/offers/report"}
IN_ORDER = {"POST /v1/moves", "POST /v1/alerts/{alert_id}/undo", "POST /v1/leads/{alert_id}/steps"}  # one after another
FOREIGN = ("Simya", "Parlak", "ortak kim")  # what burak must never read


@pytest.fixture(scope="module")
def seeded_api(tmp_path_factory: pytest.TempPathFactory, new_database: Path) -> Path:
    """The file of a bank with something of each kind."""
    path = tmp_path_factory.mktemp("api") / "oncu.db"
    shutil.copy(new_database, path)
    seed_api_bank(path)
    return path


@pytest.fixture
def asking(seeded_api: Path, tmp_path: Path) -> Iterator[Asking]:
    """The one who may do everything, asking a copy of it."""
    shutil.copy(seeded_api, tmp_path / "oncu.db")
    database = connect(f"sqlite:///{tmp_path / 'oncu.db'}")
    yield Asking(serve_bank(database), database, token_for(database, "hepsi"))
    database.close()


def test_every_operation_is_reached_and_answers_as_it_is_described(asking: Asking) -> None:
    for operation in asking.operations():
        asking.ask(operation, GenerationMode.POSITIVE, FEW)
    for operation in _missed(asking):  # where few examples had no luck: its description allows much that is no sense
        asking.ask(operation, GenerationMode.POSITIVE, MANY)
    assert [operation.label for operation in _missed(asking)] == []


def test_what_the_description_does_not_allow_is_refused_as_it_is_described(asking: Asking) -> None:
    for operation in asking.operations():
        asking.ask(operation, GenerationMode.NEGATIVE, FEW)
    asked = {label for label, _ in asking.answered}
    assert asked == {operation.label for operation in asking.operations()}


def test_nothing_of_anothers_clients_is_told_or_changed(asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Asking(asking.app, asking.database, token_for(asking.database, "burak"))
    told: list[str] = []
    monkeypatch.setattr(other, "check", lambda case, answer: told.append(answer.text))
    before = _about_others(other)
    for operation in other.operations():
        other.ask(operation, GenerationMode.POSITIVE, FEW)
    assert not [text for text in told if any(name in text for name in FOREIGN)]
    assert _about_others(other) == before and len(told) > 100


def _missed(asking: Asking) -> list[Any]:
    """The operations that never answered well, and should have."""
    reached = {label for label, status in asking.answered if status == 200} | UNPUBLISHED | IN_ORDER
    return [operation for operation in asking.operations() if operation.label not in reached]


def _about_others(asking: Asking) -> list[list[tuple[object, ...]]]:
    """Everything people keep of the clients of others."""
    tables = {
        "actions": "client_id",
        "offers": "client_id",
        "silences": "client_id",
        "moves": "(SELECT client_id FROM alerts WHERE id = alert_id)",
        "decisions": "object",
    }
    with asking.database.read() as connection:
        return [
            sorted(map(tuple, connection.exec_driver_sql(f"SELECT * FROM {table} WHERE {of} IN ('C1', 'C2')")), key=str)
            for table, of in tables.items()
        ]
