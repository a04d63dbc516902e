"""`oncu users`: who may use the pages, and in which role."""

import json
import sys
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from oncu.config.problems import Problem
from oncu.config.settings import load_settings

from .console import known_words, open_storage, read_clock, say, words_of

if TYPE_CHECKING:
    from ..words import Words

Name = Annotated[str, typer.Argument(help="The login name.")]
By = Annotated[str, typer.Option("--by", help="Who does it, for the audit trail.")]
Roles = Annotated[
    list[str],
    typer.Option("--role", help="manager, deputy, lead, risk, researcher, analyst, admin or auditor; may be repeated."),
]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    users = typer.Typer(no_args_is_help=True, help="People: who may use the pages, and in which role.")
    users.command("add", epilog="Example: oncu users add ayse.demir --role manager --manager ayse.demir")(add)
    users.command("list", epilog="Example: oncu users list --json")(show_all)
    users.command("roles", epilog="Example: oncu users roles ece --role analyst --role lead")(roles)
    users.command("password", epilog="Example: oncu users password ece")(password)
    users.command("disable", epilog="Example: oncu users disable ece")(disable)
    users.command("enable", epilog="Example: oncu users enable ece")(enable)
    users.command("token", epilog="Example: oncu users token ece --for crm --days 90")(token)
    users.command("why", epilog="Example: oncu users why ayse.demir 4711")(why)
    app.add_typer(users, name="users")


def add(
    name: Name,
    role: Roles,
    display: Annotated[str | None, typer.Option("--name", help="How the pages call them.")] = None,
    manager: Annotated[str | None, typer.Option(help="Whose portfolio is theirs, as in the client list.")] = None,
    team: Annotated[str | None, typer.Option(help="Their team; a lead sees the portfolios of the team.")] = None,
    language: Annotated[Literal["tr", "en"], typer.Option(help="The language of their pages.")] = "tr",
    subject: Annotated[
        str | None, typer.Option(help="Who they are to the bank's identity provider, instead of a password.")
    ] = None,
    password_stdin: FromInput = False,
    by: By = "cli",
) -> None:
    """Add a person; the password is asked for twice. The first admin is added the same way: --role admin."""
    from oncu.storage.people import Person, has_people

    from ..people.accounts import create_person

    settings = load_settings()
    person = Person(
        name,
        display or name,
        frozenset(role),
        by,
        read_clock(),
        team=team,
        manager=manager,
        language=language,
        subject=subject,
    )
    secret = None if subject else _read_password(from_input=password_stdin)
    with open_storage(settings) as database:
        with database.read() as connection:
            is_first = not has_people(connection)
        create_person(database, person, secret, settings.access)
    words = words_of(settings)
    say(words("user_added", name=name, roles=", ".join(sorted(role))))
    if is_first:
        say(words("persons_next", name=name))


def show_all(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """Show everybody, their roles, portfolio and last login."""
    from ..people.accounts import person_rows

    settings = load_settings()
    with open_storage(settings) as database:
        rows = person_rows(database)
    if as_json:
        say(json.dumps(rows, ensure_ascii=False, indent=2, default=str))
        return
    words = words_of(settings)
    for row in rows:
        say(_line(row, words))
    if not rows:
        say(words("user_none"))


def roles(name: Name, role: Roles, by: By = "cli") -> None:
    """Give a person these roles and no others; they have to log in again."""
    from ..people.accounts import set_roles

    with open_storage(load_settings()) as database:
        set_roles(database, name, role, by=by, now=read_clock())
    say(known_words()("user_roles", name=name, roles=", ".join(sorted(role))))


def password(name: Name, password_stdin: FromInput = False, by: By = "cli") -> None:
    """Give a person a new password and end what is open in their name."""
    from ..people.accounts import known_person, set_password

    settings = load_settings()
    with open_storage(settings) as database:
        with database.read() as connection:
            known_person(connection, name)
        secret = _read_password(from_input=password_stdin)
        set_password(database, name, secret, settings.access, by=by, now=read_clock())
    say(words_of(settings)("user_password", name=name))


def disable(name: Name, by: By = "cli") -> None:
    """Keep a person out from this moment on; nothing of theirs is removed."""
    _set_active(name, is_active=False, by=by)
    say(known_words()("user_disabled", name=name))


def enable(name: Name, by: By = "cli") -> None:
    """Let a person in again."""
    _set_active(name, is_active=True, by=by)
    say(known_words()("user_enabled", name=name))


def token(
    name: Name,
    purpose: Annotated[str, typer.Option("--for", help="What it is for; a token of the same purpose is ended.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good for.")] = 90,
    act: Annotated[bool, typer.Option("--act", help="Also to change things, not only to read.")] = False,
    by: By = "cli",
) -> None:
    """Make a token with which a program asks in a person's name, with the same rights; it is shown once."""
    from ..people.tokens import make_token

    with open_storage(load_settings()) as database:
        say(make_token(database, name, purpose, days, may_act=act, by=by, now=read_clock()))


def why(name: Name, client: Annotated[str, typer.Argument(help="The id of a client.")]) -> None:
    """Say why a person sees a client, or that they do not."""
    from ..people.rights import reasons_to_see
    from .console import today

    settings = load_settings()
    with open_storage(settings) as database:
        reasons = reasons_to_see(database, name, client, today(settings))
    words = words_of(settings)
    for reason in reasons:
        say(reason.said(words))
    if not reasons:
        say(words("user_blind", name=name, client=client))


def _set_active(name: str, *, is_active: bool, by: str) -> None:
    from ..people.accounts import set_active

    with open_storage(load_settings()) as database:
        set_active(database, name, is_active=is_active, by=by, now=read_clock())


def _read_password(*, from_input: bool) -> str:
    if from_input:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise Problem("there is no terminal to ask for the password; give it with --password-stdin")
    return str(typer.prompt("password", hide_input=True, confirmation_prompt=True))


def _line(row: dict[str, Any], words: "Words") -> str:
    where = ", ".join(words(f"user_{key}", name=row[key]) for key in ("manager", "team") if row[key])
    at = row["last_login_at"]
    last = words.moment(at) if at else words("user_never")
    state = "" if row["is_active"] else f"  {words('user_is_disabled')}"
    return f"{row['name']}  {', '.join(row['roles'])}  {where or '-'}  {words('user_last', at=last)}{state}"
