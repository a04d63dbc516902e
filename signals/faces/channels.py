"""The ways out: mail over SMTP, a webhook inside or outside the bank, files in a folder."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from oncu.config.problems import Problem
from oncu.config.routing import FILE, MAIL, WEBHOOK
from oncu.config.settings import Settings

from .mails import mail_of, open_mail, send_one
from .messages import Message, Undeliverable
from .webhooks import post_json

Send = Callable[[Message, str], None]


@dataclass(frozen=True)
class Way:
    """What a channel needs to be opened: the settings, the variables that hold secrets, and the time of sending."""

    settings: Settings
    now: datetime
    environment: Mapping[str, str]

    @property
    def sent_at(self) -> datetime:
        """The time of sending where the bank is."""
        return self.now.astimezone(ZoneInfo(self.settings.timezone))


@contextmanager
def open_channel(channel: str, way: Way) -> Iterator[Send]:
    """A channel that sends one message after another, each to a recipient (whom only mail looks at).

    Raises Problem where the channel cannot be used now, Undeliverable for a message that it does not take.
    """
    if channel == MAIL:
        with open_mail(way.settings.mail, way.environment) as server:
            yield lambda message, to: send_one(server, mail_of(message, to, way.settings.mail, way.sent_at))
    elif channel == FILE:
        folder = _folder_of(way.settings)
        yield lambda message, to: _write_files(folder, message)
    else:
        address = webhook_address(channel, way.settings, way.environment)
        yield lambda message, to: post_json(channel, address, message, way.settings.channels)


def webhook_address(channel: str, settings: Settings, environment: Mapping[str, str]) -> str:
    """The address of `webhook:NAME`. Raises Problem, which never repeats it: it is a secret."""
    named = WEBHOOK.fullmatch(channel)
    if named is None or named[1] not in settings.webhooks:
        raise Problem(f"{channel}: the settings name no such webhook; write webhooks: {{NAME: VARIABLE}} in oncu.yml")
    variable = settings.webhooks[named[1]]
    if not environment.get(variable):
        raise Problem(f"{channel}: the environment variable {variable} is not set; put the webhook's address into it")
    return environment[variable]


def channel_problems(settings: Settings, channels: list[str], environment: Mapping[str, str] = os.environ) -> list[str]:
    """What keeps some channels from being used, as far as the settings tell."""
    found = []
    for channel in channels:
        try:
            if channel == FILE:
                _folder_of(settings)
            elif WEBHOOK.fullmatch(channel):
                webhook_address(channel, settings, environment)
        except Problem as problem:
            found.append(str(problem))
    return found


def _folder_of(settings: Settings) -> Path:
    folder = settings.channels.folder
    if folder is None:
        raise Problem("file: no folder is set; write channels: {folder: FOLDER} in oncu.yml")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem(f"file: {folder} cannot be made ({error.strerror}); let this user write there") from None
    return folder


def _write_files(folder: Path, message: Message) -> None:
    """The message as text, HTML and JSON; written beside and moved, so that no reader meets half a file."""
    for ending, content in (("txt", message.text), ("html", message.html), ("json", message.as_json())):
        path = folder / f"{message.name}.{ending}"
        beside = path.with_suffix(f".{ending}.part")
        try:
            beside.write_text(content, encoding="utf-8")
            beside.replace(path)
        except OSError as error:
            raise Problem(f"file: {path} cannot be written ({error.strerror}); let this user write there") from None


__all__ = ["Send", "Undeliverable", "Way", "channel_problems", "open_channel", "webhook_address"]
