"""From an episode to its end: sale, competing end, or not yet (censored); and whether a client was warned in time."""

from dataclasses import dataclass

import numpy as np

from .asof import BEFORE_ALL, FOREVER, SALE, KnownOutcomes, client_day
from .episodes import Episodes
from .leakage import assert_point_in_time
from .spells import Spells
from .tables import BoolArray, IntArray


@dataclass(frozen=True)
class FollowUp:
    """One entry an episode: days followed (0 or more), cause of the end (0 censored, 1 sale, 2 competing), and
    whether it only echoes an outcome that was already there."""

    days: IntArray
    cause: IntArray
    is_echo: BoolArray

    def where(self, chosen: BoolArray | IntArray) -> "FollowUp":
        """The chosen episodes, as a mask or as positions."""
        return FollowUp(self.days[chosen], self.cause[chosen], self.is_echo[chosen])


def follow(episodes: Episodes, outcomes: KnownOutcomes, spells: Spells | None, as_of: int) -> FollowUp:
    """Follow each episode from its first day (time zero) to the client's first outcome strictly after it.

    Without one by as-of (a day number), or by the end of the client's exposure, it is censored there. An outcome on
    or before time zero and not before the exposure began makes it an echo. An outcome after the exposure ended is not
    seen: the client was no longer at risk. Example, time zero on day 5: outcomes on 5 -> echo; on 8 -> 3 days.
    Raises Leak for an episode, outcome or record of one after as-of.
    """
    assert_point_in_time(as_of, episodes=episodes.start, outcomes=outcomes.day, recorded=outcomes.recorded)
    begin, end = _window(episodes, spells)
    end = np.minimum(end, as_of)
    after = first_outcome(outcomes, episodes.client, episodes.start, side="right")
    since_begin = first_outcome(outcomes, episodes.client, begin, side="left")
    day, cause = ends_at(outcomes, after, episodes.client, end)
    return FollowUp(days=np.maximum(day - episodes.start, 0), cause=cause, is_echo=since_begin < after)


def first_outcome(outcomes: KnownOutcomes, client: IntArray, day: IntArray, *, side: str) -> IntArray:
    """Row of the client's first outcome on or after (side "left") or strictly after (side "right") a day.

    Where there is none the row belongs to another client or lies past the end; `ends_at` sees to that.
    """
    where = "left" if side == "left" else "right"
    return np.searchsorted(outcomes.client_day, client_day(client, day), side=where)  # type: ignore[no-any-return,call-overload]


def ends_at(outcomes: KnownOutcomes, row: IntArray, client: IntArray, last: IntArray) -> tuple[IntArray, IntArray]:
    """Day and cause at which watching ends: the outcome at `row` if it is the client's and not after `last`."""
    if not len(outcomes.client):
        return last, np.zeros(len(row), dtype=np.int64)
    safe = np.minimum(row, len(outcomes.client) - 1)
    seen = (row < len(outcomes.client)) & (outcomes.client[safe] == client) & (outcomes.day[safe] <= last)
    return np.where(seen, outcomes.day[safe], last), np.where(seen, outcomes.cause[safe], 0)


def warnings_before(
    episodes: Episodes, client: IntArray, day: IntArray, horizon_days: int
) -> tuple[IntArray, IntArray]:
    """Slice of `episodes` (sorted by client and start) begun 1 to `horizon_days` days before each client's day."""
    begun = client_day(episodes.client, episodes.start)
    earliest = np.maximum(day - horizon_days, BEFORE_ALL)  # a huge horizon must not reach into another client
    first = np.searchsorted(begun, client_day(client, earliest), side="left")
    return first, np.searchsorted(begun, client_day(client, day), side="left")


def sales(outcomes: KnownOutcomes) -> tuple[IntArray, IntArray]:
    """Client and day of the outcomes that can be foretold (the competing ones cannot)."""
    foretold = outcomes.cause == SALE
    return outcomes.client[foretold], outcomes.day[foretold]


def _window(episodes: Episodes, spells: Spells | None) -> tuple[IntArray, IntArray]:
    if spells is None:
        return np.full(len(episodes), BEFORE_ALL), np.full(len(episodes), FOREVER)
    return spells.around(episodes.client, episodes.start)
