"""Kişiler: who may come in, in which roles, and whose portfolio is theirs."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from oncu.classifiers.text import fold
from oncu.config.problems import Problem
from oncu.storage.access import ROLES
from oncu.storage.people import Person, find_person, load_people
from oncu.storage.sessions import end_token, open_tokens

from ...people.accounts import change_account, create_person, set_active, unlock
from ...people.renewal import give_temporary_password
from ..forms import Form, go_to
from ..paging import Page, paged
from ..rooms import ROOMS
from ..show import show
from ..site import LANGUAGES, Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["people"].roles
AT_ONCE = 100
LONGEST = 120  # letters of what a person is called, of a code, of a team
COLUMNS = (
    Column("person"),
    Column("display"),
    Column("roles"),
    Column("manager"),
    Column("team"),
    Column("enters_with"),
    Column("account"),
    Column("last_login", "day"),
)
SAID = ("bilgi", "durum", "kilit", "jeton")


@router.get("/kisiler")
def page(visit: Visitor, q: str = "", role: str = "", page: Page = 1) -> HTMLResponse:
    """Everybody, or whom the address asks for, and a form to add somebody."""
    return _list(visit, q=q, role=role, number=page)


@router.get("/kisiler.{form}")
def export(visit: Visitor, form: str, q: str = "", role: str = "") -> Response:
    """Everybody asked for as CSV or XLSX."""
    return as_file(people_table(visit, _asked(visit, q, role)), form, visit)


@router.post("/kisiler")
def add(visit: Visitor, form: Form) -> Response:
    """Add a person; a password made for them is shown once, on this answer alone."""
    person = _from_form(visit, form, form.get("name", "").strip())
    access, database = visit.site.settings.access, visit.as_role("admin")
    try:
        create_person(database, person, None, access)
    except Problem as problem:
        return _list(visit, problem=visit.words.line(str(problem)), typed=form, status=400)
    if person.subject:
        return go_to(f"/kisiler/{quote(person.name)}?yeni=bilgi")
    secret = give_temporary_password(database, person.name, access, by=visit.actor, now=visit.now)
    return _person(visit, person.name, secret=secret)


@router.get("/kisiler/{name}")
def one(visit: Visitor, name: str, yeni: str = "") -> HTMLResponse:
    """One person, with everything that can be changed; `yeni`: what was changed just now."""
    return _person(visit, name, said=f"persons_saved_{yeni}" if yeni in SAID else "")


@router.post("/kisiler/{name}/bilgi")
def change(visit: Visitor, name: str, form: Form) -> Response:
    """Keep what a person is called, their language, code and team, and their roles where those changed."""
    person, wished = _found(visit, name), _from_form(visit, form, name)
    if "subject" not in form:  # is asked for only where there is a provider
        wished = replace(wished, subject=person.subject)
    try:
        change_account(visit.as_role("admin"), wished, by=visit.actor, now=visit.now)
    except Problem as problem:
        return _person(visit, name, problem=visit.words.line(str(problem)), typed=wished, status=400)
    return go_to(f"/kisiler/{quote(name)}?yeni=bilgi")


@router.post("/kisiler/{name}/durum")
def switch(visit: Visitor, name: str, form: Form) -> Response:
    """Keep a person out, or let them in again."""
    is_active = form.get("active") == "yes"
    return _do(visit, name, "durum", lambda **by: set_active(visit.as_role("admin"), name, is_active=is_active, **by))


@router.post("/kisiler/{name}/kilit")
def open_lock(visit: Visitor, name: str) -> Response:
    """Let a person try again who gave wrong passwords."""
    return _do(visit, name, "kilit", lambda **by: unlock(visit.as_role("admin"), name, **by))


@router.post("/kisiler/{name}/parola")
def renew(visit: Visitor, name: str) -> Response:
    """Make a password to hand over; it stands on this one answer and nowhere else."""
    _found(visit, name)
    access, database = visit.site.settings.access, visit.as_role("admin")
    secret = give_temporary_password(database, name, access, by=visit.actor, now=visit.now)
    return _person(visit, name, secret=secret)


@router.post("/kisiler/{name}/jeton")
def remove_token(visit: Visitor, name: str, form: Form) -> Response:
    """End one of a person's tokens; only they themselves can make one."""
    _found(visit, name)
    with visit.as_role("admin").write() as connection:
        end_token(connection, name, form.get("purpose", ""), visit.now, by=visit.actor)
    return go_to(f"/kisiler/{quote(name)}?yeni=jeton")


