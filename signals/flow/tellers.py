"""Who told an event first, who copied whom, and how many told it independently. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncu.config.specs import SourceSpec
from oncu.storage.alerts import Evidence

SELF = "self"  # the origin of what a firm says of itself
FUTURE = "future"  # notes on times that cannot be taken as they are claimed
DAY_ONLY = "day"
SLACK = timedelta(minutes=5)  # clocks differ


@dataclass(frozen=True)
class Teller:
    """One document behind an alert among the others.

    `role` is first (of all), own (in own words), copy or self (the firm's own word); `copied_from` is the source whose
    text it repeats. `at` is when it counts as told, `note` why that is not what it claims.
    """

    document_id: str
    source: str
    role: str
    at: datetime
    copied_from: str | None = None
    note: str | None = None


def trace_tellers(evidence: Iterable[Evidence], zone: ZoneInfo) -> list[Teller]:
    """The documents of an alert in the order in which they told it: copies are those that share a story's text."""
    timed = [(*_told_at(item, zone), item) for item in evidence]
    originals: dict[str, str] = {}
    found: list[Teller] = []
    for at, note, item in sorted(timed, key=lambda told: (told[0], told[2].first_seen_at, told[2].document_id)):
        copied_from = originals.get(item.story_id)
        originals.setdefault(item.story_id, item.source)
        found.append(Teller(item.document_id, item.source, _role(item, found, copied_from), at, copied_from, note))
    return found


def count_independent(tellers: Sequence[Teller], publisher_of: Callable[[str], str] = lambda source: source) -> int:
    """How many publishers told it in words of their own, the firm itself left out; at least 1 where anybody told it.

    Where a firm spoke first and an outlet only copied it, nobody has confirmed it: that is one source too.
    """
    own = {publisher_of(teller.source) for teller in tellers if teller.role in ("first", "own")}
    return max(len(own), min(1, len(tellers)))


def publisher_of(sources: Mapping[str, SourceSpec]) -> Callable[[str], str]:
    """Who publishes a source: several sources of one house are one voice."""
    return lambda source: sources[source].publisher if source in sources else source


def count_copies(tellers: Sequence[Teller]) -> int:
    """How many documents only repeat another's text."""
    return sum(teller.role == "copy" for teller in tellers)


def _role(item: Evidence, before: Sequence[Teller], copied_from: str | None) -> str:
    if item.origin == SELF:
        return SELF
    if copied_from is not None:
        return "copy"
    return "own" if any(teller.role != SELF for teller in before) else "first"


def _told_at(item: Evidence, zone: ZoneInfo) -> tuple[datetime, str | None]:
    """When a document counts as told: what it claims, unless that is impossible or no more than a day."""
    claimed, seen = item.published_at, item.first_seen_at
    if claimed is None:
        return seen, None
    if claimed > seen + SLACK:
        return seen, FUTURE
    local = claimed.astimezone(zone)
    if local.time() == time():  # pages that give a date alone: it may have been any time of that day
        return min(seen, claimed + timedelta(days=1)), DAY_ONLY
    return claimed, None
