"""What an installation stands on: the usual mistakes are found, and what to do is said."""

from collections import namedtuple
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from oncu.config.problems import Problem
from oncu.config.settings import MailSettings, Settings
from oncu.signals.flow.pipeline import Catalogue
from oncu.signals.schedule.jobs import Office
from oncu.signals.surroundings import (
    look_at_clock,
    look_at_disk,
    look_at_files,
    look_at_jobs,
    look_at_mail,
    look_at_people,
    look_at_wall,
)
from oncu.storage import upkeep
from oncu.storage.audit import write_audit
from oncu.storage.people import Person, add_person
from oncu.storage.policies import grant_reader
from oncu.storage.slots import DONE, FAILED, finish_slot, take_slot

Usage = namedtuple("Usage", "total used free")
HOUR = timedelta(hours=1)


def faults(findings):
    return [found.text for found in findings if not found.is_fine]


@pytest.mark.parametrize(
    ("content", "mode", "is_found"),
    [
        ('crawl:\n  author_salt: "x"\n', 0o644, True),
        ('crawl:\n  author_salt: "x"\n', 0o600, False),
        ("database_url: postgresql+psycopg://oncu:parola@db/oncu\n", 0o640, True),
        ("language: tr\n", 0o644, False),
    ],
)
def test_file_with_a_secret_is_for_its_owner_alone(tmp_path, monkeypatch, content, mode, is_found):
    monkeypatch.setenv("ONCU_SETTINGS", str(tmp_path / "oncu.yml"))
    (tmp_path / "oncu.yml").write_text(content)
    (tmp_path / "oncu.yml").chmod(mode)
    assert bool(faults(look_at_files(Settings()))) == is_found


def test_mail_server_that_is_not_there_is_said_and_one_that_is_answers(inbox):
    mail = MailSettings(host="127.0.0.1", port=inbox.port, starttls=False, sender="oncu@bank.example")
    assert faults(look_at_mail(Settings(mail=mail))) == []
    with pytest.raises(Exception, match=r"mail server 127.0.0.1:1: .*; check mail.host"):
        list(look_at_mail(Settings(mail=mail.model_copy(update={"port": 1}))))


@pytest.mark.sqlite_only("its file")
@pytest.mark.parametrize(("free", "is_found"), [(2**40, False), (2**20, True)])
def test_disk_without_room_is_said(bank, monkeypatch, free, is_found):
    monkeypatch.setattr(upkeep.shutil, "disk_usage", lambda path: Usage(2**41, 0, free))
    assert bool(faults(look_at_disk(bank.database))) == is_found


@pytest.mark.sqlite_only("its file")
def test_log_that_only_grows_is_said(bank, monkeypatch):
    monkeypatch.setattr("oncu.signals.surroundings.LARGE_LOG", 1)
    log = Path(f"{bank.database.engine.url.database}-wal")
    with log.open("r+b") as file:
        file.truncate(Path(str(bank.database.engine.url.database)).stat().st_size + 1)
    assert "reads without end" in faults(look_at_disk(bank.database))[-1]


@pytest.mark.parametrize(("kind", "remote"), [("nfs4", "nfs4"), ("ext4", None)])
def test_file_system_of_another_machine_is_known(tmp_path, kind, remote):
    (tmp_path / "mounts").write_text(f"/dev/a / ext4 rw 0 0\nbox:/x {tmp_path} {kind} rw 0 0\n")
    assert upkeep._remote_of(tmp_path / "oncu.db", tmp_path / "mounts") == remote


def test_clock_behind_what_was_noted_is_said(bank):
    now = datetime.now(UTC)  # a server's clock is real
    with bank.database.write() as connection:
        write_audit(connection, "ece", "import", "clients", now + HOUR)
    assert "behind what was noted" in faults(look_at_clock(bank.database, Settings(), now))[0]


@pytest.mark.sqlite_only("a server has a clock of its own")
def test_clock_is_shown_where_the_bank_is(bank):
    found = list(look_at_clock(bank.database, Settings(), bank.now))
    assert [f.text for f in found] == ["2026-03-02 12:00 in Europe/Istanbul"]


