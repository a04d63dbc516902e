"""Alerts by where they stand, and how a database of before the desk comes by it."""

# ruff: noqa: F811 (fixtures of another file)
from datetime import timedelta
from typing import Any

import pytest

from oncu.storage.clients import save_clients
from oncu.storage.database import create_database, open_database
from oncu.storage.identity import point_at_survivors
from oncu.storage.moves import Move, save_move
from oncu.storage.queue import alerts_in, briefs_in, count_by_type, count_in
from oncu.storage.routing import AlertRoute, save_routes

from .test_alerts import alert, detected, save  # noqa: F401 (fixtures)
from .test_upgrades import fill, make

DAY = timedelta(days=1)
REVISION = "0017"  # the last before alerts said where they stand


def rows(database: Any, query: str) -> list[tuple[Any, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def test_alerts_are_found_by_their_state_and_age(database: Any, alert: Any, now: Any) -> None:
    save(database, alert)
    with database.read() as connection:
        found = [alerts_in(connection, states, since=now) for states in (["new"], ["accepted"])]
        assert found == [[alert.id], []]
        assert alerts_in(connection, ["new"], since=now + DAY) == []
        assert [count_in(connection, ["new"], before=now + n * DAY) for n in (0, 1)] == [0, 1]
        assert alerts_in(connection, ["new"], since=now, most=0) == []


def test_brief_is_told_under_the_client_of_today(database: Any, alert: Any, now: Any) -> None:
    save(database, alert)
    with database.write() as connection:
        survivor = {"client_id": "C9", "legal_name": "Kızılören Çelik A.Ş.", "manager": "burak", "short_names": ()}
        save_clients(connection, [survivor | {"balance": 5.0, "limit": 7.0}], now)
        point_at_survivors(connection, {alert.client_id: "C9"})
        save_routes(connection, [AlertRoute(alert.id, "severe", ("owner",), ("mail",), now + DAY, now)])
        (untouched,) = briefs_in(connection, ["new"], since=now)
        save_move(connection, Move(alert.id, "note", "ece", now, note="sordum"), "new")
        (touched,) = briefs_in(connection, ["new"], since=now)
    told = ("Kızılören Çelik A.Ş.", "burak", 5.0, 7.0)
    assert untouched == (alert.id, "C9", alert.side, alert.created_at, now + DAY, False, *told)
    assert touched == untouched._replace(is_touched=True)


@pytest.mark.parametrize(("states", "inside"), [(["new"], 1), (["accepted"], 0)])
def test_types_are_counted_with_how_many_stand_so(
    database: Any,
    alert: Any,
    now: Any,
    states: list[str],
    inside: int,
) -> None:
    save(database, alert)
    with database.read() as connection:
        (found,) = count_by_type(connection, states, since=now, until=now + DAY)
    assert (found.side, found.type, found.n, found.inside) == ("risk", "lawsuit", 1, inside)


def test_answers_of_before_the_desk_become_moves(empty_address: str) -> None:
    old = make(empty_address, REVISION)
    fill(old)
    first, second, third = (f"alerts-id-{n}" for n in (1, 2, 3))
    with old.write() as connection:
        connection.exec_driver_sql(f"DELETE FROM moves WHERE alert_id IN ('{first}', '{second}')")
        connection.exec_driver_sql("UPDATE reviews SET verdict = 'dismissed', reason = 'old'")
        connection.exec_driver_sql(f"UPDATE reviews SET verdict = 'accepted' WHERE alert_id = '{second}'")
        connection.exec_driver_sql(f"UPDATE moves SET kind = 'escalate', undoes = NULL WHERE alert_id = '{third}'")
    old.close()
    create_database(empty_address).close()
    new = open_database(empty_address)
    kinds = dict(rows(new, "SELECT alert_id, kind FROM moves"))
    states = dict(rows(new, "SELECT id, state FROM alerts"))
    new.close()
    assert kinds == {first: "dismiss", second: "accept", third: "escalate"}
    assert states == {first: "dismissed", second: "accepted", third: "escalated"}
