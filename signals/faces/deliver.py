"""Send a manager's digest by mail: text and HTML of the same content, once a day unless asked to send it again."""

import os
import smtplib
import ssl
from collections.abc import Mapping
from datetime import date, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from oncu.config.problems import Problem
from oncu.config.settings import MailSettings, Settings
from oncu.storage.database import Database
from oncu.storage.digests import find_digest, mark_sent
from oncu.storage.keys import key_id

from ..words import Words
from .digest import DigestView
from .render import render_digest

LONGEST_SUBJECT = 150  # characters; most mail programs show fewer


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

    A digest that was sent stays unsent unless `again`; then it carries the same Message-ID. It is noted after the
    server took it: killed in between, it is sent a second time with that same id, which mail programs show once.
    Raises Problem where settings are missing or the server does not take it.
    """
    with database.read() as connection:
        found = find_digest(connection, view.manager, day)
    if found is None:
        raise Problem(f"no digest of {day} was made for {view.manager!r}; compose it first")
    if found.sent_at is not None and not again:
        at = found.sent_at.astimezone(ZoneInfo(settings.timezone))
        return f"already sent at {at:%Y-%m-%d %H:%M}; nothing was sent (--again sends it once more)"
    message = write_mail(view, day, settings, words, now)
    send_mail(message, settings.mail, environment)
    with database.write() as connection:
        mark_sent(connection, found.id, now)
    return f"sent to {message['To']}: {message['Subject']}"


def write_mail(view: DigestView, day: date, settings: Settings, words: Words, now: datetime) -> EmailMessage:
    """The digest as a mail with text and HTML. Raises Problem where sender or recipient is not in the settings."""
    mail = settings.mail
    if not mail.host or not mail.sender:
        raise Problem(
            "mail is not set up; write mail: {host: …, sender: …, recipients: {MANAGER: ADDRESS}} in oncu.yml"
        )
    if view.manager not in mail.recipients:
        raise Problem(f"mail.recipients has no address for the manager {view.manager!r}; add it in oncu.yml")
    message = EmailMessage()
    message["Subject"] = subject_of(view, words, hide_names=settings.digest.hide_names)
    message["From"] = mail.sender
    message["To"] = mail.recipients[view.manager]
    message["Date"] = format_datetime(now.astimezone(ZoneInfo(settings.timezone)))
    message["Message-ID"] = _message_id(view.manager, day, mail.sender)
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = words.language
    wait = settings.digest.wait_days
    message.set_content(render_digest(view, words, "text", wait_days=wait), cte="quoted-printable")
    html = render_digest(view, words, "html", wait_days=wait)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def subject_of(view: DigestView, words: Words, *, hide_names: bool) -> str:
    """`3 fırsat, 1 risk — Örnek Tekstil A.Ş.: Yatırım teşviki`: how many of each side, and the best one.

    A title is foreign text: a line break in it would make a header of what follows, so spaces are collapsed.
    """
    alerts = [(card, alert) for card in view.cards for alert in card.alerts]
    counted = ((side, sum(alert.side == side for _, alert in alerts)) for side in ("opportunity", "risk"))
    parts = [words(f"mail_{side}_one" if n == 1 else f"mail_{side}", n=n) for side, n in counted if n]
    if not alerts:
        parts = [words("mail_empty")] + ([words("mail_updates", n=len(view.updates))] if view.updates else [])
        return ", ".join(parts)
    card, best = max(alerts, key=lambda found: found[1].priority)
    top = best.title if hide_names else f"{card.client}: {best.title}"
    line = " ".join(f"{', '.join(parts)} — {top}".split())
    return "".join(letter for letter in line if letter.isprintable())[:LONGEST_SUBJECT]


def send_mail(message: EmailMessage, mail: MailSettings, environment: Mapping[str, str]) -> None:
    """Hand a mail to the server of the settings. Raises Problem where it is not taken."""
    where = f"mail server {mail.host}:{mail.port}"
    password = _password(mail, environment)
    try:
        with smtplib.SMTP(str(mail.host), mail.port, timeout=mail.timeout_seconds) as server:
            if mail.starttls:
                server.starttls(context=ssl.create_default_context())
            if mail.user:
                server.login(mail.user, password)
            server.send_message(message)
    except smtplib.SMTPAuthenticationError as error:
        raise Problem(
            f"{where} refused {mail.user!r} ({_said(error)}); check mail.user and {mail.password_env}"
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        said = _line(b" ".join(text for _, text in error.recipients.values()).decode(errors="replace"))
        raise Problem(f"{where} refused {message['To']} ({said}); check mail.recipients") from None
    except (OSError, UnicodeError) as error:  # OSError: no connection, no answer in time, TLS, and every SMTP error
        raise Problem(f"{where}: {_said(error)}; check mail.host, mail.port and mail.starttls") from None


def _password(mail: MailSettings, environment: Mapping[str, str]) -> str:
    name = mail.password_env or ""
    if mail.user and not environment.get(name):
        raise Problem(f"the variable {name} holds no password for the mail user {mail.user!r}; set it")
    return environment.get(name, "")


def _message_id(manager: str, day: date, sender: str) -> str:
    """The same for the same manager and day, so that a mail sent twice is one."""
    return f"<digest-{key_id('mail', manager, day.isoformat())}@{sender.rpartition('@')[2]}>"


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return _line(f"{error.smtp_code} {text}")
    return _line(getattr(error, "strerror", None) or str(error) or type(error).__name__)


def _line(text: str) -> str:
    return " ".join(text.split())[:200]
