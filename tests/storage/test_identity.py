"""Ids and names of clients in storage: what a merge and a person's word change, and when."""

from datetime import datetime, timedelta

import pytest

from oncu.storage.clients import load_clients, save_clients
from oncu.storage.database import Database
from oncu.storage.identity import (
    DIFFERENT,
    SAME,
    UNDECIDED,
    client_of_every_id,
    client_of_id,
    load_decisions,
    point_at_survivors,
    save_decision,
    survivors,
    with_merged,
)
from oncu.storage.models import aliases
from oncu.storage.names import add_name, names_of, remove_name
from oncu.storage.records import FIRST, Record, Version, adopt, load_records, records_of, save_records

DAY = timedelta(days=1)


@pytest.fixture
def two(database: Database, now: datetime) -> Database:
    rows = [{"client_id": f"C{n}", "legal_name": f"Örnek {n}", "short_names": (f"Ö{n}",)} for n in (1, 2)]
    with database.write() as connection:
        save_clients(connection, rows, now)
    return database


def test_merged_client_is_read_as_the_survivor_with_its_names(two: Database) -> None:
    with two.write() as connection:
        point_at_survivors(connection, {"C2": "C1"})
        assert [(c.client_id, c.aliases) for c in load_clients(connection)] == [("C1", ("Ö1", "Ö2"))]
        assert (survivors(connection), with_merged(connection, ["C1"])) == ({"C2": "C1"}, ["C1", "C2"])


def test_clearing_the_pointer_restores_both(two: Database) -> None:
    with two.write() as connection:
        before = load_clients(connection)
        point_at_survivors(connection, {"C2": "C1"})
        point_at_survivors(connection, {})
        assert load_clients(connection) == before


def test_newest_word_on_a_pair_counts_whichever_way_it_is_named(two: Database, now: datetime) -> None:
    with two.write() as connection:
        for days, (pair, verdict) in enumerate([(("C1", "C2"), SAME), (("C2", "C1"), DIFFERENT)]):
            save_decision(connection, *pair, verdict, by="ayse", note=None, now=now + days * DAY)
        assert {pair: said["verdict"] for pair, said in load_decisions(connection).items()} == {("C1", "C2"): DIFFERENT}
        save_decision(connection, "C1", "C2", UNDECIDED, by="ayse", note=None, now=now + 9 * DAY)
        assert load_decisions(connection) == {}


def test_removed_name_stays_with_its_times(two: Database, now: datetime) -> None:
    with two.write() as connection:
        remove_name(connection, "C1", "Ö1", now + DAY)
        assert load_clients(connection)[0].aliases == ()
        add_name(connection, "C1", "Ö1", now + 2 * DAY)
        rows = connection.execute(aliases.select().where(aliases.c.client_id == "C1")).all()
    assert sorted((row.origin, row.known_at, row.retired_at) for row in rows) == [
        ("file", now, None),
        ("person", now + 2 * DAY, None),
        ("removed", now + DAY, now + 2 * DAY),
    ]


def test_names_say_whence_they_are(two: Database, now: datetime) -> None:
    with two.write() as connection:
        add_name(connection, "C1", "Örnekçi", now + DAY)
        found = [(name.alias, name.origin) for name in names_of(connection, "C1")]
    assert found == [("Ö1", "file"), ("Örnekçi", "person")]


def test_record_keeps_every_version_and_says_the_last(database: Database, now: datetime) -> None:
    with database.write() as connection:
        for days, city in ((0, "Bursa"), (1, "İzmir"), (2, "Bursa")):
            at = now + days * DAY
            version = Version({"legal_name": "Örnek", "city": city}, at)
            save_records(connection, [Record("crm", "7", "C1", FIRST, "", now, (version,))], at)
        (found,) = records_of(connection, ["C1"])["C1"]
        current = load_records(connection, "crm")["7"]
    assert [version.fields["city"] for version in found.versions] == ["Bursa", "İzmir", "Bursa"]
    assert current.fields == {"legal_name": "Örnek", "city": "Bursa"}


def test_client_without_records_is_adopted_once(two: Database, now: datetime) -> None:
    with two.write() as connection:
        for _ in range(2):
            adopt(connection, ["C1", "C9"])
        found = load_records(connection, "clients")
    assert {key: dict(r.fields) for key, r in found.items()} == {"C1": {"legal_name": "Örnek 1", "short_names": ["Ö1"]}}


def test_one_id_means_what_it_means_among_all(two: Database, now: datetime) -> None:
    told = [("clients", "C1", "C2"), ("crm", "9", "C1"), ("erp", "9", "C2"), ("crm", "8", "C2")]
    versions = (Version({"legal_name": "Örnek"}, now),)
    rows = [Record(source, number, client, FIRST, "", now, versions) for source, number, client in told]
    with two.write() as connection:
        save_records(connection, rows, now)
        every = client_of_every_id(connection)
        asked = ("C1", "C2", "9", "8", "crm:9", "erp:9", "clients:C1", "nobody")
        assert [client_of_id(connection, one) for one in asked] == [every.get(one) for one in asked]
