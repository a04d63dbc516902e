"""Looking back from the ends: how many days before was the bank warned, and was that before anything official?"""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ..estimates.intervals import Rate, median_rate, rate, unknown_rate, wilson
from .asof import KnownOutcomes
from .episodes import Episodes
from .followup import sales, warnings_before
from .spells import Spells
from .tables import BoolArray, FloatArray, IntArray

AHEAD = (0, 7, 30, 60, 90, 180)
MISSED = 0  # a warning on the day of the end is none, so 0 is free to say so


@dataclass(frozen=True)
class BackwardLeads:
    """Days of warning before each end whose whole look-back window was watched, 0 where it was missed."""

    client: IntArray
    day: IntArray
    lead: IntArray


@dataclass(frozen=True)
class LeadQuantiles:
    """Quartiles of the days of warning, misses counted as 0; the median with its 95 % interval."""

    lower: float
    median: Rate
    upper: float
    missed: Rate


@dataclass(frozen=True)
class LeadGain:
    """Days by which the bank knew before the first official trace, among the ends that left one.

    `median` with its interval (None without any trace); `ahead`, `ahead_by_month` and `in_time` are the shares known
    before it at all, more than 30 days before it, and more days before than a decision needs.
    """

    median: Rate
    ahead: Rate
    ahead_by_month: Rate
    in_time: Rate
    never_warned: int


@dataclass(frozen=True)
class Profile:
    """What NAB pays for an end foreseen and charges for one missed and for a false alarm."""

    hit: float
    miss: float
    false_alarm: float


STANDARD, FEW_FALSE_ALARMS, FEW_MISSES = Profile(1, 1, 0.11), Profile(1, 1, 0.22), Profile(1, 2, 0.11)


def backward_leads(episodes: Episodes, outcomes: KnownOutcomes, spells: Spells, window: int) -> BackwardLeads:
    """For each foretold end, the days since the first episode (by client and start) begun 1 to `window` days before.

    Ends whose window lies partly outside the client's exposure are left out: who could only be warned for a week looks
    warned late. Episode begun 40 days before, and another 10 days before -> 40; window 30 -> 10.
    """
    client, day = sales(outcomes)
    judged = spells.covers(client, day - window, day)
    client, day = client[judged], day[judged]
    warned = first_warning(episodes, client, day, window)
    return BackwardLeads(client, day, np.where(np.isnan(warned), MISSED, day - np.nan_to_num(warned)).astype(np.int64))


def first_warning(episodes: Episodes, client: IntArray, day: IntArray, window: int) -> FloatArray:
    """Day of each client's first episode begun 1 to `window` days before its `day`; NaN where there is none."""
    first, last = warnings_before(episodes, client, day, window)
    found = np.full(len(client), np.nan)
    warned = last > first
    found[warned] = episodes.start[first[warned]]
    return found


def lead_quantiles(lead: IntArray) -> LeadQuantiles | None:
    """Quartiles of backward leads, misses as 0; None without an end. 0, 0, 10, 30, 50 -> 0, 10, 30."""
    if not len(lead):
        return None
    lower, upper = np.quantile(lead, [0.25, 0.75])
    missed = int(np.sum(lead == MISSED))
    share = rate(missed / len(lead), *wilson(missed, len(lead)), len(lead))
    return LeadQuantiles(float(lower), median_rate(lead.astype(np.float64)), float(upper), share)


def actionable_recall(lead: IntArray, ahead: tuple[int, ...] = AHEAD) -> list[tuple[int, Rate]]:
    """Share of ends warned of at least a days before, for each a of `ahead`; a falling curve. 0 means at all."""
    return [(days, _share(lead >= max(days, 1))) for days in ahead]


def lead_gain(known: FloatArray, official: FloatArray, needed: int) -> LeadGain:
    """How long before the first official trace (watchlist entry, missed payment, notice; or the client's own
    application) the bank knew.

    `known` and `official` are days, one entry an end; NaN: never warned, no trace. Ends without a trace are left out;
    an end never warned of counts as not ahead, and as behind all others in the median. `needed` is the days a decision
    takes. Known on days 10, 50, never and official on 40, 40, 40: gains 30, -10, none -> median -10.
    """
    traced = ~np.isnan(official)
    gain = np.where(np.isnan(known), -np.inf, official - np.nan_to_num(known))[traced]
    shares = _share(gain > 0), _share(gain > 30), _share(gain > needed)
    return LeadGain(median_rate(gain), *shares, int(np.sum(np.isinf(gain))))


def scaled_sigmoid(position: FloatArray) -> FloatArray:
    """NAB's worth of an alarm (Lavin & Ahmad 2015): 2 / (1 + e^{5y}) - 1, and -1 beyond 3.

    y is -1 at the opening of the window before an end, 0 at the end, 1 a window's length after it. -1 -> .98661.
    """
    return np.where(position > 3, -1.0, 2 * expit(-5 * position) - 1)


def timeliness_score(lead: IntArray, false_alarms: int, window: int, profile: Profile = STANDARD) -> float | None:
    """NAB's score of 100 for warning of every end at the opening of its window, 0 for never warning of any.

    S = sum of hit * sigma(-lead/window)/sigma(-1) - miss * ends missed - false_alarm * false alarms;
    100 (S - S_null) / (S_perfect - S_null). Below 0: worse than silence. None without ends. It hides the base rate, so
    it is never shown alone.
    """
    if not len(lead):
        return None
    early = lead[lead > MISSED]
    worth = scaled_sigmoid(-np.minimum(early / window, 1.0)) / scaled_sigmoid(np.array(-1.0))
    silent = -profile.miss * len(lead)
    reached = profile.hit * float(worth.sum()) - profile.miss * (len(lead) - len(early))
    reached -= profile.false_alarm * false_alarms
    return 100 * (reached - silent) / (profile.hit * len(lead) - silent)


def _share(claim: BoolArray) -> Rate:
    hits, n = int(claim.sum()), len(claim)
    return rate(hits / n, *wilson(hits, n), n) if n else unknown_rate(0)
