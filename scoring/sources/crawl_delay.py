"""How long after publication a group's pages are known: the crawler's slowness, which is not the source's."""

from datetime import date

import numpy as np

from ..judge.asof import UNKNOWN, day_number, day_of
from ..judge.tables import Signals, TimeArray

DAY = np.timedelta64(1, "D")


def crawl_delays(
    signals: Signals, published_at: TimeArray | None, *, side: str, as_of: date, by: str
) -> dict[str, float]:
    """Median days from published to known of each group's signals of a side known by as-of; {} without `published_at`.

    `published_at` has one moment a signal, NaT where the page claims none. Published after it was known counts as 0:
    pages claim dates ahead of their time.
    """
    column: list[str] | None = getattr(signals, by)
    if published_at is None or column is None:
        return {}
    days = np.maximum((signals.known_at - published_at) / DAY, 0.0)
    known = (day_number(signals.known_at) <= day_of(as_of)) & np.array(
        [one == side for one in signals.side], dtype=bool
    )
    chosen = np.flatnonzero(known & ~np.isnan(days))
    if not len(chosen):
        return {}
    groups, which = np.unique([column[row] or UNKNOWN for row in chosen.tolist()], return_inverse=True)
    order = np.argsort(which, kind="stable")
    parts = np.split(days[chosen][order], np.searchsorted(which[order], np.arange(1, len(groups))))
    return {str(group): float(np.median(part)) for group, part in zip(groups, parts, strict=True)}
