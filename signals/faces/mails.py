"""A message as a mail, and the server that takes it."""

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import cache, lru_cache

from oncu.config.problems import Problem
from oncu.config.settings import MailSettings

from .inlined import inline_styles
from .messages import Message, Undeliverable

NOT_SET_UP = "mail is not set up; write mail: {host: …, sender: …, recipients: {MANAGER: ADDRESS}} in oncu.yml"


def is_set_up(mail: MailSettings) -> bool:
    """Whether there is a server and a sender."""
    return bool(mail.host and mail.sender)


def address_of(name: str, mail: MailSettings) -> str:
    """The mail address of a manager or desk. Raises Undeliverable."""
    if name not in mail.recipients:
        raise Undeliverable(f"mail.recipients has no address for {name!r}; add it in oncu.yml")
    return mail.recipients[name]


def mail_of(message: Message, to: str, mail: MailSettings, sent_at: datetime) -> EmailMessage:
    """A message as a mail with text and HTML. Raises Problem where sender or recipient is not in the settings."""
    if not is_set_up(mail):
        raise Problem(NOT_SET_UP)
    made = EmailMessage(_policy())
    made["Subject"] = message.subject
    made["From"] = mail.sender
    made["To"] = address_of(to, mail)
    made["Date"] = format_datetime(sent_at)
    made["Message-ID"] = f"<{message.id}@{str(mail.sender).rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = message.language
    made.set_content(message.text, cte="quoted-printable")
    made.add_alternative(inline_styles(message.html), subtype="html", cte="quoted-printable")
    made.set_boundary(f"=_{message.id}")  # no text in quoted-printable has such a line; the same mail, same bytes
    return made


@contextmanager
def open_mail(mail: MailSettings, environment: Mapping[str, str]) -> Iterator[smtplib.SMTP]:
    """The server of the settings, ready to take mails. Raises Problem where it cannot be used."""
    if not is_set_up(mail):
        raise Problem(NOT_SET_UP)
    where = f"mail server {mail.host}:{mail.port}"
    password = _password(mail, environment)
    try:
        with smtplib.SMTP(str(mail.host), mail.port, timeout=mail.timeout_seconds) as server:
            if mail.starttls:
                server.starttls(context=ssl.create_default_context())
            if mail.user:
                server.login(mail.user, password)
            yield server
    except smtplib.SMTPAuthenticationError as error:
        raise Problem(
            f"{where} refused {mail.user!r} ({_said(error)}); check mail.user and {mail.password_env}"
        ) from None
    except (OSError, UnicodeError) as error:  # OSError: no connection, no answer in time, TLS, and every SMTP error
        raise Problem(f"{where}: {_said(error)}; check mail.host, mail.port and mail.starttls") from None


def send_one(server: smtplib.SMTP, mail: EmailMessage) -> None:
    """Hand one mail to an open server. Raises Undeliverable where its recipient or content is refused."""
    try:
        server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        said = _line(b" ".join(text for _, text in error.recipients.values()).decode(errors="replace"))
        raise Undeliverable(f"the mail server refused {mail['To']} ({said}); check mail.recipients") from None
    except (smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as error:
        raise Undeliverable(f"the mail server refused the mail ({_said(error)}); check mail.sender") from None


class _Headers(HeaderRegistry):
    """Headers by name and value, each read once: most of a round's mails are the same, and reading takes longest."""

    __getitem__ = lru_cache(100)(HeaderRegistry.__getitem__)
    __call__ = lru_cache(100)(HeaderRegistry.__call__)


@cache
def _policy() -> "EmailPolicy[EmailMessage]":
    return EmailPolicy(header_factory=_Headers())


def _password(mail: MailSettings, environment: Mapping[str, str]) -> str:
    name = mail.password_env or ""
    if mail.user and not environment.get(name):
        raise Problem(f"the variable {name} holds no password for the mail user {mail.user!r}; set it")
    return environment.get(name, "")


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error.decode(errors="replace") if isinstance(error.smtp_error, bytes) else error.smtp_error
        return _line(f"{error.smtp_code} {text}")
    return _line(getattr(error, "strerror", None) or str(error) or type(error).__name__)


def _line(text: str) -> str:
    return " ".join(text.split())[:200]
