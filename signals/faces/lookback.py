"""How the alerts of the week before a digest turned out, in one line: what readers said, what happened since."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from oncu.config.load import HERE, read_yaml
from oncu.config.specs import SignalSpec
from oncu.storage.alerts import Alert
from oncu.storage.database import Transaction
from oncu.storage.turned_out import Fate, alerts_told, fates_of

from ..words import Words

WEEK = timedelta(days=7)
ORDER = ("happened", "right", "ended", "wrong", "open")


@dataclass(frozen=True)
class Lookback:
    """Of how many alerts of the week before what became of how many; each stands under one heading."""

    alerts: int
    counts: Mapping[str, int]


def look_back(
    connection: Transaction, managers: Collection[str], types: Mapping[str, SignalSpec], *, at: datetime
) -> dict[str, Lookback]:
    """By manager what became by a moment of the alerts that their digests carried in the week before it."""
    told = alerts_told(connection, managers, since=at - WEEK, until=at)
    fates = fates_of(connection, {key: alert for own in told.values() for key, alert in own.items()}, at=at)
    return {manager: _summed(own, fates, types) for manager, own in told.items()}


def _summed(alerts: Mapping[str, Alert], fates: Mapping[str, Fate], types: Mapping[str, SignalSpec]) -> Lookback:
    counts = dict.fromkeys(ORDER, 0)
    for key, alert in alerts.items():
        counts[heading_of(alert, fates[key], types)] += 1
    return Lookback(len(alerts), counts)


def heading_of(alert: Alert, fate: Fate, types: Mapping[str, SignalSpec]) -> str:
    """The strongest of what is known of an alert.

    happened (an outcome that its type or side foretells came after it), then what a reader said last: right or wrong,
    then ended (denied or cancelled), else open.
    """
    own = {types[alert.type].outcome} if alert.type in types else set()
    if fate.outcomes & (own | _foretold(alert.side)):
        return "happened"
    if fate.verdict is not None:
        return fate.verdict
    return "ended" if fate.is_ended else "open"


def lookback_line(found: Lookback, words: Words) -> str:
    """`Geçen haftanın 5 uyarısı: 1'i gerçekleşti, 2'si doğrulandı …`; nothing where there were none."""
    if not found.alerts:
        return ""
    parts = [words(f"fate_{key}", n=n) for key, n in found.counts.items() if n]
    return words("lookback", alerts=found.alerts, parts=", ".join(parts))


@cache
def _foretold(side: str) -> frozenset[str]:
    """The kinds of outcomes that the alerts of a side foretell."""
    return frozenset(read_yaml(HERE / "lookups" / "outcomes.yml")[side]["foretold"])
