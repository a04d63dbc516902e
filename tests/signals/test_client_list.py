"""Client lists of several systems: one golden client each, whoever names it by whichever id."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from oncu.signals.imports.names import read_client_names
from oncu.signals.imports.run import ImportReport, import_table
from oncu.storage.clients import Client, load_clients, save_clients
from oncu.storage.database import Database
from oncu.storage.identity import client_of_every_id
from oncu.storage.models import metadata
from oncu.storage.names import Place, load_sites
from oncu.storage.outcomes import load_outcomes, load_relations
from oncu.storage.records import records_of

Import = Callable[..., ImportReport]
DAY = timedelta(days=1)
CORE = """client_id;legal_name;short_names;tax_id;city;website
C1;Karaçınar Tekstil Sanayi A.Ş.;Karaçınar;6004108239;Bursa;karacinar.example
C2;Tuğralı Döküm A.Ş.;;5658481962;Kocaeli;
C3;Nehir Kimya Ltd. Şti.;;;Adana;
"""
CRM = """client_id;legal_name;tax_id;city;manager
77;KARAÇINAR TEKSTİL SAN. A.Ş.;6004108239;BURSA;ayse
C2;Başka Gıda Ltd. Şti.;;İzmir;burak
80;Nehir Kimya Limited Şirketi;;Adana;burak
"""


@pytest.fixture
def load(database: Database, now: datetime, tmp_path: Path) -> Import:
    """Import a text as CSV, of a system, some days after the start."""

    def run(
        kind: str, text: str, system: str = "clients", *, days: int = 0, order: tuple[str, ...] = ()
    ) -> ImportReport:
        (tmp_path / f"{kind}.csv").write_text(text, encoding="utf-8")
        more = {"actor": "test", "system": system, "order": order}
        return import_table(kind, tmp_path / f"{kind}.csv", database, now + days * DAY, **more)

    return run


@pytest.fixture
def both(load: Import) -> Import:
    load("clients", CORE)
    load("clients", CRM, "crm", days=1)
    return load


def clients(database: Database) -> dict[str, Client]:
    with database.read() as connection:
        return {client.client_id: client for client in load_clients(connection)}


def dump(database: Database) -> dict[str, list[str]]:
    with database.read() as connection:
        tables = metadata.sorted_tables
        return {table.name: sorted(map(str, connection.execute(table.select()))) for table in tables}


def test_row_with_a_known_tax_number_is_the_client_that_has_it(both: Import, database: Database) -> None:
    assert set(clients(database)) == {"C1", "C2", "C3", "crm:C2", "80"}
    assert clients(database)["C1"].manager == "ayse"


def test_report_says_which_rows_are_known_clients(load: Import) -> None:
    load("clients", CORE)
    assert load("clients", CRM, "crm").notes == ("crm:77 is client C1 (same tax number; name agrees)",)


def test_lists_of_several_systems_again_change_nothing(both: Import, database: Database) -> None:
    before = dump(database)
    again = [both("clients", CORE, days=5), both("clients", CRM, "crm", days=6)]
    assert [(r.new, r.updated, r.unchanged, r.notes) for r in again] == [(0, 0, 3, ()), (0, 0, 3, ())]
    assert dump(database) == before


def test_every_version_of_a_record_is_kept(both: Import, database: Database, now: datetime) -> None:
    both("clients", CORE.replace(";Bursa;", ";İzmir;"), days=3)
    with database.read() as connection:
        own, crm = records_of(connection, ["C1"])["C1"]
    assert [(v.fields["city"], v.recorded_at) for v in own.versions] == [("Bursa", now), ("İzmir", now + 3 * DAY)]
    assert (crm.name, crm.basis, len(crm.versions)) == ("crm:77", "tax_id", 1)


def test_source_order_decides_which_value_counts(load: Import, database: Database) -> None:
    load("clients", CORE, order=("crm", "clients"))
    load("clients", CRM.replace("BURSA", "Ankara"), "crm", order=("clients", "crm"))
    assert clients(database)["C1"].city == "Bursa"


def test_two_rows_of_one_file_with_one_tax_number_are_one_client(load: Import, database: Database) -> None:
    report = load("clients", CORE + "C9;Karaçınar Tekstil;;6004108239;;\n")
    assert report.notes == ("C9 is client C1 (same tax number; name agrees)",)
    assert set(clients(database)) == {"C1", "C2", "C3"}


def test_one_number_under_two_names_is_kept_apart_and_said(load: Import, database: Database) -> None:
    report = load("clients", CORE + "C9;Ovalı Maden A.Ş.;;6004108239;;\n")
    assert set(clients(database)) == {"C1", "C2", "C3", "C9"}
    assert report.notes == (
        "C1 and C9 have the same tax number (6004108239) but other names; kept apart, "
        "oncu clients duplicates shows both",
    )


def test_existing_clients_are_never_made_one_by_an_import(both: Import, database: Database) -> None:
    report = both("clients", CORE.replace("Şti.;;;Adana", "Şti.;;5658481962;Adana"), days=2)
    assert {"C2", "C3"} <= set(clients(database))
    assert "C2 and C3 have the same tax number" in report.notes[0]


def test_same_name_in_one_city_is_no_proof(both: Import, database: Database) -> None:
    assert {"C3", "80"} <= set(clients(database))


def test_column_a_list_lacks_is_left_alone(both: Import, database: Database) -> None:
    both("clients", "client_id;legal_name\n77;Karaçınar Tekstil A.Ş.\n", "crm", days=3)
    assert clients(database)["C1"].manager == "ayse"


def test_any_id_of_a_client_names_it(both: Import, database: Database, now: datetime) -> None:
    rows = "client_id,kind,occurred_at\n77,sale,2025-01-01\ncrm:80,sale,2025-01-02\nC2,sale,2025-01-03\n"
    both("outcomes", rows)
    with database.read() as connection:
        assert [o.client_id for o in load_outcomes(connection, now)] == ["80", "C1", "C2"]


def test_bare_id_is_that_of_the_system_the_table_comes_from(both: Import, database: Database, now: datetime) -> None:
    both("outcomes", "client_id,kind,occurred_at\nC2,sale,2025-01-03\n", "crm")
    with database.read() as connection:
        assert [o.client_id for o in load_outcomes(connection, now)] == ["crm:C2"]


def test_bare_id_of_two_records_and_no_client_names_nobody(load: Import, database: Database) -> None:
    for system, tax_id in (("crm", "6004108239"), ("erp", "5658481962")):
        load("clients", CORE, "core")
        load("clients", f"client_id;legal_name;tax_id\n5;Karaçınar Tuğralı;{tax_id}\n", system)
    with database.read() as connection:
        ids = client_of_every_id(connection)
    assert ("5" in ids, ids["crm:5"], ids["erp:5"]) == (False, "C1", "C2")


def test_relations_name_both_sides_by_any_id(both: Import, database: Database, now: datetime) -> None:
    both("relations", "client_id,other_id,kind\n77,80,supplier\n77,dışarıdan,customer\n", "crm")
    with database.read() as connection:
        found = {(r.client_id, r.other_id) for r in load_relations(connection, now)}
    assert found == {("C1", "80"), ("C1", "dışarıdan")}


def test_parent_is_named_by_the_id_of_its_own_list(load: Import, database: Database) -> None:
    load("clients", CORE)
    load("clients", "client_id;legal_name;tax_id;parent_id\n77;Karaçınar Tekstil;6004108239;\n78;Ovalı;;77\n", "crm")
    assert clients(database)["78"].parent_id == "C1"


@pytest.mark.parametrize("kind", ["clients", "relations"])
def test_row_that_makes_a_firm_its_own_grandparent_is_refused(load: Import, kind: str) -> None:
    load("clients", "client_id;legal_name;parent_id\nC1;Örnek Bir;\nC2;Örnek İki;C1\nC3;Örnek Üç;C2\n")
    table = {
        "clients": "client_id;legal_name;parent_id\nC1;Örnek Bir;C3\n",
        "relations": "client_id,other_id,kind\nC1,C3,parent\n",
    }
    report = load(kind, table[kind])
    assert (len(report.bad), report.new, report.updated) == (1, 0, 0)
    assert report.bad[0].reason.startswith("closes a circle of parents (C1 → C3 → C2 → C1)")


def test_group_may_be_turned_round_in_one_list(load: Import, database: Database) -> None:
    load("clients", "client_id;legal_name;parent_id\nC1;Örnek Bir;C2\nC2;Örnek İki;\n")
    report = load("clients", "client_id;legal_name;parent_id\nC1;Örnek Bir;\nC2;Örnek İki;C1\n")
    assert (report.bad, clients(database)["C2"].parent_id) == ((), "C1")


def test_client_of_an_older_database_keeps_what_it_had(load: Import, database: Database, now: datetime) -> None:
    row = {"client_id": "C1", "legal_name": "Karaçınar Tekstil San. A.Ş.", "tax_id": "6004108239", "limit": 5.0}
    with database.write() as connection:
        save_clients(connection, [row | {"short_names": ("Karaçınar",)}], now)
    report = load("clients", CRM, "crm", days=1)
    found = clients(database)["C1"]
    assert (report.new, found.limit, found.manager, found.aliases) == (3, 5.0, "ayse", ("Karaçınar",))


def test_site_says_where_it_lies(load: Import, database: Database) -> None:
    load("clients", "client_id;legal_name;addresses\nC1;Örnek;Kestel OSB 4. Cadde, Kestel/Bursa\n")
    with database.read() as connection:
        assert [site.place for site in load_sites(connection)] == [Place("Bursa", "Kestel", "Kestel OSB")]


def test_names_for_matching_know_the_rows_of_one_client(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "c.csv").write_text(CORE + "C9;Karaçınar Boya;Karaçınar Boya;6004108239;;\n", encoding="utf-8")
    names, bad = read_client_names(tmp_path / "c.csv", now)
    assert ([name.client_id for name in names], bad) == (["C1", "C2", "C3"], ())
    assert names[0].short_names == ("Karaçınar", "Karaçınar Boya")
