"""What was known on a day: the rows that existed for a reader at its end, as numbers.

Time is counted in whole days. The day of a moment is its calendar date in UTC; as-of includes its own day, so a row
known or recorded at 23:59 UTC of that date exists and one of the next midnight does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import compress

import numpy as np

from .tables import BadInput, BoolArray, FloatArray, IntArray, Outcomes, Signals, TimeArray, changes

FOREVER = 2**22 - 1  # days; year 9999 is day 2,932,896
BEFORE_ALL = -(2**22) + 1
SALE, COMPETING = 1, 2  # causes; SALE is the end that was foretold, on the risk side a default
UNKNOWN = "unknown"


@dataclass(frozen=True)
class KnownSignals:
    """Signals of one side known by as-of, sorted by client, type, moment and id.

    All arrays have one entry a signal. `group` and `category` index `groups` and `categories`; `story` is -1 where
    none is given; `moment` is microseconds since 1970.
    """

    client: IntArray
    type: IntArray
    moment: IntArray
    day: IntArray
    probability: FloatArray
    story: IntArray
    group: IntArray
    category: IntArray
    groups: list[str]
    categories: list[str]

    def where(self, chosen: BoolArray) -> "KnownSignals":
        """The signals for which `chosen` is true."""
        columns = {name: column[chosen] for name, column in vars(self).items() if isinstance(column, np.ndarray)}
        return replace(self, **columns)  # type: ignore[arg-type]


@dataclass(frozen=True)
class KnownOutcomes:
    """Outcomes that occurred and were recorded by as-of, sorted by client and moment (SALE before COMPETING).

    `day` is when each occurred, `recorded` when the bank was told.
    """

    client: IntArray
    day: IntArray
    cause: IntArray
    recorded: IntArray

    @property
    def client_day(self) -> IntArray:
        return client_day(self.client, self.day)


def day_number(times: TimeArray) -> IntArray:
    """Days since 1970-01-01 of UTC moments: 1970-01-02T23:59 -> 1."""
    return times.astype("datetime64[D]").astype(np.int64)


def day_of(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def client_day(client: IntArray, day: IntArray) -> IntArray:
    """One sortable number for a client and a day, so that a binary search stays within the client."""
    return client * 2**23 + (day + 2**22)


def encode(*columns: Sequence[str]) -> tuple[list[IntArray], list[str]]:
    """Number the values of all columns together in alphabetical order: encode(["b", "a"]) -> [[1, 0]], ["a", "b"]."""
    labels = sorted(set().union(*columns))
    number = {label: position for position, label in enumerate(labels)}
    return [np.fromiter(map(number.__getitem__, column), np.int64, len(column)) for column in columns], labels


def number_clients(*columns: Iterable[str]) -> dict[str, int]:
    """One number a client over all tables, in alphabetical order."""
    return {client: number for number, client in enumerate(sorted(set().union(*columns)))}


def signals_as_of(signals: Signals, clients: dict[str, int], *, side: str, as_of: date, by: str) -> KnownSignals:
    """Signals of `side` known by the end of `as_of`. Raises BadInput when the column `by` is not there."""
    column: list[str] | None = getattr(signals, by)
    if column is None:
        raise BadInput("signals", f"there is no column {by!r}", f"add it or group by something other than {by}")
    day = day_number(signals.known_at)
    kept = (day <= day_of(as_of)) & np.array([one == side for one in signals.side], dtype=bool)
    ([group], groups), ([kind], _), ([category], categories) = (
        encode(list(compress(values, kept)))
        for values in ([value or UNKNOWN for value in column], signals.type, signals.category or [""] * len(signals))
    )
    story = _number_stories(list(compress(signals.story_id, kept)))
    client = _numbers(list(compress(signals.client_id, kept)), clients)
    moment = signals.known_at[kept].astype("datetime64[us]").astype(np.int64)
    order = _in_order(client, kind, moment, np.flatnonzero(kept), signals.signal_id)
    return KnownSignals(
        client=client[order],
        type=kind[order],
        moment=moment[order],
        day=day[kept][order],
        probability=signals.probability[kept][order],
        story=story[order],
        group=group[order],
        category=category[order],
        groups=groups,
        categories=categories,
    )


def outcomes_as_of(outcomes: Outcomes, clients: dict[str, int], as_of: date) -> KnownOutcomes:
    """Outcomes that had occurred and had been recorded by the end of `as_of`."""
    day = day_number(outcomes.occurred_at)
    recorded = day_number(outcomes.recorded_at)
    kept = (day <= day_of(as_of)) & (recorded <= day_of(as_of))
    client = _numbers(list(compress(outcomes.client_id, kept)), clients)
    cause = np.where(outcomes.competing[kept], COMPETING, SALE).astype(np.int64)
    order = np.lexsort((cause, outcomes.occurred_at[kept], client))
    return KnownOutcomes(client[order], day[kept][order], cause[order], recorded[kept][order])


def _in_order(client: IntArray, kind: IntArray, moment: IntArray, row: IntArray, names: Sequence[str]) -> IntArray:
    """Positions by client, type, moment and, where these are equal, by name (names are long to compare: only there)."""
    order = np.lexsort((moment, kind, client))
    fresh = changes(client[order], kind[order], moment[order])
    tied = np.flatnonzero(~fresh | ~np.append(fresh[1:], True)[: len(fresh)])
    if len(tied):
        run = np.cumsum(fresh)[tied].tolist()
        named = sorted(
            zip(run, (names[place] for place in row[order[tied]].tolist()), order[tied].tolist(), strict=True)
        )
        order[tied] = [place for _, _, place in named]
    return order


def _number_stories(stories: Sequence[str]) -> IntArray:
    """A number for each story in the order they come, -1 for none."""
    number = {story: place for place, story in enumerate(story for story in dict.fromkeys(stories) if story)}
    return _numbers(stories, {**number, "": -1})


def _numbers(names: Sequence[str], number: Mapping[str, int]) -> IntArray:
    return np.fromiter(map(number.__getitem__, names), np.int64, len(names))