def test_people_without_an_admin_are_said(bank):
    assert faults(look_at_people(bank.database)) == []
    for name, role in (("ece", "analyst"), ("can", "admin")):
        with bank.database.write() as connection:
            add_person(connection, Person(name, name, frozenset({role}), "test", bank.now))
        assert bool(faults(look_at_people(bank.database))) == (role == "analyst")


def jobs_said(bank, now):
    return list(look_at_jobs(Office(bank.database, Catalogue({}, {}), Settings()), now))


def slot(bank, at, status):
    with bank.database.write() as connection:
        take_slot(connection, "score", at, by="a", now=at, lease=HOUR, again=True)
        finish_slot(connection, "score", at, by="a", status=status, said="x", now=at)


def test_scheduler_that_never_ran_is_no_fault_and_one_that_went_silent_is(bank):
    assert "never ran" in jobs_said(bank, bank.now)[0].text
    slot(bank, bank.now, DONE)
    assert faults(jobs_said(bank, bank.now + HOUR)) == []
    assert "no job was taken since 2026-03-02 12:00" in faults(jobs_said(bank, bank.now + 26 * HOUR))[0]


def test_job_that_failed_is_named(bank):
    slot(bank, bank.now, FAILED)
    assert faults(jobs_said(bank, bank.now + HOUR)) == ["these failed or are late: score; look with: oncu jobs"]


def test_wall_inside_postgresql_that_does_not_stand_is_said(postgresql, monkeypatch):
    monkeypatch.delenv("ONCU_READER_URL", raising=False)
    assert faults(look_at_wall(postgresql, Settings())) == []
    with postgresql.write() as connection:
        connection.exec_driver_sql("ALTER TABLE alerts DISABLE ROW LEVEL SECURITY")
    assert "1 tables have no policy (alerts" in faults(look_at_wall(postgresql, Settings()))[0]


@pytest.fixture
def make_role(postgresql, postgresql_server):
    """Make a role `looks`, beside an owner of the table of clients; the address with which it looks."""

    def make(how):
        postgresql_server.say(how)
        return make_url(postgresql.address).set(username="looks").render_as_string()

    with postgresql.write() as connection:
        for statement in ("CREATE ROLE owns", "ALTER TABLE clients OWNER TO owns"):
            connection.exec_driver_sql(statement)
    yield make
    postgresql_server.say("DROP ROLE IF EXISTS looks")
    with postgresql.write() as connection:
        for statement in ("REASSIGN OWNED BY owns TO postgres", "DROP ROLE owns"):
            connection.exec_driver_sql(statement)


FREE = {
    "CREATE ROLE looks LOGIN BYPASSRLS": "it has BYPASSRLS",
    "CREATE ROLE looks LOGIN SUPERUSER": "it is a superuser",
    "CREATE ROLE looks LOGIN IN ROLE owns": "it owns the tables",
}


@pytest.mark.parametrize("how", FREE)
def test_role_of_the_pages_that_policies_do_not_bind_is_said_and_not_granted(postgresql, make_role, monkeypatch, how):
    monkeypatch.setenv("ONCU_READER_URL", make_role(how))
    said = faults(look_at_wall(postgresql, Settings()))
    assert [text.split("; ")[0] for text in said] == [f"policies do not bind the role of ONCU_READER_URL: {FREE[how]}"]
    with pytest.raises(Problem, match=f"role 'looks' cannot look for the pages: {FREE[how]}; make a plain one"):
        grant(postgresql, "looks")


def test_plain_role_of_the_pages_is_fine(postgresql, make_role, monkeypatch):
    monkeypatch.setenv("ONCU_READER_URL", make_role("CREATE ROLE looks LOGIN"))
    assert faults(look_at_wall(postgresql, Settings())) == []


def test_role_that_is_not_there_is_not_granted(postgresql):
    with pytest.raises(Problem, match="there is none; make a plain one: CREATE ROLE nowhere LOGIN"):
        grant(postgresql, "nowhere")


def grant(database, role):
    with database.write() as connection:
        grant_reader(connection, role)
