"""How much faster ends come after a group's signals than to comparable clients without one, by strata and month."""

from dataclasses import dataclass

import numpy as np

from ..judge.asof import SALE
from ..judge.base_rate import month_of, monthly_controls
from ..judge.episodes import Episodes
from ..judge.evidence import Evidence
from ..judge.followup import FollowUp
from ..judge.spells import Spells
from ..judge.tables import FloatArray, IntArray, sums_by
from ..sources.sightings import Sightings
from .intervals import Z95, Rate, rate, unknown_rate
from .shrunk_ratios import fit_gamma_priors, shrunk_ratio


@dataclass(frozen=True)
class ControlCells:
    """Ends and days at risk of clients without an open episode, by month (sorted) x stratum."""

    months: IntArray
    ends: FloatArray
    days: FloatArray


@dataclass(frozen=True)
class HazardSums:
    """By group, the two Mantel-Haenszel sums of the ratio of hazards and their variances."""

    over: FloatArray
    under: FloatArray
    over_variance: FloatArray
    under_variance: FloatArray
    sightings: IntArray


def control_cells(evidence: Evidence, spells: Spells, *, horizon: int, merge_days: int) -> ControlCells:
    """What befell the controls of `base_rate.monthly_controls` within the horizon, as sums. Cost: clients x months."""
    found = [
        (one.month, *_ends_and_days(one.days, one.cause, one.stratum, horizon, len(one.wanted)))
        for one in monthly_controls(
            evidence.episodes, evidence.outcomes, spells, as_of=evidence.as_of, horizon=horizon, merge_days=merge_days
        )
    ]
    months = np.array([month for month, _, _ in found], dtype=np.int64)
    width = int(spells.stratum.max(initial=0)) + 1
    ends, days = (np.array([row[n] for row in found]).reshape(-1, width) for n in (1, 2))
    return ControlCells(months, ends, days)


def hazard_sums(seen: Sightings, spells: Spells, cells: ControlCells, horizon: int, groups: int) -> HazardSums:
    """Mantel-Haenszel sums of each group's sightings against the controls of their month and stratum.

    Ratio of hazards = sum a T0 / T over sum b T1 / T; a, b ends and T1, T0 days at risk within the horizon of those
    signalled and those not. The variance of the first sum adds ends of one client (one sale ends all its episodes);
    that of the second is Poisson. Sightings outside exposure or in cells without controls are not compared.
    """
    cell, kept = _cell_of(seen.seen, spells, cells)
    group, client = seen.seen.group[kept], seen.seen.client[kept]
    ended, days = _within(seen.followed.where(kept), horizon)
    pair, place = np.unique(group * cells.ends.size + cell, return_inverse=True)
    owner, at = pair // max(cells.ends.size, 1), pair % max(cells.ends.size, 1)
    at_risk = sums_by(place, days, len(pair))
    others, their_ends = cells.days.ravel()[at], cells.ends.ravel()[at]
    whole = np.maximum(at_risk + others, 1e-300)
    own = ended * (others / whole)[place]
    width = int(client.max(initial=0)) + 1
    person, whose = np.unique(group * width + client, return_inverse=True)
    by_person = sums_by(whose, own, len(person)) ** 2
    return HazardSums(
        over=sums_by(group, own, groups),
        under=sums_by(owner, their_ends * at_risk / whole, groups),
        over_variance=sums_by(person // width, by_person, groups),
        under_variance=sums_by(owner, their_ends * (at_risk / whole) ** 2, groups),
        sightings=np.bincount(group, minlength=groups),
    )


def raw_lifts(sums: HazardSums) -> list[Rate]:
    """Each group's ratio of hazards by itself, log-scale interval; unknown where no comparable client ended."""
    return [_raw(*row) for row in zip(*(getattr(sums, name).tolist() for name in vars(sums)), strict=True)]


def shrunk_lifts(sums: HazardSums) -> list[Rate]:
    """Each group's ratio of hazards pulled towards those of the others; unknown where no comparable client ended.

    Ends of one client come together: both sums are divided by how much more the first varies, over all groups, than a
    Poisson number would.
    """
    together = max(float(sums.over_variance.sum() / max(sums.over.sum(), 1e-300)), 1.0)
    seen, awaited = sums.over / together, sums.under / together
    priors = fit_gamma_priors(seen, awaited)
    doubt = sums.under_variance / np.where(sums.under > 0, sums.under, 1.0) ** 2
    rows = zip(seen.tolist(), awaited.tolist(), doubt.tolist(), sums.sightings.tolist(), strict=True)
    return [shrunk_ratio(priors, a, e, d, n) if e > 0 else unknown_rate(n) for a, e, d, n in rows]


def _raw(over: float, under: float, over_variance: float, under_variance: float, n: int) -> Rate:
    if not under:
        return unknown_rate(n)
    if not over:
        return Rate(0.0, None, None, n)
    factor = float(np.exp(Z95 * np.sqrt(over_variance / over**2 + under_variance / under**2)))
    return rate(over / under, over / under / factor, over / under * factor, n)


def _cell_of(seen: Episodes, spells: Spells, cells: ControlCells) -> tuple[IntArray, IntArray]:
    """The cell of each sighting that can be compared, and which sightings these are."""
    row = spells.row_at(seen.client, seen.start)
    month = month_of(seen.start)
    line = np.minimum(np.searchsorted(cells.months, month), max(len(cells.months) - 1, 0))
    known = np.flatnonzero((row >= 0) & (len(cells.months) > 0))
    known = known[cells.months[line[known]] == month[known]] if len(cells.months) else known
    cell = line[known] * cells.ends.shape[1] + spells.stratum[row[known]]
    compared = cells.days.ravel()[cell] > 0
    return cell[compared], known[compared]


def _within(followed: FollowUp, horizon: int) -> tuple[FloatArray, FloatArray]:
    """Whether each ended as foretold within the horizon (1 or 0), and its days at risk in it."""
    ended = (followed.cause == SALE) & (followed.days <= horizon)
    return ended.astype(np.float64), np.minimum(followed.days, horizon).astype(np.float64)


def _ends_and_days(
    days: IntArray, cause: IntArray, stratum: IntArray, horizon: int, width: int
) -> tuple[FloatArray, FloatArray]:
    ended = stratum[(cause == SALE) & (days <= horizon)]
    at_risk = sums_by(stratum, np.minimum(days, horizon).astype(np.float64), width)
    return np.bincount(ended, minlength=width).astype(np.float64), at_risk
