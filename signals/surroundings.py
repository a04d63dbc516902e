"""What an installation stands on: its disk and clock, who may read its files, its mail server, people and jobs."""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from oncu.config.settings import Settings, settings_file

if TYPE_CHECKING:
    from oncu.storage.database import Database

    from .schedule.jobs import Office

GIB = 2**30
LEAST_FREE = GIB
SECRET = re.compile(r"^\s*author_salt:|://[^/\s:@]+:[^@\s]+@", re.MULTILINE)  # a salt, or a password in an address
LARGE_LOG = GIB  # SQLite empties its log at every few thousand pages unless somebody reads without end
APART = timedelta(minutes=1)
AHEAD = timedelta(minutes=5)
SILENT = timedelta(days=1)
PATIENCE = 5.0  # seconds for a mail server to answer


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    is_fine: bool
    text: str


def look_at_files(settings: Settings) -> Iterator[Finding]:
    """Do the files that hold secrets belong to their owner alone?"""
    file, own = settings_file(), [settings.links.key_file, settings.oidc and settings.oidc.secret_file]
    secret = [file] if file.exists() and SECRET.search(file.read_text(encoding="utf-8")) else []
    for file in [*secret, *(file for file in own if file and file.exists())]:
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield Finding("secrets", False, f"{file} holds secrets and others may read it; run: chmod 600 {file}")
    for folder in (settings.models_folder, settings.channels.folder, settings.crawl.keep_pages):
        if folder and folder.exists() and not os.access(folder, os.W_OK):
            yield Finding("folders", False, f"{folder} cannot be written; let this user write there")


def look_at_mail(settings: Settings) -> Iterator[Finding]:
    """Does the mail server take us? Nothing is sent."""
    from .faces.mails import is_set_up, open_mail

    if not is_set_up(settings.mail):
        yield Finding("mail", True, "not set up; digests can be read with: oncu digest, and in the pages")
        return
    patience = min(PATIENCE, settings.mail.timeout_seconds)
    with open_mail(settings.mail.model_copy(update={"timeout_seconds": patience}), os.environ):
        yield Finding("mail", True, f"{settings.mail.host}:{settings.mail.port} answers")


def look_at_disk(database: "Database") -> Iterator[Finding]:
    """Is there room, and does SQLite lie where it can work?"""
    from oncu.storage.upkeep import database_file

    file = database_file(database)
    if file is None:
        return
    room = f"{_size(file.free)} free, the database has {_size(file.size)}"
    if file.free < max(LEAST_FREE, file.size):
        yield Finding("disk", False, f"{room}; free some room: an upgrade needs as much once more")
    else:
        yield Finding("disk", True, room)
    if file.log_size > max(LARGE_LOG, file.size // 2):
        text = f"the file beside the database ({file.path.name}-wal) has {_size(file.log_size)}"
        yield Finding("disk", False, f"{text}; some program reads without end: stop all, then start them again")
    if file.remote:
        text = f"the database lies on {file.remote}, where SQLite breaks"
        yield Finding("disk", False, f"{text}; move it to a disk of this machine, or to PostgreSQL (oncu copy)")


def _size(size: int) -> str:
    return f"{size / GIB:.1f} GiB" if size >= GIB else f"{size / 2**20:.0f} MiB"


def look_at_clock(database: "Database", settings: Settings, now: datetime) -> Iterator[Finding]:
    """Does our clock agree with the database's, and with what was noted before?"""
    from oncu.storage.upkeep import newest_moment, server_clock

    with database.read() as connection:
        server, newest = server_clock(connection), newest_moment(connection)
    if server and abs(server - now) > APART:
        text = f"this clock and the database's are {abs(server - now).total_seconds():.0f} seconds apart"
        yield Finding("clock", False, f"{text}; let both follow a time server (NTP)")
    elif newest and newest - now > AHEAD:
        text = f"this clock is behind what was noted at {newest:%Y-%m-%d %H:%M} UTC"
        yield Finding("clock", False, f"{text}; let it follow a time server (NTP)")
    else:
        there = now.astimezone(ZoneInfo(settings.timezone))
        yield Finding("clock", True, f"{there:%Y-%m-%d %H:%M} in {settings.timezone}")


def look_at_wall(database: "Database", settings: Settings) -> Iterator[Finding]:
    """On PostgreSQL: do the policies stand, and do they bind the role as which the pages look?"""
    from oncu.storage.policies import unguarded_tables
    from oncu.storage.upkeep import why_reader_is_free

    if database.engine.dialect.name != "postgresql":
        return
    with database.read() as connection:
        if tables := unguarded_tables(connection):
            yield Finding("wall", False, f"{len(tables)} tables have no policy ({tables[0]} …); run: oncu init")
    variable = settings.access.reader_env
    if not (address := os.environ.get(variable)):
        yield Finding("wall", True, f"the pages filter alone; {variable} is not set (oncu init --reader ROLE)")
    elif why := why_reader_is_free(address):
        text = f"policies do not bind the role of {variable}: {why}"
        yield Finding("wall", False, f"{text}; make a plain one, and run: oncu init --reader ROLE")
    else:
        yield Finding("wall", True, "the pages look as a plain role that policies bind")


def look_at_people(database: "Database") -> Iterator[Finding]:
    """Can somebody let people in?"""
    from oncu.storage.people import load_people

    with database.read() as connection:
        people = load_people(connection)
    active = [person for person in people if person.is_active]
    if not people:
        yield Finding("people", True, "nobody yet; for the pages run: oncu users add NAME --role admin")
    elif not any(person.has("admin") for person in active):
        yield Finding("people", False, "nobody is an admin; run: oncu users add NAME --role admin")
    else:
        yield Finding("people", True, f"{len(active)} may log in")


def look_at_provider(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Does the bank's identity provider answer as one, and is there the secret to ask it with?"""
    from .people.claims import ProviderDown
    from .people.provider import provider_of

    if (provider := provider_of(settings.oidc)) is None:
        return
    issuer = provider.settings.issuer
    try:
        provider.ask(now)
    except ProviderDown as error:
        yield Finding("provider", False, f"identity provider {issuer} cannot be used ({error}); nobody comes in by it")
    else:
        yield Finding("provider", True, f"identity provider {issuer} answers")


def look_at_jobs(office: "Office", now: datetime) -> Iterator[Finding]:
    """Does a scheduler live, and did what it ran go well?"""
    from oncu.storage.slots import last_slots

    from .schedule.jobs import jobs_of
    from .schedule.overview import is_ill, view_jobs

    with office.database.read() as connection:
        last = max((slot.taken_at for slot in last_slots(connection).values()), default=None)
    if last is None:
        yield Finding("schedule", True, "never ran here; start it with: oncu schedule")
        return
    if now - last > SILENT:
        at = last.astimezone(office.zone)
        yield Finding("schedule", False, f"no job was taken since {at:%Y-%m-%d %H:%M}; start: oncu schedule")
        return
    ill = [view.name for view in view_jobs(office, jobs_of(office.settings), now) if is_ill(view)]
    text = f"these failed or are late: {', '.join(ill)}; look with: oncu jobs" if ill else "jobs run at their times"
    yield Finding("schedule", not ill, text)
