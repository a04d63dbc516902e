"""The keepers of the sources are told when one falls silent or changes, and when it is heard again: each once."""

import os
from collections.abc import Iterable, Mapping
from datetime import datetime

from oncu.config.settings import Settings
from oncu.config.specs import SourceSpec
from oncu.storage.alarms import SourceAlarm, mark_alarms_sent, note_alarms, unsent_alarms
from oncu.storage.database import Database

from ..faces.channels import Way, open_channel
from ..faces.messages import Message, file_name, one_line
from ..faces.render import render_page
from ..words import Words, load_words
from .health import SourceHealth


def note(database: Database, found: Iterable[SourceHealth], now: datetime) -> None:
    """Keep the alarms that were raised or recalled just now, for the keepers to be told."""
    noted = [
        SourceAlarm(health.source, health.alarm, health.state, health.since, health.visits, _problem(health), now)
        for health in found
        if health.alarm and health.since
    ]
    if noted:
        with database.write() as connection:
            note_alarms(connection, noted)


def tell_keepers(
    database: Database,
    specs: Mapping[str, SourceSpec],
    settings: Settings,
    now: datetime,
    environment: Mapping[str, str] = os.environ,
) -> int:
    """Send what was not sent yet to every keeper; how many alarms were told. Raises Problem: they wait for next time.

    One who is told twice, because the program was killed between sending and marking, gets the same Message-ID.
    """
    if not settings.health.tell:
        return 0
    with database.read() as connection:
        waiting = unsent_alarms(connection)
    if not waiting:
        return 0
    words = load_words(settings.digest.language, settings.timezone)
    with open_channel(settings.health.channel, Way(settings, now, environment)) as send:
        for alarm in waiting:
            message = message_of(alarm, specs, settings, words)
            for keeper in settings.health.tell:
                send(message, keeper)
            with database.write() as connection:
                mark_alarms_sent(connection, [alarm], now)
    return len(waiting)


def message_of(alarm: SourceAlarm, specs: Mapping[str, SourceSpec], settings: Settings, words: Words) -> Message:
    """What a keeper reads: which source, how it is, since when, what was said, and what to do."""
    spec = specs.get(alarm.source)
    title = spec.title if spec else alarm.source
    address = settings.links.address
    told = {
        "subject": one_line(words(f"keepers_{alarm.kind}", source=title)),
        "state": words(f"keepers_state_{alarm.state}"),
        "since": words.moment(alarm.since),
        "visits": alarm.visits,
        "problem": alarm.problem,
        "source": alarm.source,
        "is_over": alarm.kind == "recovered",
        "address": f"{address.rstrip('/')}/sources/{alarm.source}" if address else "",
    }
    text, html = (render_page(f"alarm.{form}.j2", words, **told) for form in ("txt", "html"))
    name = file_name("alarm", alarm.source, f"{alarm.since:%Y%m%d%H%M}", alarm.kind)
    return Message(f"alarm-{alarm.id}", name, str(told["subject"]), text, html, told, words.language)


def check_keepers(settings: Settings) -> list[str]:
    """What keeps the keepers from being told, as far as the settings say; nothing where nobody is named."""
    missing = [name for name in settings.health.tell if name not in settings.mail.recipients]
    if settings.health.channel != "mail" or not missing:
        return []
    return [f"health.tell names {name!r}, of whom mail.recipients has no address" for name in missing]


def _problem(health: SourceHealth) -> str:
    return f"{health.issue.kind}: {health.issue.problem}" if health.issue else ""
