"""People come in with the right password, guessers are kept out, and the last admin stays."""

from datetime import datetime, timedelta

import pytest

from oncu.config.problems import Problem
from oncu.config.settings import AccessSettings
from oncu.signals.people.accounts import (
    create_person,
    let_in,
    person_of_session,
    set_active,
    set_password,
    set_roles,
)
from oncu.signals.people.passwords import check_password, hash_password, is_password
from oncu.signals.people.tokens import make_token, person_of_token
from oncu.storage.audit import find_broken_link, trail_rows
from oncu.storage.database import Database
from oncu.storage.people import Person

ACCESS = AccessSettings()
SECRET = "yeşil kedi damda"


@pytest.fixture
def bank(database: Database, now: datetime) -> Database:
    """A database with an admin and an analyst."""
    for name, role in (("adem", "admin"), ("ece", "analyst")):
        create_person(database, Person(name, name, frozenset({role}), "test", now), SECRET, ACCESS)
    return database


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("kisa", "has 4 characters"),
        ("x" * 300, "at most"),
        ("Ece'nin parolası", "login name"),
        ("abababababab", "repeats"),
        ("qwertyuiop12345", "walks"),
        ("1234567890123", "walks"),
        ("ASDFGHJKL1234", "walks"),
    ],
)
def test_password_that_is_guessed_first_is_refused(password: str, why: str) -> None:
    with pytest.raises(Problem, match=why):
        check_password(password, "ece", 12)


@pytest.mark.parametrize("password", ["mavi at çimende", "Trk9!bLm-Ww2q", "dört beş altı yedi", "correct staple horse"])
def test_password_of_several_words_is_taken(password: str) -> None:
    check_password(password, "ece", 12)


def test_only_a_hash_of_a_password_is_kept() -> None:
    kept = hash_password(SECRET)
    assert kept.startswith("$argon2id$")
    assert [is_password(one, kept) for one in (SECRET, SECRET + " ", "")] == [True, False, False]
    assert not is_password("the password of nobody", None)


def test_right_password_opens_a_new_session_each_time(bank: Database, now: datetime) -> None:
    secrets = [let_in(bank, "ece", SECRET, ACCESS, now) for _ in range(2)]
    assert None not in secrets
    assert secrets[0] != secrets[1]
    person = person_of_session(bank, secrets[0] or "", ACCESS, now)
    assert person
    assert (person.name, person.last_login_at) == ("ece", now)


@pytest.mark.parametrize(("name", "password"), [("ece", "yanlış"), ("yok", SECRET), ("", ""), ("ece", "x" * 100_000)])
def test_wrong_password_and_unknown_name_get_the_same_answer(
    bank: Database, now: datetime, name: str, password: str
) -> None:
    assert let_in(bank, name, password, ACCESS, now) is None


def test_name_is_locked_after_five_wrong_passwords_and_longer_each_time(bank: Database, now: datetime) -> None:
    for _ in range(5):
        assert let_in(bank, "ece", "yanlış", ACCESS, now) is None
    assert let_in(bank, "ece", SECRET, ACCESS, now + timedelta(minutes=14)) is None
    after = now + timedelta(minutes=16)
    assert let_in(bank, "ece", "yanlış", ACCESS, after) is None
    assert let_in(bank, "ece", SECRET, ACCESS, after + timedelta(minutes=29)) is None
    assert let_in(bank, "ece", SECRET, ACCESS, after + timedelta(minutes=31))
    assert let_in(bank, "ece", "yanlış", ACCESS, after + timedelta(minutes=32)) is None
    assert let_in(bank, "ece", SECRET, ACCESS, after + timedelta(minutes=33))  # one failure alone locks nothing


def test_guessing_at_one_name_locks_no_other(bank: Database, now: datetime) -> None:
    for _ in range(9):
        let_in(bank, "ece", "yanlış", ACCESS, now)
    assert let_in(bank, "adem", SECRET, ACCESS, now)


def test_disabled_person_is_out_at_once(bank: Database, now: datetime) -> None:
    session = let_in(bank, "ece", SECRET, ACCESS, now) or ""
    token = make_token(bank, "ece", "crm", 90, may_act=False, by="adem", now=now)
    assert person_of_token(bank, token, now)
    set_active(bank, "ece", is_active=False, by="adem", now=now)
    assert person_of_session(bank, session, ACCESS, now) is None
    assert person_of_token(bank, token, now) is None
    assert let_in(bank, "ece", SECRET, ACCESS, now) is None
    set_active(bank, "ece", is_active=True, by="adem", now=now)
    assert let_in(bank, "ece", SECRET, ACCESS, now)


def test_new_password_or_roles_end_what_is_open(bank: Database, now: datetime) -> None:
    for change in (
        lambda: set_password(bank, "ece", "üç küçük ördek", ACCESS, by="adem", now=now),
        lambda: set_roles(bank, "ece", {"risk"}, by="adem", now=now),
    ):
        session = let_in(bank, "ece", SECRET, ACCESS, now) or let_in(bank, "ece", "üç küçük ördek", ACCESS, now) or ""
        assert person_of_session(bank, session, ACCESS, now)
        change()
        assert person_of_session(bank, session, ACCESS, now) is None


def test_last_admin_stays(bank: Database, now: datetime) -> None:
    with pytest.raises(Problem, match="only admin"):
        set_active(bank, "adem", is_active=False, by="adem", now=now)
    with pytest.raises(Problem, match="only admin"):
        set_roles(bank, "adem", {"risk"}, by="adem", now=now)
    set_roles(bank, "ece", {"analyst", "admin"}, by="adem", now=now)
    set_active(bank, "adem", is_active=False, by="ece", now=now)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"name": "Ayşe"}, "login name"),
        ({"roles": frozenset({"boss"})}, "no role 'boss'"),
        ({"roles": frozenset()}, "needs a role"),
        ({"roles": frozenset({"manager"})}, "portfolio"),
        ({"roles": frozenset({"lead"})}, "team"),
        ({"name": "ece"}, "already"),
    ],
)
def test_person_that_cannot_be_is_refused(bank: Database, now: datetime, values: dict[str, object], why: str) -> None:
    person = {"name": "yeni", "display": "Yeni", "roles": frozenset({"risk"}), "created_by": "test", "created_at": now}
    with pytest.raises(Problem, match=why):
        create_person(bank, Person(**person | values), SECRET, ACCESS)  # type: ignore[arg-type]


def test_person_of_the_provider_has_no_password_to_guess(bank: Database, now: datetime) -> None:
    outsider = Person("disaridan", "Dışarıdan", frozenset({"risk"}), "test", now, subject="https://kimlik.example|7")
    create_person(bank, outsider, None, ACCESS)
    assert let_in(bank, "disaridan", "", ACCESS, now) is None


def test_trail_tells_who_came_in_and_who_tried(bank: Database, now: datetime) -> None:
    let_in(bank, "ece", "yanlış", ACCESS, now)
    let_in(bank, "ece", SECRET, ACCESS, now)
    with bank.read() as connection:
        told = [row.action for row in trail_rows(connection, actor="ece")]
        assert find_broken_link(connection) is None
    assert told == ["login", "login.failed"]
