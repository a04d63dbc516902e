"""The same code on a real PostgreSQL: there is no second code path."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from oncu.config.load import load_signal_types
from oncu.config.settings import Settings
from oncu.signals.clients.unite import call_same, split
from oncu.signals.flow.pipeline import Catalogue, run_pending
from oncu.signals.imports.run import import_table
from oncu.storage.alerts import alert_candidates
from oncu.storage.audit import find_broken_link, write_audit
from oncu.storage.clients import load_clients, save_clients
from oncu.storage.database import Database, StorageError, create_database, open_database
from oncu.storage.dispatches import alert_moments, claim_due
from oncu.storage.documents import Document, Saved, save_documents, unread_documents
from oncu.storage.external import SqlQuery
from oncu.storage.outcomes import load_outcomes
from oncu.storage.signals import managers_with_clients
from oncu.storage.withheld import withheld_on


def test_creating_twice_is_creating_once(postgresql: Database) -> None:
    create_database(postgresql.address).close()
    open_database(postgresql.address).close()


def test_documents_are_stored_once(postgresql: Database, now: datetime) -> None:
    document = Document("ornek-gazete", "a1", "Örnek Döküm", "Yeni hat.", now, fields={"city": "Iğdır"})
    with postgresql.write() as connection:
        found = [save_documents(connection, [document]) for _ in range(2)]
        assert unread_documents(connection, limit=5) == [document]
    assert found == [Saved(new=1), Saved(seen=1)]


def test_import_twice_is_import_once(postgresql: Database, now: datetime, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("client_id;legal_name;short_names;limit\nC1;Örnek A.Ş.;Örnek;1.234,5\n")
    (tmp_path / "o.csv").write_text("client_id,kind,occurred_at,amount\nC1,sale,2025-12-01,0.1\nC9,sale,2025-12-01,1\n")
    found = [
        import_table(kind, tmp_path / name, postgresql, now + timedelta(days=days), actor="test")
        for days in (0, 1)
        for kind, name in (("clients", "c.csv"), ("outcomes", "o.csv"))
    ]
    assert [(r.new, r.updated, r.unchanged, len(r.bad)) for r in found] == [(1, 0, 0, 0), (1, 0, 0, 1)] + [
        (0, 0, 1, 0),
        (0, 0, 1, 1),
    ]
    with postgresql.read() as connection:
        assert load_outcomes(connection, now)[0].amount == 0.1


def test_names_are_retired(postgresql: Database, now: datetime) -> None:
    row = {"client_id": "C1", "legal_name": "Örnek A.Ş."}
    with postgresql.write() as connection:
        for days, names in enumerate([("Örnek", "Eski"), ("Örnek",)]):
            save_clients(connection, [row | {"short_names": names}], now + timedelta(days=days))
        assert load_clients(connection)[0].aliases == ("Örnek",)


def test_rows_come_from_a_query(postgresql: Database, now: datetime) -> None:
    query = "SELECT 'C1' AS client_id, 'Örnek %s :x' AS legal_name, 1234.5::numeric AS \"limit\""
    report = import_table("clients", SqlQuery(postgresql.address, query), postgresql, now, actor="test")
    with postgresql.read() as connection:
        found = load_clients(connection)[0]
    assert (report.new, found.legal_name, found.limit) == (1, "Örnek %s :x", 1234.5)


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_trail_refuses_to_be_changed(postgresql: Database, now: datetime, statement: str) -> None:
    with postgresql.write() as connection:
        write_audit(connection, "ayse", "import", "clients", now)
    with pytest.raises(StorageError, match="append-only"), postgresql.write() as connection:
        connection.exec_driver_sql(statement)
    with postgresql.read() as connection:
        assert find_broken_link(connection) is None


def test_two_lists_make_one_client_and_a_merge_is_taken_back(
    postgresql: Database, now: datetime, tmp_path: Path
) -> None:
    (tmp_path / "c.csv").write_text("client_id;legal_name;tax_id\nC1;Örnek Boya A.Ş.;6004108239\nC2;Nehir Gıda;\n")
    (tmp_path / "k.csv").write_text("client_id;legal_name;tax_id;city\n7;ÖRNEK BOYA;6004108239;Bursa\n")
    (tmp_path / "o.csv").write_text("client_id,kind,occurred_at\n7,sale,2025-12-01\nC2,sale,2025-12-02\n")
    for kind, name, system in (("clients", "c", "clients"), ("clients", "k", "crm"), ("outcomes", "o", "crm")) * 2:
        report = import_table(kind, tmp_path / f"{name}.csv", postgresql, now, actor="test", system=system)
        assert not report.bad
    call_same(postgresql, "C2", "7", now, by="ayse", order=())
    with postgresql.read() as connection:
        assert [(c.client_id, c.city) for c in load_clients(connection)] == [("C1", "Bursa")]
        assert [o.client_id for o in load_outcomes(connection, now)] == ["C1", "C1"]
        assert managers_with_clients(connection) == []
    split(postgresql, "C1", "C2", now + timedelta(days=1), by="ayse", order=())
    with postgresql.read() as connection:
        assert [o.client_id for o in load_outcomes(connection, now)] == ["C1", "C2"]
        assert alert_candidates(connection, since=now) == []


def test_an_alert_is_routed_and_its_message_is_taken_by_one_sender(postgresql: Database, now: datetime) -> None:
    row = {
        "client_id": "C1",
        "legal_name": "Parlak Telekom A.Ş.",
        "short_names": ("Parlak Telekom",),
        "manager": "ayse",
    }
    types = {"insolvency": load_signal_types()["insolvency"]}
    with postgresql.write() as connection:
        save_clients(connection, [row], now)
        save_documents(connection, [Document("gazete", "a", "Parlak Telekom konkordato ilan etti", "", now, now)])
    for source, hours in (("gazete", 0), ("ajans", 1)):
        title = "Parlak Telekom konkordato ilan etti, mahkeme mühlet verdi"
        with postgresql.write() as connection:
            save_documents(connection, [Document(source, "b", title, "", now, now)])
        run_pending(postgresql, Catalogue({}, types), Settings(), now + timedelta(hours=hours))
    days = {"oldest": now - timedelta(days=1), "latest": now + timedelta(days=1)}
    asked = days | {"pause_of": lambda tries: timedelta(minutes=tries)}
    with postgresql.write() as one, postgresql.write() as other:
        claimed = [len(claim_due(sender, now + timedelta(hours=1), **asked)) for sender in (one, other)]
    with postgresql.read() as connection:
        assert len(alert_moments(connection, since=now, until=now + timedelta(hours=1))) == 1
        assert withheld_on(connection, now.date()) == []
    assert claimed == [2, 0]
