"""Send a manager's digest over its channel: once a day unless asked again, to the deputy of one who is away."""

import os
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from email.message import EmailMessage
from functools import cache
from zoneinfo import ZoneInfo

from oncu.config.problems import Problem
from oncu.config.routing import MAIL
from oncu.config.settings import Settings
from oncu.storage.absences import absences_on
from oncu.storage.database import Database, batched
from oncu.storage.digests import StoredDigest, find_digests, mark_sent
from oncu.storage.keys import key_id

from ..words import Words
from .channels import Send, Way, open_channel
from .digest import AT_ONCE, DigestView, not_composed
from .mails import mail_of
from .messages import Message, file_name, one_line
from .render import render_digest
from .signed import AnswerLink, answer_links


@dataclass(frozen=True)
class Sending:
    """What the digests of one day are sent with; `again`: also those that were sent."""

    database: Database
    settings: Settings
    words: Words
    day: date
    now: datetime
    again: bool = False
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def open(self) -> AbstractContextManager[Send]:
        """The channel of digests, for as many as there are. Raises Problem where it cannot be used."""
        return open_channel(self.settings.digest.channel, Way(self.settings, self.now, self.environment))


def send_digest(
    database: Database,
    view: DigestView,
    day: date,
    settings: Settings,
    words: Words,
    now: datetime,
    *,
    again: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> str:
    """Send a composed digest to its manager and note it; what was done in one line.

    A digest that was sent stays unsent unless `again`; then it carries the same id. It is noted after the channel took
    it: killed in between, it is sent a second time with that same id, which mail programs show once.
    Raises Problem where settings are missing or the channel does not take it.
    """
    sending = Sending(database, settings, words, day, now, again, environment)
    if said := already_sent(sending, [view.manager]):
        return said[view.manager]
    deputies = deputies_on(sending)
    with sending.open() as send:
        return send_view(sending, view, send, deputies)


def already_sent(sending: Sending, managers: Iterable[str]) -> dict[str, str]:
    """By manager that the digest was sent, and when; those to be sent are not in it.

    Raises Problem where none was composed.
    """
    found: dict[str, StoredDigest] = {}
    for batch in batched(managers, AT_ONCE):
        with sending.database.read() as connection:
            found |= find_digests(connection, batch, sending.day)
        if missing := next((manager for manager in batch if manager not in found), None):
            raise Problem(not_composed(missing, sending.day))
    sent = {} if sending.again else {manager: one.sent_at for manager, one in found.items() if one.sent_at}
    zone = ZoneInfo(sending.settings.timezone)
    return {
        manager: f"already sent at {at.astimezone(zone):%Y-%m-%d %H:%M}; nothing was sent (--again sends it once more)"
        for manager, at in sent.items()
    }


def deputies_on(sending: Sending) -> dict[str, str]:
    """By manager who is away on the day who reads instead."""
    with sending.database.read() as connection:
        return {manager: absence.deputy for manager, absence in absences_on(connection, sending.day).items()}


def send_view(sending: Sending, view: DigestView, send: Send, deputies: Mapping[str, str]) -> str:
    """Send one digest over an open channel and note it; what was done in one line. Raises Problem.

    While a manager is away it goes to the deputy alone: its links answer in the deputy's name.
    """
    settings, manager = sending.settings, view.manager
    reader = deputies.get(manager, manager)
    link = answer_links(settings.links, reader, sending.now, sending.environment)
    message = digest_message(view, sending.day, settings, sending.words, link)
    if reader != manager:
        subject = one_line(sending.words("mail_for_absent", manager=manager, subject=message.subject))
        message = replace(message, subject=subject)
    send(message, reader)
    with sending.database.write() as connection:
        mark_sent(connection, key_id("digest", manager, sending.day.isoformat()), sending.now)
    channel = settings.digest.channel
    where = settings.mail.recipients[reader] if channel == MAIL else channel
    return f"sent to {where}: {message.subject}"


def digest_message(
    view: DigestView, day: date, settings: Settings, words: Words, answer_link: AnswerLink | None = None
) -> Message:
    """A digest as it is sent; its id is that of the manager and the day."""
    wait = settings.digest.wait_days
    link = cache(answer_link) if answer_link else None  # text and HTML have the same links, and signing takes its time
    return Message(
        id=f"digest-{key_id('mail', view.manager, day.isoformat())}",
        name=file_name("digest", day.isoformat(), view.manager),
        subject=subject_of(view, words, hide_names=settings.digest.hide_names),
        text=render_digest(view, words, "text", wait_days=wait, answer_link=link),
        html=render_digest(view, words, "html", wait_days=wait, answer_link=link),
        content={"digest": view},
        language=words.language,
    )


def write_mail(view: DigestView, day: date, settings: Settings, words: Words, now: datetime) -> EmailMessage:
    """The digest as a mail with text and HTML. Raises Problem where sender or recipient is not in the settings."""
    message = digest_message(view, day, settings, words)
    return mail_of(message, view.manager, settings.mail, now.astimezone(ZoneInfo(settings.timezone)))


def subject_of(view: DigestView, words: Words, *, hide_names: bool) -> str:
    """`3 fırsat, 1 risk — Örnek Tekstil A.Ş.: Yatırım teşviki`: how many of each side, and the best one."""
    alerts = [(card, alert) for card in view.cards for alert in card.alerts]
    counted = ((side, sum(alert.side == side for _, alert in alerts)) for side in ("opportunity", "risk"))
    parts = [words(f"mail_{side}_one" if n == 1 else f"mail_{side}", n=n) for side, n in counted if n]
    if not alerts:
        parts = [words("mail_empty")] + ([words("mail_updates", n=len(view.updates))] if view.updates else [])
        return ", ".join(parts)
    card, best = max(alerts, key=lambda found: found[1].priority)
    top = best.title if hide_names else f"{card.client}: {best.title}"
    return one_line(f"{', '.join(parts)} — {top}")
