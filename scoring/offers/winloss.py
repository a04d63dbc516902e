"""How many offers are won: overall, in time, by group, and led by a signal against cold."""

from dataclasses import dataclass

import numpy as np

from ..estimates.intervals import Z95, Rate, rate, unknown_rate, wilson
from ..estimates.shrinkage import fit_beta_prior, posterior
from ..estimates.stratified import mantel_haenszel_risk
from ..judge.asof import COMPETING, SALE, day_number
from ..judge.conversion import conversion
from ..judge.tables import BoolArray, FloatArray, IntArray
from .medians import mean_of
from .tables import COLD, SIGNAL_LED, Labels, Offers

GROUPINGS = ("product", "segment", "manager", "sector", "region", "signal_type")
AMOUNT_BANDS = 3


@dataclass(frozen=True)
class GroupWins:
    """One group: its offers, how many of the decided were won (shrunk towards all groups), at which mean margin."""

    group: str
    offers: int
    won: int
    lost: int
    open: int
    win_rate: Rate
    margin: Rate


@dataclass(frozen=True)
class SignalLed:
    """Offers led by a signal against cold ones: win rates, and what is left of the difference within product and
    amount band: ratio of the win rates, difference of the margins of the won offers in price units."""

    led: Rate
    cold: Rate
    ratio: Rate
    margin_led: Rate
    margin_cold: Rate
    margin_difference: Rate


def win_rate(offers: Offers) -> Rate:
    """Won of those won or lost, Wilson's interval; open, withdrawn and expired ones are left out."""
    won, lost = (int(offers.has_status(status).sum()) for status in ("won", "lost"))
    return rate(won / (won + lost), *wilson(won, won + lost), won + lost) if won + lost else unknown_rate(0)


def win_rate_by(offers: Offers, as_of: int, horizon: int) -> Rate:
    """Share of the offers won within `horizon` days, as known on a day number (Aalen-Johansen).

    Open offers are censored, lost, withdrawn and expired ones compete: an offer that waits is not one that failed.
    Offers decided on an unknown day are left out.
    """
    offered, decided = day_number(offers.offered_at), day_number(offers.decided_at)
    is_open = offers.has_status("open") | (decided > as_of)
    kept = (offered <= as_of) & (is_open | ~np.isnat(offers.decided_at))
    if not kept.any():
        return unknown_rate(0)
    cause = np.where(offers.has_status("won"), SALE, COMPETING)
    days = np.maximum(np.where(is_open, as_of, decided) - offered, 0)
    return conversion(days[kept], np.where(is_open, 0, cause)[kept], offers.client.codes[kept], horizon)


def wins_by_group(offers: Offers, by: str) -> list[GroupWins]:
    """Every group of a column, most offers first; [] where there is no such column. Rows without a group are left out.

    Win rates are beta-binomial posterior means: two of two is not a perfect manager.
    """
    groups = offers.group(by)
    if groups is None or not (groups.codes >= 0).any():
        return []
    won, lost, still_open = (_count(groups, offers.has_status(status)) for status in ("won", "lost", "open"))
    prior = fit_beta_prior(won, won + lost)
    margin = offers.price - offers.cost
    total = _count(groups, groups.codes >= 0)
    order = sorted(np.flatnonzero(total).tolist(), key=lambda code: (-total[code], groups.names[code]))
    return [
        GroupWins(
            *(groups.names[code], int(total[code]), int(won[code]), int(lost[code]), int(still_open[code])),
            posterior(prior, won[code], won[code] + lost[code]),
            mean_of(margin[groups.codes == code]),
        )
        for code in order
    ]


def led_against_cold(offers: Offers) -> SignalLed | None:
    """Did an offer led by a signal win more often than a cold one, and at what margin? None without both kinds.

    Compared within product and third of the amount: Mantel-Haenszel ratio of the win rates; difference of the mean
    margins weighted by n1 n0 / (n1 + n0).
    """
    decided = offers.where(offers.has_status("won", "lost"))
    led, cold = decided.signal_led == SIGNAL_LED, decided.signal_led == COLD
    if not led.any() or not cold.any():
        return None
    won, margin = decided.has_status("won"), decided.price - decided.cost
    stratum = _strata(decided)
    return SignalLed(
        led=win_rate(decided.where(led)),
        cold=win_rate(decided.where(cold)),
        ratio=mantel_haenszel_risk(_tables(stratum, led, cold, won)),
        margin_led=mean_of(margin[led & won]),
        margin_cold=mean_of(margin[cold & won]),
        margin_difference=_difference(margin, led & won, cold & won, stratum),
    )


def _count(groups: Labels, chosen: BoolArray) -> FloatArray:
    codes = groups.codes[chosen & (groups.codes >= 0)]
    return np.bincount(codes, minlength=len(groups.names)).astype(np.float64)


def _strata(offers: Offers) -> IntArray:
    """A number for each product and third of the amount."""
    edges = np.quantile(offers.amount, np.arange(1, AMOUNT_BANDS) / AMOUNT_BANDS)
    return offers.product.codes * AMOUNT_BANDS + np.searchsorted(edges, offers.amount)


def _tables(stratum: IntArray, led: BoolArray, cold: BoolArray, won: BoolArray) -> FloatArray:
    cells = (led & won, led & ~won, cold & won, cold & ~won)
    size = int(stratum.max()) + 1
    counts = np.stack([np.bincount(stratum[cell], minlength=size) for cell in cells], axis=1)
    return counts.reshape(-1, 2, 2).astype(np.float64)


def _difference(values: FloatArray, ours: BoolArray, theirs: BoolArray, stratum: IntArray) -> Rate:
    """Weighted mean over strata of mean(ours) - mean(theirs), normal interval."""
    size = int(stratum.max()) + 1
    (n1, m1, v1), (n0, m0, v0) = (_moments(values[chosen], stratum[chosen], size) for chosen in (ours, theirs))
    both = (n1 > 0) & (n0 > 0)
    if not both.any():
        return unknown_rate(0)
    weight = n1[both] * n0[both] / (n1 + n0)[both]
    weight /= weight.sum()
    value = float(weight @ (m1 - m0)[both])
    pooled = _pooled_variance((n1, v1), (n0, v0))
    half = Z95 * float(np.sqrt(weight**2 @ (pooled / n1[both] + pooled / n0[both])))
    return rate(value, value - half, value + half, int((n1 + n0)[both].sum()))


def _moments(values: FloatArray, stratum: IntArray, size: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """By stratum: n, mean, sum of squares around the mean (0 where there is nobody)."""
    n = np.bincount(stratum, minlength=size).astype(np.float64)
    mean: FloatArray = np.bincount(stratum, weights=values, minlength=size) / np.maximum(n, 1)
    squares = np.bincount(stratum, weights=(values - mean[stratum]) ** 2, minlength=size)
    return n, mean, squares.astype(np.float64)


def _pooled_variance(*sides: tuple[FloatArray, FloatArray]) -> float:
    freedom = sum(float(np.maximum(n - 1, 0).sum()) for n, _ in sides)
    return sum(float(squares.sum()) for _, squares in sides) / max(freedom, 1.0)
