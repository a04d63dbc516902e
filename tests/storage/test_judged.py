"""What the judge reads, as it was known at a moment."""

from datetime import timedelta

import pytest
from sqlalchemy import insert

from oncu.storage.judged import clients_as_of, lead_steps, limits_of, prospects_heard, verdicts_on_alerts
from oncu.storage.models import clients, decisions, prospects
from oncu.storage.records import Record, Version, save_records

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
