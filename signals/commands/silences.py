"""`oncu silence`, `oncu absence` and `oncu withheld`: what is not told, and who reads for whom."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from oncu.config.settings import load_settings

from .console import catalogue_in, known_words, open_storage, read_clock, read_day, say, today

AsJson = Annotated[bool, typer.Option("--json", help="Print as JSON.")]
By = Annotated[str, typer.Option("--by", help="Who does it, for the audit trail.")]
ID = 10  # characters of an id that are shown


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    silence = typer.Typer(no_args_is_help=True, help="What nobody wants to be told of for a while.")
    silence.command(
        "add", epilog="Example: oncu silence add --client C0042 --until 2026-12-31 --reason 'known sale' --by ece"
    )(add_silence)
    silence.command("list", epilog="Example: oncu silence list")(list_silences)
    silence.command("remove", epilog="Example: oncu silence remove 3f9a2c --by ece")(remove)
    app.add_typer(silence, name="silence")
    absence = typer.Typer(no_args_is_help=True, help="Managers who are away, and who reads for them.")
    absence.command("add", epilog="Example: oncu absence add ayse.demir --from 2026-12-21 --to 2026-12-31 --by ece")(
        add_absence
    )
    absence.command("list", epilog="Example: oncu absence list")(list_absences)
    absence.command("remove", epilog="Example: oncu absence remove 3f9a2c --by ece")(remove_one)
    app.add_typer(absence, name="absence")
    app.command(epilog="Example: oncu withheld --date 2026-11-20 --audit")(withheld)


def add_silence(
    until: Annotated[str, typer.Option(help="The last day, like 2026-12-31.")],
    reason: Annotated[str, typer.Option(help="Why, for those who wonder.")],
    by: By,
    client: Annotated[str | None, typer.Option(help="The id of a client.")] = None,
    code: Annotated[str | None, typer.Option("--type", help="A signal type.")] = None,
    source: Annotated[str | None, typer.Option(help="A source; it counts where no other tells the alert.")] = None,
) -> None:
    """Keep quiet about a client, a type or a source. Alerts are still made, and stand in the list of the withheld.

    What cannot wait breaks through a silence that does not name its type.
    """
    from ..flow.silences import silence

    settings = load_settings()
    last = read_day(until, settings)
    with open_storage(settings) as database:
        catalogue = catalogue_in(database, settings)
        made = silence(
            database,
            client_id=client,
            code=code,
            source=source,
            until=last,
            reason=reason,
            by=by,
            settings=settings,
            types=catalogue.types,
            sources=catalogue.sources,
            now=read_clock(),
        )
    say(known_words().line(f"{made.id[:ID]}  {made.subject} is silent to the end of {last}"))


def list_silences(as_json: AsJson = False) -> None:
    """List the silences in force, those that end first first."""
    from oncu.storage.silences import silences_at

    from ..flow.silences import said_of

    settings = load_settings()
    with open_storage(settings) as database, database.read() as connection:
        found = silences_at(connection, read_clock())
    if as_json:
        say(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2, default=str))
        return
    for one in found:
        say(f"{one.id[:ID]}  {one.subject}  ({said_of(one, settings)})")
    if not found:
        say(known_words().line("nothing is silenced"))


def remove(start: Annotated[str, typer.Argument(help="The id of a silence, or its first characters.")], by: By) -> None:
    """End a silence before its time."""
    from ..flow.silences import end_silence

    with open_storage(load_settings()) as database:
        ended = end_silence(database, start, by=by, now=read_clock())
    say(known_words().line(f"{ended.subject} is heard again"))


def add_absence(
    manager: Annotated[str, typer.Argument(help="Who is away, as written in the client list.")],
    first: Annotated[str, typer.Option("--from", help="The first day, like 2026-12-21.")],
    last: Annotated[str, typer.Option("--to", help="The last day.")],
    by: By,
    deputy: Annotated[str | None, typer.Option(help="Who reads instead; the client list's deputy by default.")] = None,
) -> None:
    """Note that a manager is away: the deputy gets the digest and what cannot wait; the manager gets a copy."""
    from ..flow.absences import note_absence

    settings = load_settings()
    days = read_day(first, settings), read_day(last, settings)
    with open_storage(settings) as database:
        made = note_absence(database, manager, days, deputy=deputy, by=by, today=today(settings), now=read_clock())
    say(
        known_words().line(
            f"{made.id[:ID]}  {made.deputy} reads for {manager} from {made.first_day} to {made.last_day}"
        )
    )
    if settings.mail.host and made.deputy not in settings.mail.recipients:
        say(known_words().line(f"note: mail.recipients has no address for {made.deputy!r}; add it in oncu.yml"))


def list_absences() -> None:
    """List who is away today and who will be."""
    from oncu.storage.absences import absences_from

    settings = load_settings()
    with open_storage(settings) as database, database.read() as connection:
        found = absences_from(connection, today(settings))
    for one in found:
        say(f"{one.id[:ID]}  {one.manager}  {one.first_day} – {one.last_day}  {one.deputy} reads")
    if not found:
        say(known_words().line("nobody is away"))


def remove_one(
    start: Annotated[str, typer.Argument(help="The id of an absence, or its first characters.")], by: By
) -> None:
    """Take an absence back."""
    from ..flow.absences import end_absence

    settings = load_settings()
    with open_storage(settings) as database:
        ended = end_absence(database, start, by=by, today=today(settings), now=read_clock())
    say(known_words().line(f"{ended.manager} reads again"))


def withheld(
    date: Annotated[str | None, typer.Option(help="The day, like 2026-11-20; today by default.")] = None,
    manager: Annotated[str | None, typer.Option(help="Only of one manager's clients.")] = None,
    audit: Annotated[bool, typer.Option("--audit", help="Only the part drawn at random to be looked at.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what was heard on a day and not told, with the reason, and the mention to judge: oncu label give MENTION."""
    from oncu.storage.withheld import audit_slice, mentions_behind, withheld_on

    from ..faces.held import held_reason
    from ..words import load_words

    settings = load_settings()
    day = read_day(date, settings)
    words = load_words(settings.digest.language, settings.timezone)

    def title_of(code: str) -> str:
        return str(getattr(types[code].title, words.language)) if code in types else code

    with open_storage(settings) as database, database.read() as connection:
        types = catalogue_in(database, settings).types
        rows = withheld_on(connection, day, manager=manager)
        rows = audit_slice(rows, day) if audit else rows
        mentions = mentions_behind(connection, (row.signal_id for row in rows))
    if as_json:
        told = [asdict(row) | {"mention_id": mentions.get(row.signal_id)} for row in rows]
        say(json.dumps(told, ensure_ascii=False, indent=2, default=str))
        return
    for row in rows:
        reason = held_reason(row, words, title_of)
        say(f"{mentions.get(row.signal_id, '')[:ID]}  {row.client_id}  {row.type}  {reason}")
    say(known_words().line(f"{len(rows)} withheld on {day}"))
