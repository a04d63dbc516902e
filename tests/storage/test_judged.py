"""What the judge reads, as it was known at a moment."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert

from oncu.storage.identity import point_at_survivors
from oncu.storage.judged import (
    Heard,
    clients_as_of,
    clients_heard,
    lead_steps,
    limits_of,
    prospects_heard,
    verdicts_on_alerts,
)
from oncu.storage.mentions import save_mentions
from oncu.storage.models import clients, decisions, prospects
from oncu.storage.records import Record, Version, save_records

from ..plans import explained

DAY = timedelta(days=1)


@pytest.fixture
def connection(database, now):
    with database.write() as opened:
        opened.execute(insert(clients), [{"client_id": "C1", "legal_name": "Örnek A.Ş.", "recorded_at": now}])
        yield opened


def keep(connection, at, **said):
    save_records(connection, [Record("crm", "1", "C1", "first", "", at, (Version(said, at),))], at)


def test_limits_are_told_as_the_lists_said_them_from_day_to_day(connection, now):
    keep(connection, now, limit=100.0)
    keep(connection, now + 5 * DAY, limit=60.0, balance=20.0)
    found = limits_of(connection, ["C1"], as_of=now + 9 * DAY)
    assert [(one.limit, one.balance) for one in found] == [(100.0, None), (60.0, 20.0)]
    assert len(limits_of(connection, ["C1"], as_of=now + DAY)) == 1


def test_a_sector_named_later_was_not_known_before(connection, now):
    keep(connection, now, legal_name="Örnek A.Ş.")
    keep(connection, now + 5 * DAY, sector="metal")
    assert clients_as_of(connection, as_of=now + DAY) == {"C1": (None, None)}
    assert clients_as_of(connection, as_of=now + 9 * DAY) == {"C1": ("metal", None)}


def test_a_prospect_that_became_a_client_later_was_one_before(connection, now):
    row = {"id": "p", "name": "Yeni Ltd.", "known_at": now, "client_id": "C1", "linked_at": now + 5 * DAY}
    connection.execute(insert(prospects), [row])
    since = now - DAY
    assert prospects_heard(connection, since=since, as_of=now + DAY) == (1, 0)
    assert prospects_heard(connection, since=since, as_of=now + 9 * DAY) == (0, 0)


def test_only_decisions_on_leads_are_steps_of_leads(connection, now):
    base = {"object": "", "reason": None, "decided_by": "analist", "subject": "a1"}
    rows = [("lead", "sent", now), ("client-pair", "same", now), ("lead", "accepted", now + 5 * DAY)]
    connection.execute(
        insert(decisions),
        [base | {"id": str(n), "kind": k, "verdict": v, "decided_at": at} for n, (k, v, at) in enumerate(rows)],
    )
    assert [one.verdict for one in lead_steps(connection, as_of=now + DAY)] == ["sent"]
    assert verdicts_on_alerts(connection, as_of=now + DAY) == []


def test_a_client_is_heard_of_from_its_first_accepted_mention_to_its_last(tell, database, now):
    told = [tell(str(n), at=now + n * DAY).mention for n in range(6)]
    with database.write() as connection:
        doubted = [told[0].id, told[5].id]
        connection.exec_driver_sql(f"UPDATE mentions SET accepted = FALSE WHERE id IN {tuple(doubted)}")
        found = [clients_heard(connection, as_of=now + n * DAY) for n in (0, 3, 9)]
    assert found == [{}, {"C1": Heard(now + DAY, now + 3 * DAY)}, {"C1": Heard(now + DAY, now + 4 * DAY)}]


def test_what_was_heard_of_a_merged_client_is_its_survivors(tell, database, now):
    mention = tell("a").mention
    with database.write() as connection:
        connection.execute(insert(clients), [{"client_id": "C2", "legal_name": "Örnek", "recorded_at": now}])
        save_mentions(connection, [replace(mention, client_id="C2", known_at=now + DAY)])
        point_at_survivors(connection, {"C2": "C1"})
        assert clients_heard(connection, as_of=now + DAY) == {"C1": Heard(now, now + DAY)}


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_when_clients_were_heard_of_is_read_from_the_ends_of_their_mentions(tell, database, now):
    tell("a")
    with database.read() as connection, explained(connection) as plans:
        clients_heard(connection, as_of=now)
    assert plans and not [line for line in plans if line.startswith("SCAN mentions")]
