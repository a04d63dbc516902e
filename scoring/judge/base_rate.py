"""What happens to comparable clients without a signal: the rate every conversion must be read against."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..estimates.intervals import Z95, Rate, clustered_spread, count_clients, log_log, rate
from .asof import FOREVER, SALE, KnownOutcomes, client_day
from .conversion import Incidence, conversion, incidence, influence_on_sale
from .episodes import Episodes
from .followup import FollowUp, ends_at, first_outcome
from .leakage import assert_point_in_time
from .spells import Spells
from .tables import BoolArray, FloatArray, IntArray, sums_by


@dataclass(frozen=True)
class Controls:
    """One entry a client and month without an open episode; `weight` makes them look like the episodes.

    `stratum` is theirs; `compared` and `compared_stratum` are client and stratum of the episodes they stand for.
    """

    client: IntArray
    days: IntArray
    cause: IntArray
    weight: FloatArray
    stratum: IntArray
    compared: IntArray
    compared_stratum: IntArray

    def __len__(self) -> int:
        return len(self.client)


@dataclass(frozen=True)
class MonthOfControls:
    """One entry a control of the month since 1970; by stratum, the episodes `wanted` and the controls `found`."""

    month: int
    client: IntArray
    days: IntArray
    cause: IntArray
    stratum: IntArray
    wanted: IntArray
    found: IntArray


@dataclass(frozen=True)
class _OpenTimes:
    """When episodes are open, sorted by client and start; `reach` is the last open day so far of the same client."""

    begun: IntArray
    client: IntArray
    start: IntArray
    reach: IntArray


def matched_controls(
    episodes: Episodes, outcomes: KnownOutcomes, spells: Spells, *, as_of: int, horizon: int, merge_days: int
) -> Controls:
    """Clients without an open episode, matched to the episodes (echoes left out, sorted by client and start).

    For every calendar month in which an episode starts, the control time zero is its first day. A client is a control
    of that month when it was with the bank on that day, had no outcome on or before it in the same spell (such
    episodes are echoes and left out too), and no episode of it is open on any day of the month; an episode is open
    from its start until `merge_days` after its last signal. A control is followed like an episode, to its first
    outcome, the end of its exposure or as-of, and also censored when an episode of its own starts: from then on it
    is not a client without one. In each cell of month x sector x size_band x region the controls share the number of
    the cell's episodes as weight. Episodes outside exposure, or in cells without controls, are not compared.
    Cost: clients x months. Raises Leak for an episode, record of an outcome or exposure row begun after as-of.
    """
    months = monthly_controls(episodes, outcomes, spells, as_of=as_of, horizon=horizon, merge_days=merge_days)
    parts = [
        (one.client, one.days, one.cause, one.stratum, (one.wanted / np.maximum(one.found, 1))[one.stratum])
        for one in months
    ]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else [np.zeros(0)] * 5
    client, days, ended_by, stratum = (column.astype(np.int64) for column in columns[:4])
    row = spells.row_at(episodes.client, episodes.start)
    return Controls(
        client, days, ended_by, columns[4], stratum, episodes.client[row >= 0], spells.stratum[row[row >= 0]]
    )


def monthly_controls(
    episodes: Episodes, outcomes: KnownOutcomes, spells: Spells, *, as_of: int, horizon: int, merge_days: int
) -> Iterator[MonthOfControls]:
    """The controls of each calendar month in which an episode starts, as `matched_controls` says who they are."""
    assert_point_in_time(as_of, episodes=episodes.start, recorded=outcomes.recorded, exposure=spells.begin)
    row = spells.row_at(episodes.client, episodes.start)
    inside = row >= 0
    month = month_of(episodes.start[inside])
    stratum = spells.stratum[row[inside]]
    open_times = _open_times(episodes, merge_days)
    end = np.minimum(spells.spell_end, as_of)
    first = first_outcome(outcomes, spells.client, spells.spell_begin, side="left")
    end, cause = ends_at(outcomes, first, spells.client, end)
    for one in np.unique(month):
        strata = stratum[month == one]
        yield _controls_of_month(one, strata, spells, open_times, end=end, cause=cause, horizon=horizon)


def base_rate(controls: Controls, horizon: int) -> Rate | None:
    """Incidence among the controls at the horizon, clustered by client; n counts distinct clients. None if unknown."""
    if not len(controls):
        return None
    found = conversion(controls.days, controls.cause, controls.client, horizon, controls.weight)
    if found.value is None:
        return None
    spread, n = clustered_spread(*influence_on_base(controls, horizon)), count_clients(controls.client)
    if not (spread > 0 and 0 < found.value < 1):
        return replace(found, n=n)
    return rate(found.value, *log_log(found.value, spread), n)


def influence_on_base(controls: Controls, horizon: int) -> tuple[FloatArray, IntArray]:
    """How much each control moves the base rate, and each episode through the stratum it asks for; and whose it is.

    An episode of a stratum in which ends are twice as frequent pulls the base rate up by one part in n of itself: the
    mix of strata is as much a matter of chance as the episodes are. Its base is taken in proportion to the hazard.
    """
    curve: Incidence = incidence(controls.days, controls.cause, controls.weight)
    moved = influence_on_sale(curve, controls.days, controls.cause, horizon, controls.weight)
    ended = ((controls.cause == SALE) & (controls.days <= horizon)) * controls.weight
    at_risk = np.minimum(controls.days, horizon) * controls.weight
    width = int(max(controls.stratum.max(initial=0), controls.compared_stratum.max(initial=0))) + 1
    ends, days = (sums_by(controls.stratum, column, width) for column in (ended, at_risk))
    usual = ends.sum() / days.sum() if days.sum() else 0.0
    known = days[controls.compared_stratum] > 0
    stratum, client = controls.compared_stratum[known], controls.compared[known]
    times = ends[stratum] / days[stratum] / usual if usual else np.ones(len(stratum))
    pulled = curve.sale_by(horizon) * (times - 1) / max(len(stratum), 1)
    return np.concatenate([moved, pulled]), np.concatenate([controls.client, client])


def lift(
    above: Rate, below: Rate | None, *, episodes: Episodes, followed: FollowUp, controls: Controls, horizon: int
) -> Rate | None:
    """Conversion (`above`) / base rate (`below`); None while either is unknown or the base rate is 0.

    Log-scale interval; the influences of both rates are added by client, who may be in both:
    log ratio moves by D_conversion / F - D_base / B. Without a conversion the interval starts at 0 and ends at the
    conversion's upper end over the base rate's lower one.
    """
    if below is None or not below.value or not below.low or above.value is None or above.high is None:
        return None
    ratio = above.value / below.value
    if above.value == 0:
        return rate(0.0, 0.0, above.high / below.low, len(episodes))
    over = incidence(followed.days, followed.cause)
    moved_by_episodes = influence_on_sale(over, followed.days, followed.cause, horizon) / above.value
    moved_base, whose = influence_on_base(controls, horizon)
    spread = clustered_spread(
        np.concatenate([moved_by_episodes, moved_base / -below.value]), np.concatenate([episodes.client, whose])
    )
    factor = float(np.exp(Z95 * spread))
    return rate(ratio, ratio / factor, ratio * factor, len(episodes))


def _controls_of_month(
    month: np.int64,
    strata: IntArray,
    spells: Spells,
    open_times: _OpenTimes,
    *,
    end: IntArray,
    cause: IntArray,
    horizon: int,
) -> MonthOfControls:
    first, last = _days_of(month)
    wanted = np.bincount(strata, minlength=int(spells.stratum.max()) + 1)
    at_risk = (spells.begin <= first) & (spells.end >= first) & (end >= first) & ((cause == 0) | (end > first))
    row = np.flatnonzero(at_risk & (wanted[spells.stratum] > 0))
    is_open, next_start = _open_or_next(open_times, spells.client[row], first, last)
    row, next_start = row[~is_open], next_start[~is_open]
    until = np.minimum(np.minimum(end[row], next_start), first + horizon + 1)  # later days do not matter at the horizon
    stratum = spells.stratum[row]
    return MonthOfControls(
        month=int(month),
        client=spells.client[row],
        days=until - first,
        cause=np.where(end[row] <= until, cause[row], 0),
        stratum=stratum,
        wanted=wanted,
        found=np.bincount(stratum, minlength=len(wanted)),
    )


def _open_times(episodes: Episodes, merge_days: int) -> _OpenTimes:
    reach = np.maximum.accumulate(client_day(episodes.client, np.minimum(episodes.last + merge_days, FOREVER)))
    return _OpenTimes(client_day(episodes.client, episodes.start), episodes.client, episodes.start, reach)


def _open_or_next(times: _OpenTimes, client: IntArray, first: int, last: int) -> tuple[BoolArray, IntArray]:
    """Whether an episode of the client is open on a day from `first` to `last`, and when the next one starts."""
    after = np.searchsorted(times.begun, client_day(client, np.full(len(client), last)), side="right")
    latest, following = np.maximum(after - 1, 0), np.minimum(after, len(times.begun) - 1)
    mine = (after > 0) & (times.client[latest] == client)
    is_open = mine & (times.reach[latest] >= client_day(client, np.full(len(client), first)))
    has_next = (after < len(times.begun)) & (times.client[following] == client)
    return is_open, np.where(has_next, times.start[following], FOREVER)


def month_of(day: IntArray) -> IntArray:
    """Months since 1970-01 of day numbers."""
    return day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _days_of(month: np.int64) -> tuple[int, int]:
    """First and last day number of a month."""
    start = np.array([month, month + 1]).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return int(start[0]), int(start[1]) - 1
