"""Signed links of a digest: whoever holds one may give one answer to one alert in one manager's name, for some days."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from itsdangerous import BadSignature, SignatureExpired

from oncu.config.problems import Problem
from oncu.config.settings import LinkSettings
from oncu.storage.feedback import ANSWERS

from ..people.signing import serializer

SHORTEST_KEY = 32  # characters
PATH = "/yanit"
SALT = "oncu.answer"

AnswerLink = Callable[[str, str], str]


@dataclass(frozen=True)
class Asked:
    """Which answer of whom to which alert a link stands for."""

    manager: str
    alert_id: str
    answer: str


class BadLink(Exception):
    """A link that cannot be used: it is too old (`expired`), or was never ours (`forged`)."""

    def __init__(self, kind: Literal["expired", "forged"]) -> None:
        super().__init__(kind)
        self.kind = kind


def sign(asked: Asked, key: str, now: datetime) -> str:
    """The token of a link."""
    return str(serializer(key, SALT, now).dumps([asked.manager, asked.alert_id, asked.answer]))


def read_token(token: str, key: str, now: datetime, *, days: int) -> Asked:
    """What a token stands for. Raises BadLink."""
    try:
        found = serializer(key, SALT, now).loads(token, max_age=days * 24 * 3600)
    except SignatureExpired:
        raise BadLink("expired") from None
    except BadSignature:
        raise BadLink("forged") from None
    manager, alert_id, answer = found
    if answer not in ANSWERS:  # of an older version
        raise BadLink("expired")
    return Asked(manager, alert_id, answer)


def key_of(settings: LinkSettings, environment: Mapping[str, str] = os.environ) -> str | None:
    """The key that signs links, from its variable or else its file; None where none is set.

    Raises Problem for a file that cannot be read and for a key that can be guessed.
    """
    key, where = environment.get(settings.key_env, "").strip(), f"the variable {settings.key_env}"
    if not key and settings.key_file is not None:
        key, where = _read_key(settings), str(settings.key_file)
    if not key:
        return None
    if len(key) < SHORTEST_KEY:
        raise Problem(f"{where}: a key of {len(key)} characters can be guessed; write {SHORTEST_KEY} or more at random")
    return key


def answer_links(
    settings: LinkSettings, manager: str, now: datetime, environment: Mapping[str, str] = os.environ
) -> AnswerLink | None:
    """What makes the address of an answer to an alert in a manager's name; None without key or address."""
    key = key_of(settings, environment)
    if key is None or settings.address is None:
        return None
    start = f"{settings.address}{PATH}"
    return lambda alert_id, answer: f"{start}/{sign(Asked(manager, alert_id, answer), key, now)}"


def _read_key(settings: LinkSettings) -> str:
    try:
        return settings.key_file.read_text("utf-8").strip() if settings.key_file else ""
    except (OSError, UnicodeDecodeError) as error:
        said = getattr(error, "strerror", None) or "no text"
        raise Problem(f"links.key_file {settings.key_file} cannot be read ({said}); mend it or take it away") from None
