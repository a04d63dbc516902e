"""Importing tables: good rows kept, bad ones reported, the same table twice is the same table once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oncu.config.load import HERE, load_signal_types, read_yaml
from oncu.signals.imports.plans import KINDS, LOOKUPS, load_plan
from oncu.signals.imports.run import ImportReport, format_report, import_table
from oncu.signals.imports.tables import TableError
from oncu.storage.audit import find_broken_link
from oncu.storage.clients import load_clients
from oncu.storage.database import Database, create_database
from oncu.storage.external import SqlQuery
from oncu.storage.models import metadata
from oncu.storage.outcomes import load_actions, load_exposure, load_offers, load_outcomes, load_relations

Import = Callable[..., ImportReport]

CLIENTS = """client_id;legal_name;short_names;tax_id;limit
C1;Örnek Döküm A.Ş.;Örnek;1234567890;1.250.000,00
C2;Deneme Gıda Ltd. Şti.;;;850.000
"""
OUTCOMES = """client_id,kind,occurred_at,recorded_at,amount,competing
C1,sale,2025-12-01,2025-12-05,1000.5,false
C2,exit,2025-11-01,2025-11-02,,true
"""
OFFER = "offer_id,client_id,product,amount,tenor_months,offered_at,price,cost,status,decided_at,loss_reason"


@pytest.fixture
def load(database: Database, now: datetime, tmp_path: Path) -> Import:
    """Import a text as CSV."""

    def run(kind: str, text: str, *, at: datetime = now) -> ImportReport:
        (tmp_path / f"{kind}.csv").write_text(text, encoding="utf-8")
        return import_table(kind, tmp_path / f"{kind}.csv", database, at, actor="test")

    return run


@pytest.fixture
def with_clients(load: Import) -> Import:
    load("clients", CLIENTS)
    return load


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.new, report.updated, report.unchanged, len(report.bad)


def dump(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.read() as connection:
        tables = metadata.sorted_tables
        return {t.name: sorted(map(tuple, connection.execute(t.select())), key=repr) for t in tables}


def test_clients_are_stored_with_names_and_turkish_numbers(with_clients: Import, database: Database) -> None:
    with database.read() as connection:
        first, second = load_clients(connection)
    assert (first.legal_name, first.aliases, first.tax_id, first.limit) == (
        "Örnek Döküm A.Ş.",
        ("Örnek",),
        "1234567890",
        1250000,
    )
    assert (second.tax_id, second.limit) == (None, 850000)


EVERY_KIND = {
    "clients": CLIENTS,
    "relations": "client_id,other_id,kind,share\nC1,C2,supplier,%25\n",
    "outcomes": OUTCOMES,
    "offers": f"{OFFER}\nO1,C1,loan,1000,12,2025-12-01,41.5,38.2,lost,2025-12-09,price\n",
    "exposure": "client_id,from,to,sector\nC1,2020-01-01,,Metal\nC2,2019-05-01,2025-11-01,Food\n",
    "actions": "client_id,kind,acted_at,propensity\nC1,visit,2025-11-20 10:00,0.5\n",
}


@pytest.mark.parametrize("kind", KINDS)
def test_same_table_twice_changes_nothing(with_clients: Import, database: Database, now: datetime, kind: str) -> None:
    with_clients(kind, EVERY_KIND[kind])
    before = dump(database)
    again = with_clients(kind, EVERY_KIND[kind], at=now + timedelta(days=30))
    assert (dump(database) == before, again.new, again.updated, again.unchanged) == (True, 0, 0, again.rows)


def test_every_kind_is_read_back(with_clients: Import, database: Database, now: datetime) -> None:
    for kind in KINDS:
        with_clients(kind, EVERY_KIND[kind])
    with database.read() as connection:
        loaded = [
            load(connection, now) for load in (load_relations, load_outcomes, load_offers, load_exposure, load_actions)
        ]
    assert [len(rows) for rows in loaded] == [1, 2, 1, 2, 1]
    assert (loaded[0][0].share, loaded[2][0].price, loaded[4][0].acted_at.hour) == (0.25, 41.5, 7)


def test_bad_row_names_line_and_column_and_good_rows_are_kept(load: Import, database: Database) -> None:
    report = load("clients", "client_id;legal_name;tax_id\nC1;Örnek;123\nC2;Deneme;\n")
    assert [(bad.line, bad.column) for bad in report.bad] == [(2, "tax_id")]
    with database.read() as connection:
        assert [client.client_id for client in load_clients(connection)] == ["C2"]


def test_every_fault_of_a_row_is_reported_and_the_row_counts_once(with_clients: Import) -> None:
    lines = format_report(with_clients("outcomes", "client_id,kind,occurred_at,amount\n,sael,2025-13-01,x\n"))
    assert lines[0].endswith("1 rows: 0 new, 0 updated, 0 unchanged, 1 bad")
    assert [line.split(":")[0] for line in lines[1:]] == [
        f"line 2, column {c}" for c in ("client_id", "kind", "occurred_at", "amount")
    ]


def test_report_reads_like_a_sentence(with_clients: Import) -> None:
    lines = format_report(with_clients("outcomes", "client_id,kind,occurred_at\nC1,sael,2025-12-01\n"))
    assert lines[1] == "line 2, column kind: 'sael' is not known; did you mean 'sale'?"


def test_missing_required_columns_are_one_error_and_nothing_is_imported(load: Import) -> None:
    with pytest.raises(TableError, match=r"columns kind, occurred_at are missing \(found: client_id, kin\)"):
        load("outcomes", "client_id,kin\nC1,sale\n")


def test_client_list_without_rows_is_an_error(load: Import) -> None:
    with pytest.raises(TableError, match="holds no clients"):
        load("clients", "client_id;legal_name\n")


def test_outcomes_without_rows_are_a_note(load: Import) -> None:
    assert load("outcomes", "client_id,kind,occurred_at\n").notes == ("the table holds no rows",)


def test_headers_may_be_turkish_and_spelt_freely(load: Import, database: Database) -> None:
    load("clients", "MÜŞTERİ NO;Ünvan;Vergi No;İL\nC1;Örnek;1234567890;İzmir\n")
    with database.read() as connection:
        client = load_clients(connection)[0]
    assert (client.client_id, client.tax_id, client.city) == ("C1", "1234567890", "İzmir")


def test_same_header_word_means_the_column_of_its_table() -> None:
    places = {kind: load_plan(kind).headers["tarih"] for kind in ("outcomes", "offers", "actions")}
    assert places == {"outcomes": "occurred_at", "offers": "offered_at", "actions": "acted_at"}


def test_unknown_columns_are_one_note_with_the_likely_name(load: Import) -> None:
    report = load("clients", "client_id;legal_name;tax_ids;Renk\nC1;Örnek;;mavi\n")
    assert report.notes == ("not imported, unknown columns: 'tax_ids' (did you mean tax_id?), 'Renk'",)


def test_column_that_stands_twice_is_an_error(load: Import) -> None:
    with pytest.raises(
        TableError, match=r"client_id stands twice, in columns 1 \('client_id'\) and 3 \('Müşteri No'\)"
    ):
        load("clients", "client_id;legal_name;Müşteri No\nC1;Örnek;C1\n")


def test_outcome_of_an_unknown_client_is_a_bad_row(with_clients: Import) -> None:
    report = with_clients("outcomes", OUTCOMES + "C9,sale,2025-12-01,2025-12-02,5,false\n")
    assert (counts(report), report.bad[0].reason) == ((2, 0, 0, 1), "unknown client 'C9'; import clients first")


def test_recorded_at_is_the_moment_of_the_first_import_where_not_given(
    with_clients: Import, database: Database, now: datetime
) -> None:
    for days, amount in ((0, 5), (30, 6)):
        with_clients(
            "outcomes",
            f"client_id,kind,occurred_at,amount\nC1,sale,2025-12-01,{amount}\n",
            at=now + timedelta(days=days),
        )
    with database.read() as connection:
        outcome = load_outcomes(connection, now)[0]
    assert (outcome.amount, outcome.recorded_at) == (6, now)


def test_changed_amount_is_an_update(with_clients: Import) -> None:
    with_clients("outcomes", OUTCOMES)
    assert counts(with_clients("outcomes", OUTCOMES.replace("1000.5", "2000.5"))) == (0, 1, 1, 0)


def test_repeated_row_counts_as_unchanged(with_clients: Import) -> None:
    assert counts(with_clients("outcomes", OUTCOMES + OUTCOMES.splitlines()[1] + "\n")) == (2, 0, 1, 0)


def test_second_sale_of_a_day_is_not_swallowed(with_clients: Import) -> None:
    report = with_clients("outcomes", OUTCOMES + "C1,sale,2025-12-01,2025-12-05,77,false\n")
    assert (counts(report), report.bad[0].line) == ((2, 0, 0, 1), 4)
    assert "of line 2 and says something else" in report.bad[0].reason


def test_subtype_tells_two_sales_of_a_day_apart(with_clients: Import) -> None:
    text = "client_id,kind,subtype,occurred_at\nC1,sale,leasing,2025-12-01\nC1,sale,loan,2025-12-01\n"
    assert counts(with_clients("outcomes", text)) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("kind", "header", "row", "column"),
    [
        ("clients", "client_id,legal_name,parent_id", "C1,Örnek,C1", "parent_id"),
        ("clients", "client_id,legal_name,lei", "C1,Örnek,213800KUD8LAJWSQ9D16", "lei"),
        ("clients", "client_id,legal_name,limit", "C1,Örnek,1.234", "limit"),
        ("relations", "client_id,other_id,kind", "C1,C1,parent", "other_id"),
        ("relations", "client_id,other_id,kind,share", "C1,C2,parent,51", "share"),
        ("outcomes", "client_id,kind,occurred_at,initiator", "C1,sale,2025-12-01,bank", "initiator"),
        ("outcomes", "client_id,kind,occurred_at", "C1,sale,2062-12-01", "occurred_at"),
        ("outcomes", "client_id,kind,occurred_at,recorded_at", "C1,sale,2025-12-10,2025-12-01", "recorded_at"),
        ("offers", OFFER, "O1,C1,loan,1000,12,2025-12-01,41,38,won,,", "decided_at"),
        ("offers", OFFER, "O1,C1,loan,1000,12,2025-12-01,41,38,open,2025-12-03,", "decided_at"),
        ("offers", OFFER, "O1,C1,loan,1000,12,2025-12-01,41,38,won,2025-12-03,price", "loss_reason"),
        ("offers", OFFER, "O1,C1,loan,1000,12,2025-12-11,41,38,lost,2025-12-03,price", "decided_at"),
        ("offers", OFFER, "O1,C1,loan,0,12,2025-12-01,41,38,open,,", "amount"),
        ("exposure", "client_id,from,to", "C1,2025-01-01,2024-01-01", "to"),
        ("actions", "client_id,kind,acted_at,propensity", "C1,visit,2025-01-01,0", "propensity"),
        ("actions", "client_id,kind,acted_at", "C1,vist,2025-01-01", "kind"),
    ],
)
def test_rule_of_a_row_names_its_column(with_clients: Import, kind: str, header: str, row: str, column: str) -> None:
    report = with_clients(kind, f"{header}\n{row}\n")
    assert [(bad.line, bad.column) for bad in report.bad] == [(2, column)]
    assert report.new == 0


def test_application_has_an_initiator(with_clients: Import, database: Database, now: datetime) -> None:
    with_clients("outcomes", "client_id,kind,occurred_at,initiator\nC1,başvuru,01.12.2025,Müşteri\n")
    with database.read() as connection:
        outcome = load_outcomes(connection, now)[0]
    assert (outcome.kind, outcome.initiator, outcome.competing) == ("application", "client", False)


def test_failure_while_saving_leaves_nothing_behind(
    with_clients: Import, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(database)
    monkeypatch.setattr("oncu.signals.imports.run.write_audit", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        with_clients("outcomes", OUTCOMES)
    assert dump(database) == before


def test_import_leaves_one_link_in_the_audit_trail(with_clients: Import, database: Database) -> None:
    with database.read() as connection:
        trail = connection.exec_driver_sql("SELECT actor, action, object, reason FROM audit").all()
        assert find_broken_link(connection) is None
    assert [tuple(row) for row in trail] == [("test", "import", "clients clients.csv", "2 new, 0 updated, 0 unchanged")]


def test_rows_come_from_a_query(with_clients: Import, database: Database, now: datetime, tmp_path: Path) -> None:
    other = create_database(f"sqlite:///{tmp_path / 'core.db'}")
    with other.write() as connection:
        connection.exec_driver_sql("CREATE TABLE events (musteri_no TEXT, tur TEXT, tarih DATE, tutar REAL)")
        connection.exec_driver_sql(
            "INSERT INTO events VALUES ('C1', 'sale', '2025-12-01', 1.234), ('C9', 'sale', '2025-12-01', 1)"
        )
    other.close()
    source = SqlQuery(f"sqlite:///{tmp_path / 'core.db'}", "SELECT musteri_no, tur, tarih, tutar FROM events")
    report = import_table("outcomes", source, database, now, actor="test")
    assert (counts(report), report.bad[0].line) == ((1, 0, 0, 1), 2)


def test_name_that_left_the_file_is_retired_and_a_new_one_added(
    with_clients: Import, database: Database, now: datetime
) -> None:
    report = with_clients("clients", CLIENTS.replace(";Örnek;", ";Yeni Örnek;"), at=now + timedelta(days=1))
    with database.read() as connection:
        assert load_clients(connection)[0].aliases == ("Yeni Örnek",)
    assert counts(report) == (0, 1, 1, 0)


def test_column_that_is_not_in_the_file_is_left_alone(with_clients: Import, database: Database) -> None:
    with_clients("clients", "client_id;legal_name;city\nC1;Örnek Döküm A.Ş.;Bursa\n")
    with database.read() as connection:
        client = load_clients(connection)[0]
    assert (client.city, client.tax_id, client.aliases) == ("Bursa", "1234567890", ("Örnek",))


def test_every_outcome_that_signals_foretell_can_be_imported() -> None:
    allowed = set(read_yaml(LOOKUPS)["values"]["outcomes"]["kind"])
    foretold = {spec.outcome for spec in load_signal_types().values()}
    meaning = read_yaml(HERE / "lookups" / "outcomes.yml")
    ends = {kind for side in ("opportunity", "risk") for kinds in meaning[side].values() for kind in kinds}
    assert foretold | ends | set(meaning["official"]) | set(meaning["defines"]) <= allowed


def test_synonyms_belong_to_columns_that_exist() -> None:
    lookups = read_yaml(LOOKUPS)
    names = {kind: {column.name for column in load_plan(kind).columns} for kind in KINDS}
    stray = [
        (k, n)
        for part in ("headers", "values")
        for k, ns in lookups[part].items()
        if k != "any"
        for n in ns
        if n not in names[k]
    ]
    assert stray == []


def test_offer_decided_later_was_open_then(with_clients: Import, database: Database, now: datetime) -> None:
    then = datetime(2025, 12, 5, tzinfo=UTC)
    with_clients("offers", f"{OFFER},recorded_at\nO1,C1,loan,9,12,2025-12-01,41,38,lost,2025-12-09,price,2025-12-02\n")
    with database.read() as connection:
        first, last = (load_offers(connection, moment)[0] for moment in (then, now))
    assert [(o.status, o.decided_at is None, o.loss_reason) for o in (first, last)] == [
        ("open", True, None),
        ("lost", False, "price"),
    ]
