"""Clients: upsert by id, names and sites with their times, what a person added stays."""

from datetime import datetime, timedelta

import pytest

from oncu.storage.changes import Changes
from oncu.storage.clients import Client, load_clients, save_clients
from oncu.storage.database import Database, save_new
from oncu.storage.models import aliases, clients, sites

DAY = timedelta(days=1)
Row = dict[str, object]


@pytest.fixture
def row() -> Row:
    return {
        "client_id": "C1",
        "legal_name": "Örnek Döküm A.Ş.",
        "manager": "m1",
        "short_names": ("Örnek", "Örnek Döküm"),
        "addresses": ("OSB 1. Cadde, Bursa",),
    }


def save(database: Database, now: datetime, *rows: Row) -> Changes:
    with database.write() as connection:
        return save_clients(connection, rows, now)


def load(database: Database) -> list[Client]:
    with database.read() as connection:
        return load_clients(connection)


def test_client_comes_back_with_names_and_sites(database: Database, row: Row, now: datetime) -> None:
    assert save(database, now, row) == Changes(new=1)
    assert load(database) == [
        Client(
            "C1",
            "Örnek Döküm A.Ş.",
            manager="m1",
            aliases=("Örnek", "Örnek Döküm"),
            sites=("OSB 1. Cadde, Bursa",),
        )
    ]


def test_same_client_again_changes_nothing(database: Database, row: Row, now: datetime) -> None:
    save(database, now, row)
    assert save(database, now + DAY, row) == Changes(unchanged=1)


def test_changed_client_keeps_when_it_was_first_recorded(database: Database, row: Row, now: datetime) -> None:
    save(database, now, row)
    assert save(database, now + DAY, row | {"manager": "m2"}) == Changes(updated=1)
    with database.read() as connection:
        found = connection.execute(clients.select()).one()
    assert (found.manager, found.recorded_at) == ("m2", now)


def test_vanished_name_is_retired_and_not_deleted(database: Database, row: Row, now: datetime) -> None:
    save(database, now, row)
    assert save(database, now + DAY, row | {"short_names": ("Örnek",)}) == Changes(updated=1)
    with database.read() as connection:
        found = {a.alias: (a.known_at, a.retired_at) for a in connection.execute(aliases.select())}
    assert found == {"Örnek": (now, None), "Örnek Döküm": (now, now + DAY)}


def test_name_that_returns_is_known_anew(database: Database, row: Row, now: datetime) -> None:
    for days, names in enumerate([("Örnek",), (), ("Örnek",)]):
        save(database, now + days * DAY, row | {"short_names": names})
    with database.read() as connection:
        times = sorted(a.known_at for a in connection.execute(aliases.select()))
    assert (times, load(database)[0].aliases) == ([now, now + 2 * DAY], ("Örnek",))


def test_name_a_person_added_is_never_touched(database: Database, row: Row, now: datetime) -> None:
    save(database, now, row)
    person = {"id": "p", "client_id": "C1", "alias": "Örnekçi", "origin": "person", "known_at": now, "retired_at": None}
    with database.write() as connection:
        save_new(connection, aliases, [person])
    save(database, now + DAY, row | {"short_names": ()})
    assert load(database)[0].aliases == ("Örnekçi",)


def test_vanished_site_is_retired(database: Database, row: Row, now: datetime) -> None:
    save(database, now, row)
    save(database, now + DAY, row | {"addresses": ()})
    with database.read() as connection:
        assert connection.execute(sites.select()).one().retired_at == now + DAY


def test_rows_without_names_leave_the_names_alone(database: Database, row: Row, now: datetime) -> None:
    save(database, now, row)
    save(database, now + DAY, {"client_id": "C1", "legal_name": "Örnek Döküm A.Ş."})
    assert (load(database)[0].aliases, load(database)[0].manager) == (("Örnek", "Örnek Döküm"), "m1")
