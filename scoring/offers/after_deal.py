"""After a deal was won: was the financed project completed, did the client grow, did it get into trouble?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from ..estimates.intervals import Rate, unknown_rate
from ..judge.asof import SALE, day_number
from ..judge.conversion import conversion
from ..judge.tables import IntArray
from .tables import Offers

KINDS: Mapping[str, frozenset[str]] = {
    "completed": frozenset({"completed"}),
    "cancelled": frozenset({"cancelled"}),
    "grew": frozenset({"growth"}),
    "shrank": frozenset({"decline"}),
    "trouble": frozenset(
        {"default", "overdue", "watchlist", "restructuring", "concordat", "bankruptcy", "enforcement", "write_off"}
    ),
    "left": frozenset({"exit", "bought_elsewhere"}),
}


@dataclass(frozen=True)
class Event:
    """Something that happened to a client on a day (days since 1970); `offer_id` where it is about one deal."""

    client_id: str
    kind: str
    day: int
    offer_id: str | None = None


@dataclass(frozen=True)
class AfterDeal:
    """The share of won deals after which this happened within the horizon; those not followed so long are censored."""

    what: str
    n: int
    share: Rate


def after_deals(offers: Offers, events: Iterable[Event], as_of: int, horizon: int = 365) -> list[AfterDeal]:
    """For each kind of event, in the order of KINDS; [] where nothing has been won."""
    won = offers.where(offers.has_status("won") & ~np.isnat(offers.decided_at))
    start = day_number(won.decided_at)
    won, start = won.where(start <= as_of), start[start <= as_of]
    told = list(events)
    return [_after(what, kinds, won, start, told, as_of, horizon) for what, kinds in KINDS.items()] if len(won) else []


def _after(
    what: str, kinds: frozenset[str], won: Offers, start: IntArray, told: list[Event], as_of: int, horizon: int
) -> AfterDeal:
    days = _days_of(event for event in told if event.kind in kinds and event.day <= as_of)
    first = [_first(days, won.client.named(row), won.offer_id[row], int(start[row])) for row in range(len(won))]
    happened = np.array([day is not None for day in first])
    end = np.array([as_of if day is None else day for day in first])
    if not happened.any():
        return AfterDeal(what, 0, unknown_rate(len(won)))
    share = conversion(end - start, np.where(happened, SALE, 0), won.client.codes, horizon)
    return AfterDeal(what, int(happened.sum()), share)


def _days_of(events: Iterable[Event]) -> dict[tuple[str, str], list[int]]:
    """Days by client and, where the event is about one deal, its offer ("" otherwise)."""
    days: dict[tuple[str, str], list[int]] = {}
    for event in events:
        days.setdefault((event.client_id, event.offer_id or ""), []).append(event.day)
    return days


def _first(days: Mapping[tuple[str, str], list[int]], client: str, offer: str, start: int) -> int | None:
    after = [day for key in ((client, offer), (client, "")) for day in days.get(key, ()) if day > start]
    return min(after, default=None)
