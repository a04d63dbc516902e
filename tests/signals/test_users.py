"""`oncu users` and `oncu audit` as an admin types them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oncu.config.problems import Problem
from oncu.config.settings import AccessSettings
from oncu.signals.people.accounts import create_person
from oncu.signals.people.rights import Reason, reasons_to_see
from oncu.signals.words import load_words
from oncu.storage.absences import Absence, save_absence
from oncu.storage.clients import save_clients
from oncu.storage.database import Database, connect
from oncu.storage.models import clients
from oncu.storage.people import Person
from oncu.storage.wall import Viewer, build_wall

from ..tamper import tamper

pytestmark = pytest.mark.usefixtures("english")

SECRET = "yeşil kedi damda"
Oncu = Callable[..., tuple[int, str, str]]
PEOPLE = {
    "ayse": ({"manager"}, "ma", "north"),
    "berk": ({"manager", "deputy"}, "mb", "south"),
    "lale": ({"lead"}, None, "north"),
    "rana": ({"risk"}, None, None),
    "rauf": ({"researcher"}, None, None),
    "adem": ({"admin"}, None, None),
}


@pytest.fixture
def oncu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new_database: Path) -> Oncu:
    """The command line in a folder with a new database."""
    import shutil

    from typer.testing import CliRunner

    from oncu.signals.cli import app

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONCU_DATABASE_URL", f"sqlite:///{shutil.copy(new_database, tmp_path / 'oncu.db')}")

    def run(*words: str, typed: str = "") -> tuple[int, str, str]:
        result = CliRunner().invoke(app, list(words), input=typed)
        problem = str(result.exception) if isinstance(result.exception, Problem) else ""
        return (1 if problem else result.exit_code), result.stdout, problem

    return run


def test_admin_is_added_listed_and_seen_in_the_trail(oncu: Oncu) -> None:
    assert oncu("users", "list")[1].startswith("nobody yet; the first: oncu users add NAME --role admin")
    assert oncu("users", "add", "adem", "--role", "admin", "--password-stdin", typed=f"{SECRET}\n")[0] == 0
    (row,) = json.loads(oncu("users", "list", "--json")[1])
    assert (row["name"], row["roles"], row["logs_in_with"]) == ("adem", ["admin"], ["password"])
    assert "person.add  adem" in oncu("audit", "list")[1]
    assert oncu("audit", "verify")[1].startswith("the audit trail is whole: 1 rows")


def test_password_is_no_argument_and_is_asked_for_on_a_terminal_only(oncu: Oncu) -> None:
    code, _, problem = oncu("users", "add", "adem", "--role", "admin")
    assert (code, "--password-stdin" in problem) == (1, True)


def test_trail_is_exported_as_csv(oncu: Oncu) -> None:
    oncu("users", "add", "adem", "--role", "admin", "--password-stdin", typed=f"{SECRET}\n")
    lines = oncu("audit", "list", "--csv")[1].splitlines()
    assert lines[0] == "seq,at,actor,action,object,reason"
    assert lines[1].startswith("1,")


def test_trail_changed_behind_the_back_of_the_program_is_told(oncu: Oncu, tmp_path: Path) -> None:
    for name in ("adem", "ece"):
        oncu("users", "add", name, "--role", "admin", "--password-stdin", typed=f"{SECRET}\n")
    end = oncu("audit", "end")[1].strip()
    assert oncu("audit", "verify", "--end", end)[0] == 0
    database = connect(f"sqlite:///{tmp_path / 'oncu.db'}")
    with database.write() as connection:
        tamper(connection, "UPDATE audit SET actor = 'x' WHERE seq = 1")
    database.close()
    assert oncu("audit", "verify")[::2] == (
        1,
        "the audit trail is broken at row 1: it or the one before it was changed or removed",
    )


@pytest.mark.parametrize(
    "words", [("disable", "yok"), ("roles", "yok", "--role", "risk"), ("token", "yok", "--for", "x")]
)
def test_unknown_person_is_named(oncu: Oncu, words: tuple[str, ...]) -> None:
    assert "there is no person 'yok'" in oncu("users", *words)[2]


@pytest.fixture
def bank(database: Database, now: datetime) -> Database:
    """Four clients of three managers, one of them away."""
    rows = [
        {"client_id": one, "legal_name": f"{one} Gıda A.Ş.", "manager": manager, "deputy": deputy}
        for one, manager, deputy in (("A", "ma", None), ("B", "mb", None), ("C", "mc", None), ("D", "mc", "ma"))
    ]
    with database.write() as connection:
        save_clients(connection, rows, now)
        save_absence(connection, Absence("mc", now.date(), now.date(), "mb", "test", now))
    for name, (roles, manager, team) in PEOPLE.items():
        person = Person(name, name, frozenset(roles), "test", now, manager=manager, team=team)
        create_person(database, person, SECRET, AccessSettings())
    return database


@pytest.mark.parametrize("name", PEOPLE)
def test_reasons_to_see_a_client_are_given_just_where_the_wall_shows_it(
    bank: Database, now: datetime, name: str
) -> None:
    with build_wall(bank).seen_by(Viewer(name, now.date())).read() as connection:
        seen = set(connection.execute(clients.select()).scalars())
    explained = {one for one in "ABCD" if reasons_to_see(bank, name, one, now.date())}
    assert explained == seen


def test_reason_names_the_absence(bank: Database, now: datetime) -> None:
    assert reasons_to_see(bank, "ayse", "D", now.date()) == [Reason("deputy", manager="mc", until=now.date())]
    assert reasons_to_see(bank, "lale", "A", now.date()) == [Reason("team", manager="ma")]


@pytest.mark.parametrize("kind", ["every", "own", "team", "stands_in", "deputy", "lead"])
def test_every_reason_is_said_in_both_languages(now: datetime, kind: str) -> None:
    reason = Reason(kind, role="risk", manager="mc", until=now.date())
    turkish, english = (reason.said(load_words(language, "Europe/Istanbul")) for language in ("tr", "en"))
    assert turkish != english
    assert ("02.03.2026" in turkish) == ("2026-03-02" in english) == (kind in ("stands_in", "deputy"))


def test_first_person_is_told_what_comes_next(oncu: Oncu) -> None:
    said = [
        oncu("users", "add", name, "--role", "admin", "--password-stdin", typed=f"{SECRET}\n")[1]
        for name in ("adem", "ece")
    ]
    assert ["oncu serve" in one for one in said] == [True, False]


def test_unknown_client_is_said_so(bank: Database) -> None:
    with pytest.raises(Problem, match="'Z' is not known"):
        reasons_to_see(bank, "ayse", "Z", datetime.now(UTC).date())