def people_table(visit: Visit, people: Sequence[Person]) -> Table:
    """One row a person."""
    return Table("kisiler", COLUMNS, tuple(_row(visit, one) for one in people))


def state_of(person: Person, visit: Visit) -> str:
    """Whether a person can come in now: the key of a text."""
    if not person.is_active:
        return "persons_disabled"
    if person.locked_until is not None and person.locked_until > visit.now:
        return "persons_locked"
    if person.password_until is not None:
        return "persons_awaited" if person.password_until > visit.now else "persons_lapsed"
    return "persons_active" if person.password or person.subject else "persons_no_way"


def _row(visit: Visit, person: Person) -> dict[str, Any]:
    words = visit.words
    ways = [words(f"persons_by_{way}") for way, has in _ways(person).items() if has]
    return {
        "person": person.name,
        "display": person.display,
        "roles": ", ".join(words(f"role_{role}") for role in ROLES if role in person.roles),
        "manager": person.manager or "",
        "team": person.team or "",
        "enters_with": ", ".join(ways),
        "account": words(state_of(person, visit)),
        "last_login": person.last_login_at,
    }


def _ways(person: Person) -> dict[str, bool]:
    return {"password": person.password is not None, "provider": person.subject is not None}


def _asked(visit: Visit, q: str, role: str) -> list[Person]:
    """The people whose name, code or team holds what was typed, in a role."""
    wanted = fold(q).text
    with visit.as_role("admin").read() as connection:  # of people the wall hides only whether they have a password
        people = load_people(connection)
    texts = {one.name: fold(f"{one.name} {one.display} {one.manager or ''} {one.team or ''}").text for one in people}
    return [one for one in people if wanted in texts[one.name] and (not role or role in one.roles)]


def _list(
    visit: Visit,
    *,
    q: str = "",
    role: str = "",
    number: int = 1,
    problem: str = "",
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    found = _asked(visit, q, role)
    part = paged(found, number, AT_ONCE)
    table = people_table(visit, found)
    rows = people_table(visit, part.rows).rows
    shown = {"table": table, "part": part, "rows": rows, "q": q, "role": role, "roles": ROLES}
    more = {
        "problem": problem,
        "typed": defaultdict(str, typed or {}),
        "oidc": visit.site.settings.oidc,
        "languages": LANGUAGES,
    }
    return show(visit, "people.html.j2", room="people", status=status, **shown, **more)


def _person(
    visit: Visit,
    name: str,
    *,
    said: str = "",
    problem: str = "",
    secret: str = "",
    typed: Person | None = None,
    status: int = 200,
) -> HTMLResponse:
    person = _found(visit, name)
    with visit.database.read() as connection:
        tokens = open_tokens(connection, name, visit.now)
    shown = {"one": person, "typed": typed or person, "row": _row(visit, person), "tokens": tokens, "secret": secret}
    more = {"state": state_of(person, visit), "said": said, "problem": problem, "roles": ROLES}
    oidc, is_self = visit.site.settings.oidc, name == visit.actor
    hours = visit.site.settings.access.temporary_hours
    return show(
        visit, "person.html.j2", room="people", status=status, hours=hours, is_self=is_self, oidc=oidc, **shown, **more
    )


def _found(visit: Visit, name: str) -> Person:
    with visit.as_role("admin").read() as connection:
        person = find_person(connection, name)
    if person is None:
        raise HTTPException(404)
    return person


def _do(visit: Visit, name: str, said: str, act: Any) -> Response:
    _found(visit, name)
    try:
        act(by=visit.actor, now=visit.now)
    except Problem as problem:
        return _person(visit, name, problem=visit.words.line(str(problem)), status=400)
    return go_to(f"/kisiler/{quote(name)}?yeni={said}")


def _from_form(visit: Visit, form: Mapping[str, str], name: str) -> Person:
    """A person as a form describes them."""

    def given(key: str) -> str | None:
        return " ".join(form.get(key, "").split())[:LONGEST] or None

    roles = frozenset(role for role in ROLES if form.get(f"role_{role}"))
    language = form.get("language", "tr")
    if language not in LANGUAGES:
        raise HTTPException(400)
    codes: dict[str, Any] = {
        "manager": given("manager"),
        "team": given("team"),
        "subject": given("subject"),
        "language": language,
    }
    return Person(name, given("display") or name, roles, visit.actor, visit.now, **codes)
