"""What is sent, the same over every channel: subject, text, HTML and plain values, under one id."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any

from oncu.config.problems import Problem
from oncu.storage.keys import key_id

LONGEST_SUBJECT = 150  # characters; most mail programs show fewer


class Undeliverable(Problem):
    """One message cannot be delivered; others may go the same way."""


@dataclass(frozen=True)
class Message:
    """One message: `id` is the same whenever the same is said to the same reader, so that whoever gets it twice can
    tell; `name` is what files are called."""

    id: str
    name: str
    subject: str
    text: str
    html: str
    content: Mapping[str, Any]
    language: str = "tr"

    def as_json(self) -> str:
        """The message for programs."""
        told = {"message_id": self.id, "subject": self.subject, "text": self.text, **self.content}
        return json.dumps(told, ensure_ascii=False, default=_as_plain)


def one_line(text: str) -> str:
    """A subject: a title is foreign text, and a line break in it would make a header of what follows."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())[:LONGEST_SUBJECT]


def file_name(*parts: str) -> str:
    """Parts joined to a name that is safe in any folder; what had to be changed gets a key, so that no two are one."""
    return "-".join(_safe(part) for part in parts)


def _as_plain(value: object) -> object:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def _safe(part: str) -> str:
    plain = re.sub(r"[^\w.-]+", "_", part).strip(".")
    return plain if plain == part else f"{plain}-{key_id(part)[:8]}"
