"""`oncu init` and `oncu doctor`."""

import json
import secrets
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from oncu.config.problems import Problem
from oncu.config.settings import load_settings, settings_file

from .console import known_words, say, tell

STARTER = """\
# Settings of this Öncü installation. Every line is optional; what is left out has the default shown.
# The environment wins over this file: ONCU_DATABASE_URL, ONCU_DIGEST__LANGUAGE …

# database_url: sqlite:///oncu.db        # or postgresql+psycopg://USER@HOST/NAME
# sources: my-sources                    # a folder of source files instead of the built-in catalogue
# signals: my-signals                    # a folder of signal types instead of the built-in ones
# timezone: Europe/Istanbul
crawl:
  author_salt: "{salt}"   # a secret: authors are kept as digests made with it; changing it cuts them from their past
#   user_agent: "OncuBot/0.1 (+https://oncu.example/bot)"   # name your bank and a contact here
#   delay_seconds: 0.5
# alerts:
#   min_priority: 0.1
#   max_age_days: 45
# language: tr                           # of what commands say and of digests: tr or en
# digest:
#   max_alerts: 7
# level:
#   threshold: 40
# retention:                             # how long texts are held after they were first seen; null is for ever
#   complaint: 730d
#   social: 365d
# mail:
#   port: 587
#   starttls: true
# routing: my-routing.yml                # who is told of what, instead of the built-in rules; oncu routing check FILE
# webhooks: {{my-team: ONCU_TEAM_HOOK}}    # by name the variable that holds the address, for channel webhook:my-team
"""


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command(epilog="Example: oncu init")(init)
    app.command(epilog="Example: oncu doctor --json")(doctor)


def init(
    reader: Annotated[
        str | None, typer.Option(help="A role of PostgreSQL as which the pages look: let it read, rows by rights.")
    ] = None,
) -> None:
    """Make the database and a settings file, or bring an older database up to date; safe to repeat."""
    from oncu.storage.database import create_database
    from oncu.storage.policies import grant_reader

    file = settings_file()
    is_new, settings = _write_starter(file), load_settings()
    tell(f"settings  {file} ({'new' if is_new else 'kept as it is'})", settings)
    database = create_database(settings.database_url)
    tell(f"database  {database.address} (ready)", settings)
    try:
        if reader is not None:
            with database.write() as connection:
                grant_reader(connection, reader)
            tell(f"reader    {reader} (sees what the person it asks for may see)", settings)
    finally:
        database.close()
    tell("next      oncu clients import CLIENTS.csv, then: oncu crawl, oncu run, oncu digest --manager NAME", settings)


def _write_starter(file: Path) -> bool:
    """Write the settings file unless there is one; whether it was written. Raises Problem."""
    try:
        with file.open("x", encoding="utf-8") as new:
            file.chmod(0o600)  # it holds a secret
            new.write(STARTER.format(salt=secrets.token_hex(16)))
    except FileExistsError:
        return False
    except OSError as error:
        raise Problem(f"{file}: cannot be written ({error.strerror}); name another file in ONCU_SETTINGS") from None
    return True


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Say what works and what is missing; exit code 1 when something must be mended."""
    from ..doctor import examine

    findings = examine()
    if as_json:
        say(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        words = known_words()
        marks = {True: words("doctor_fine"), False: words("doctor_mend")}
        width = max(map(len, marks.values()))
        for finding in findings:
            mark = marks[finding.is_fine].ljust(width)
            say(f"{mark}  {words.line(finding.subject):<12} {words.line(finding.text)}")
    if not all(finding.is_fine for finding in findings):
        raise typer.Exit(1)
