"""Behind the wall a person sees what is theirs in every table, whatever is asked; on both engines."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Connection, Date, Float, Integer, LargeBinary, Table, make_url, text

from oncu.storage.absences import Absence, save_absence
from oncu.storage.access import OPEN, ROLES, RULES
from oncu.storage.database import Database, StorageError, connect, create_database
from oncu.storage.models import Moment, metadata
from oncu.storage.people import Person, add_person
from oncu.storage.policies import grant_reader
from oncu.storage.wall import SCHEMAS, NotYours, Viewer, Wall, build_wall, check_seen

TODAY = date(2026, 3, 2)
MANAGERS = {"CANARY-A": "ma", "CANARY-B": "mb", "CANARY-C": "mc"}
LEAD_OF = "CANARY-C"  # its alert was sent to research
PEOPLE = {
    "ayse": (("manager",), "ma", "north"),
    "berk": (("manager", "deputy"), "mb", "south"),
    "lale": (("lead",), None, "north"),
    "rana": (("risk",), None, None),
    "nil": (("analyst",), None, None),
    "rauf": (("researcher",), None, None),
    "adem": (("admin",), None, None),
    "oya": (("auditor",), None, None),
}
SEEN = {
    "ayse": {"CANARY-A"},
    "berk": {"CANARY-B"},
    "lale": {"CANARY-A"},
    "rana": set(MANAGERS),
    "nil": set(MANAGERS),
    "rauf": {LEAD_OF},
    "adem": set(),
    "oya": set(),
    "nobody": set(),
}
PERSONAL = {"people", "person_roles", "sessions", "api_tokens", "audit", "audit_head"}
ABOUT_CLIENTS = sorted(metadata.tables.keys() - set(OPEN) - PERSONAL - {"issues"})


def row_about(client: str, table: Table, now: datetime) -> dict[str, Any]:
    """A row of a table that is about a client, every text of it naming the client."""
    return {column.name: _value(client, table, column, now) for column in table.columns}


def _value(client: str, table: Table, column: Column[Any], now: datetime) -> Any:
    special = {
        ("clients", "merged_into"): None,
        ("clients", "manager"): MANAGERS[client],
        ("clients", "deputy"): None,
        ("digests", "manager"): MANAGERS[client],
        ("decisions", "kind"): "lead" if client == LEAD_OF else "client-pair",
        ("decisions", "subject"): f"alerts-{client}"[:32] if client == LEAD_OF else client,
        ("documents", "category"): "tip",
    }
    if (table.name, column.name) in special:
        return special[table.name, column.name]
    if column.foreign_keys:
        return _key(client, next(iter(column.foreign_keys)).column.table.name)
    if column.name in ("client_id", "other_id"):
        return client
    if column.primary_key and isinstance(column.type, Integer):
        return sorted(MANAGERS).index(client) + 100
    if column.primary_key and not isinstance(column.type, Moment):
        return _key(client, table.name)
    kinds = {Boolean: True, Integer: 1, Float: 0.5, Moment: now, Date: TODAY, JSON: [client], LargeBinary: b"x"}
    return next((value for kind, value in kinds.items() if isinstance(column.type, kind)), client)


def _key(client: str, table: str) -> str:
    return client if table == "clients" else f"{table}-{client}"[:32]


def fill(database: Database, now: datetime) -> None:
    """One row a client in every table that can be about one, and the people of the tests."""
    with database.write() as connection:
        for table in metadata.sorted_tables:
            if table.name not in PERSONAL and table.name != "absences":
                connection.execute(table.insert(), [row_about(client, table, now) for client in MANAGERS])
        for name, (roles, manager, team) in PEOPLE.items():
            add_person(connection, Person(name, name, frozenset(roles), "test", now, manager=manager, team=team))


@pytest.fixture(scope="module")
def looked_at(postgresql_server: Any) -> Iterator[str]:
    """The address of a filled database of PostgreSQL, and there is a plain role `looker`."""
    with postgresql_server.database() as address:
        database = connect(address)
        fill(database, datetime.fromisoformat("2026-03-02T09:00:00+00:00"))
        with database.write() as connection:
            connection.exec_driver_sql("CREATE ROLE looker LOGIN")
            grant_reader(connection, "looker")
        database.close()
        yield address
    postgresql_server.say("DROP ROLE looker")


def as_looker(address: str) -> str:
    """The address with which the plain role opens the database."""
    return make_url(address).set(username="looker").render_as_string(hide_password=False)


@pytest.fixture
def wall(engine: str, request: pytest.FixtureRequest, now: datetime) -> Iterator[Wall]:
    """The wall around a filled database, on PostgreSQL opened by the plain role."""
    if engine == "sqlite":
        database, address = request.getfixturevalue("database"), None
        fill(database, now)
    else:
        address = request.getfixturevalue("looked_at")
        database = connect(address)
    built = build_wall(database, as_looker(address) if address else None)
    yield built
    built.close()
    built.database.close()


def everything(connection: Connection, tables: Iterable[str] = ABOUT_CLIENTS) -> str:
    """All that a connection sees of the tables, as one text."""
    return " ".join(str(connection.execute(metadata.tables[name].select()).fetchall()) for name in tables)


def test_every_table_has_a_rule() -> None:
    assert set(RULES) == set(metadata.tables)


@pytest.mark.parametrize("person", SEEN)
def test_person_sees_their_clients_in_every_table_and_no_others(wall: Wall, person: str) -> None:
    with wall.seen_by(Viewer(person, TODAY)).read() as connection:
        seen = everything(connection)
        with_rows = {
            name: {client for client in MANAGERS if client in everything(connection, [name])} for name in ABOUT_CLIENTS
        }
    assert {client for client in MANAGERS if client in seen} == SEEN[person]
    hides_money = person in ("nil", "rauf")
    for name, found in with_rows.items():
        hidden = hides_money and name in ("offers", "record_versions")
        unled = person == "rauf" and name == "digests" and not found
        assert found == (set() if hidden else SEEN[person]) or unled, name


@pytest.mark.parametrize(("person", "shown"), [("ayse", 0.5), ("rana", 0.5), ("nil", None), ("rauf", None)])
def test_money_is_shown_to_those_it_concerns(wall: Wall, person: str, shown: float | None) -> None:
    clients = metadata.tables["clients"]
    with wall.seen_by(Viewer(person, TODAY)).read() as connection:
        rows = connection.execute(clients.select()).mappings().fetchall()
    assert rows
    assert {row["limit"] for row in rows} == {shown}


def test_manager_and_analyst_in_one_sees_the_money_of_the_own_portfolio_alone(
    database: Database, now: datetime
) -> None:
    fill(database, now)
    with database.write() as connection:
        add_person(connection, Person("iki", "iki", frozenset({"manager", "analyst"}), "test", now, manager="ma"))
    with build_wall(database).seen_by(Viewer("iki", TODAY)).read() as connection:
        rows = connection.execute(metadata.tables["clients"].select()).mappings().fetchall()
    assert {row["client_id"]: row["limit"] for row in rows} == {"CANARY-A": 0.5, "CANARY-B": None, "CANARY-C": None}


@pytest.mark.parametrize("person", SEEN)
def test_trail_is_read_by_auditors_alone(wall: Wall, person: str) -> None:
    with wall.seen_by(Viewer(person, TODAY)).read() as connection:
        rows = connection.execute(metadata.tables["audit"].select()).fetchall()
    assert bool(rows) == (person == "oya")


def test_secrets_are_shown_to_nobody(wall: Wall) -> None:
    with wall.seen_by(Viewer("adem", TODAY)).read() as connection:
        rows = connection.execute(metadata.tables["people"].select()).mappings().fetchall()
    assert len(rows) == len(PEOPLE)
    assert {row["password"] for row in rows} == {None}


def test_disabled_person_sees_nothing(database: Database, now: datetime) -> None:
    fill(database, now)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE people SET is_active = FALSE WHERE name = 'rana'")
    with build_wall(database).seen_by(Viewer("rana", TODAY)).read() as connection:
        assert "CANARY" not in everything(connection)


def test_deputy_sees_a_portfolio_while_its_manager_is_away(database: Database, now: datetime) -> None:
    fill(database, now)
    with database.write() as connection:
        save_absence(connection, Absence("ma", TODAY, TODAY + timedelta(days=2), "mb", "test", now))
    wall = build_wall(database)
    found = {}
    for days in (-1, 0, 2, 3):
        with wall.seen_by(Viewer("berk", TODAY + timedelta(days=days))).read() as connection:
            found[days] = {row.client_id for row in connection.execute(metadata.tables["clients"].select())}
    both = {"CANARY-A", "CANARY-B"}
    assert found == {-1: {"CANARY-B"}, 0: both, 2: both, 3: {"CANARY-B"}}


def test_what_was_told_of_a_merged_client_is_its_survivors(database: Database, now: datetime) -> None:
    fill(database, now)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE clients SET merged_into = 'CANARY-A' WHERE client_id = 'CANARY-B'")
    with build_wall(database).seen_by(Viewer("ayse", TODAY)).read() as connection:
        rows = connection.execute(metadata.tables["mentions"].select()).fetchall()
    assert {row.client_id for row in rows} == {"CANARY-A", "CANARY-B"}


def test_public_documents_are_everybodys(database: Database, now: datetime) -> None:
    fill(database, now)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE documents SET category = 'news'")
    with build_wall(database).seen_by(Viewer("ayse", TODAY)).read() as connection:
        assert len(connection.execute(metadata.tables["texts"].select()).fetchall()) == len(MANAGERS)


def test_nothing_is_written_behind_the_wall(database: Database, now: datetime) -> None:
    fill(database, now)
    walled = build_wall(database).seen_by(Viewer("ayse", TODAY))
    with pytest.raises(StorageError, match="read-?only"), walled.read() as connection:
        connection.exec_driver_sql(f"DELETE FROM {SCHEMAS[database.engine.dialect.name]}alerts")
    with pytest.raises(NotYours, match="nothing is written"), walled.write():
        pass


def test_a_client_of_others_is_as_one_that_does_not_exist(database: Database, now: datetime) -> None:
    fill(database, now)
    with build_wall(database).seen_by(Viewer("ayse", TODAY)).read() as connection:
        check_seen(connection, ["CANARY-A"])
        with pytest.raises(NotYours, match="'CANARY-B' is not known"):
            check_seen(connection, ["CANARY-A", "CANARY-B"])


def test_who_looked_before_leaves_nothing_behind(database: Database, now: datetime) -> None:
    fill(database, now)
    wall = build_wall(database)
    for person in ("rana", "nobody", "ayse", "adem") * 2:
        with wall.seen_by(Viewer(person, TODAY)).read() as connection:
            seen = everything(connection)
        assert {client for client in MANAGERS if client in seen} == SEEN[person]


@pytest.mark.parametrize("person", SEEN)
def test_plain_role_of_postgresql_sees_no_more_without_the_first_wall(looked_at: str, person: str) -> None:
    database = connect(as_looker(looked_at))
    with database.read() as connection:
        connection.execute(text("SELECT set_config('oncu.person', :p, true)"), {"p": person})
        connection.execute(text("SELECT set_config('oncu.day', :d, true)"), {"d": TODAY.isoformat()})
        seen = everything(connection)
    database.close()
    assert {client for client in MANAGERS if client in seen} == SEEN[person]


def test_plain_role_that_says_no_name_sees_nothing(looked_at: str) -> None:
    database = connect(as_looker(looked_at))
    with database.read() as connection:
        assert "CANARY" not in everything(connection)
    database.close()


@pytest.mark.parametrize(
    "statement", ["SELECT password FROM people", "DELETE FROM alerts", "UPDATE alerts SET state=''"]
)
def test_plain_role_reads_no_secrets_and_writes_nothing(looked_at: str, statement: str) -> None:
    database = connect(as_looker(looked_at))
    with pytest.raises(StorageError, match="permission denied"), database.read() as connection:
        connection.exec_driver_sql(statement)
    database.close()


def test_roles_are_those_of_the_tests() -> None:
    assert {role for roles, _, _ in PEOPLE.values() for role in roles} == set(ROLES)


def test_upgrade_lets_the_plain_role_read_what_is_new(looked_at: str) -> None:
    owner, looker = connect(looked_at), connect(as_looker(looked_at))
    with owner.write() as connection:
        connection.exec_driver_sql("REVOKE ALL ON slots, clients FROM looker")
    with pytest.raises(StorageError, match="permission denied"), looker.read() as connection:
        connection.execute(metadata.tables["slots"].select())
    create_database(looked_at).close()
    with looker.read() as connection:
        seen = [len(connection.execute(metadata.tables[name].select()).all()) for name in ("slots", "clients")]
    assert seen == [len(MANAGERS), 0]
    owner.close()
    looker.close()
