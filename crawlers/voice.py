"""Who speaks in an article: the paper, a firm by press release, or a firm that paid for the text."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal
from urllib.parse import urlsplit

from oncu.config.load import HERE, read_yaml
from oncu.config.values import Strict

from .phrases import any_of, find_any, may_hold

LOOKUP = HERE / "lookups" / "voice.yml"
# A label stands above a text or below it, never in the middle.
OUTER_LINES = 3
LABEL = r"(?:^|[(\[|])\s*(?:{markers})\s*[!.]?\s*(?:[)\]|:]|[-–—]\s|$)"


class Voice(Strict):
    """What one kind of text says of itself."""

    markers: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


class VoiceLookup(Strict):
    """config/lookups/voice.yml."""

    paid: Voice
    release: Voice
    official: Voice


@dataclass(frozen=True)
class Judged:
    """`paid` or `release`, with the words that say so."""

    voice: Literal["paid", "release"]
    reason: str


def judge_voice(title: str, text: str, url: str | None, lookup: VoiceLookup | None = None) -> Judged | None:
    """Whether a firm speaks here itself; None for the word of others and for the notices of an authority."""
    lookup = lookup or load_voice_lookup()
    for name, voice in (("paid", lookup.paid), ("release", lookup.release)):
        reason = _label(title, text, voice) or _sentence(text, voice) or _address(url, voice)
        if reason and not find_any(lookup.official.sentences, f"{title}\n{text}"):
            return Judged(name, reason)  # type: ignore[arg-type]  # the two names above
    return None


@cache
def load_voice_lookup() -> VoiceLookup:
    """The list the program ships. Raises ConfigError."""
    return VoiceLookup.model_validate(read_yaml(LOOKUP))


def _label(title: str, text: str, voice: Voice) -> str | None:
    if not may_hold(voice.markers, f"{title}\n{text}"):
        return None
    lines = text.split("\n")
    outer = [title, *lines[:OUTER_LINES], *lines[OUTER_LINES:][-OUTER_LINES:]]
    found = (_label_form(voice.markers).search(line) for line in outer)
    return next((f"“{match[0].strip()}”" for match in found if match), None)


def _sentence(text: str, voice: Voice) -> str | None:
    match = find_any(voice.sentences, text)
    return f"“{match[0]}”" if match else None


def _address(url: str | None, voice: Voice) -> str | None:
    parts = urlsplit(url or "").path.casefold().split("/")[:-1]  # the last part is the headline's own words
    return next((f"address /{part}/" for part in parts if part in voice.addresses), None)


@cache
def _label_form(markers: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(LABEL.format(markers=any_of(markers).pattern), re.IGNORECASE)
