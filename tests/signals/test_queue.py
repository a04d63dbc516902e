"""The queue of the desk: what it lists in brief stands as the whole case does, and is counted in the views it is in."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncu.config.problems import Problem
from oncu.signals.review.desk import Desk, make_move
from oncu.signals.review.queue import STATES, VIEWS, Queue, gather_queue
from oncu.storage.database import save_new
from oncu.storage.models import alert_updates

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime.fromisoformat("2026-03-02T10:00:00+03:00")
KINDS = ["acknowledge", "accept", "dismiss", "escalate", "assign", "snooze", "archive", "wait", "resume", "reopen"]
MADE = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 2), st.sampled_from([1, 5])), max_size=12)


@pytest.fixture
def office(bank: Any) -> Any:
    """An insolvency, a strike and a new plant, each told once on Monday at ten; no rule took the strike."""
    bank.now = MONDAY
    bank.see("Simya İlaç iflas etti", at=MONDAY)
    bank.see("Parlak Telekom işçileri greve çıktı", at=MONDAY)
    bank.see("Nehir Kimya yeni fabrika kuruyor", at=MONDAY)
    bank.run(MONDAY)
    with bank.database.write() as connection:
        strike = connection.exec_driver_sql("SELECT id FROM alerts WHERE type = 'strike'").scalar()
        connection.exec_driver_sql(f"DELETE FROM alert_routes WHERE alert_id = '{strike}'")
    return bank


def read_views(bank: Any, desk: Desk, at: datetime) -> dict[str, Queue]:
    with bank.database.read() as connection:
        return {view: gather_queue(connection, desk, view, {"ece"}, at) for view in VIEWS}


def work(bank: Any, desk: Desk, made: list[tuple[str, int, int]]) -> datetime:
    """Make the moves that can be made, hours apart with news of the alert after each; the clock never goes back."""
    at, ids = bank.now, [row[0] for row in bank.rows("SELECT id FROM alerts ORDER BY id")]
    for kind, number, hours in made:
        at += hours * HOUR
        more = {"reason": "old" if kind == "dismiss" else None, "note": "not", "whom": "ece", "until": at + 2 * DAY}
        with suppress(Problem):
            make_move(bank.database, desk, [ids[number]], kind, by="ece", now=at, **more)
        hear(bank, ids[number], at + HOUR / 2)
    bank.now = at + HOUR
    return bank.now


def hear(bank: Any, alert_id: str, at: datetime) -> None:
    with bank.database.write() as connection:
        signal = connection.exec_driver_sql(f"SELECT signal_id FROM alerts WHERE id = '{alert_id}'").scalar()
        row = {"id": f"{at:%d%H%M}{alert_id}"[:32], "alert_id": alert_id, "signal_id": signal}
        save_new(connection, alert_updates, [row | {"kind": "update", "known_at": at}])


@given(MADE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_alert_in_the_queue_stands_as_its_whole_case_does(office: Any, made: list[tuple[str, int, int]]) -> None:
    desk = Desk(office.types, office.settings)
    at = work(office, desk, made)
    views = read_views(office, desk, at)
    with office.database.read() as connection:
        cases = desk.cases(connection, [row[0] for row in office.rows("SELECT id FROM alerts")], at)
    rows = [row for queue in views.values() for row in queue.rows]
    dues = {key: case.deadline and (case.deadline.due_at, case.deadline.is_late) for key, case in cases.items()}
    assert {row.id for row in rows} == cases.keys()
    assert all(row.standing == cases[row.id].standing for row in rows)
    assert all((row.due_at and (row.due_at, row.is_late)) == dues[row.id] for row in rows)


@given(MADE)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_view_holds_as_many_as_are_counted(office: Any, made: list[tuple[str, int, int]]) -> None:
    desk = Desk(office.types, office.settings)
    views = read_views(office, desk, work(office, desk, made))
    held = {view: len(queue.rows) for view, queue in views.items() if view not in STATES}
    assert all(queue.counts == ({} if view in STATES else held) for view, queue in views.items())
