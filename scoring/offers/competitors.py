"""To whom offers were lost: shares pulled together where there is little, head to head, and the gap in price."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import gammaln
from scipy.stats import beta

from ..estimates.intervals import Rate, rate, unknown_rate, wilson
from ..judge.tables import BoolArray, FloatArray
from .medians import median_of
from .tables import Labels, Offers

JEFFREYS = 0.5  # prior weight of each competitor


@dataclass(frozen=True)
class LostTo:
    """Offers lost to a winner, and its shrunk share of all losses whose winner is known."""

    winner: str
    n: int
    share: Rate


@dataclass(frozen=True)
class Rival:
    """A competitor: how often we won where it is known to have bid, and how much dearer we were where we lost to it."""

    name: str
    met: int
    won: Rate
    gap: Rate


def lost_to(offers: Offers) -> list[LostTo]:
    """The winners of our lost offers, most losses first; losses to nobody we know are left out.

    Posterior of a Dirichlet-multinomial under Jeffreys' prior: share (n_k + 1/2) / (N + K/2), interval of its Beta.
    6 and 2 losses -> 6.5/9 and 2.5/9.
    """
    lost = offers.where(offers.has_status("lost") & (offers.winner.codes >= 0))
    counts = _counts(lost.winner)
    return _shares(lost.winner.names, counts, np.where(counts > 0, JEFFREYS, 0.0))


def lost_to_by(offers: Offers, by: str) -> dict[str, list[LostTo]]:
    """The winners within each group, pulled towards the shares over all groups as far as the groups are alike.

    Prior Dirichlet(m q) with q the overall shares; m by maximum marginal likelihood, at most the number of losses.
    """
    groups, lost = offers.group(by), offers.has_status("lost") & (offers.winner.codes >= 0)
    if groups is None:
        return {}
    lost &= groups.codes >= 0
    kind, winner = groups.where(lost), offers.winner.where(lost)
    table = np.zeros((len(kind.names), len(winner.names)))
    np.add.at(table, (kind.codes, winner.codes), 1)
    table = table[:, table.sum(axis=0) > 0]
    names = tuple(winner.names[code] for code in np.unique(winner.codes).tolist())
    if not table.size:
        return {}
    overall = table.sum(axis=0) / table.sum()
    prior = _concentration(table, overall) * overall
    seen = np.flatnonzero(table.sum(axis=1)).tolist()
    return {kind.names[one]: _shares(names, table[one], prior) for one in seen}


def head_to_head(offers: Offers) -> list[Rival]:
    """Each known competitor, most met first: win rate where it bid, median of our price minus its price where it won.

    A competitor met us where it won, or where the ledger names it among the rivals (the group `rivals`).
    """
    decided = offers.where(offers.has_status("won", "lost"))
    won = decided.has_status("won")
    met = _met(decided)
    return [
        Rival(name, len(rows), _won(won[rows]), _gap(decided, name))
        for name, rows in sorted(met.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]


def _met(offers: Offers) -> dict[str, list[int]]:
    """The rows in which each competitor is known to have bid."""
    lost, rivals = offers.has_status("lost"), offers.groups.get("rivals")
    met: dict[str, list[int]] = {}
    for row in range(len(offers)):
        named = {part.strip() for part in rivals.named(row).split(";")} if rivals is not None else set()
        if lost[row]:
            named.add(offers.winner.named(row))
        for name in named - {""}:
            met.setdefault(name, []).append(row)
    return met


def _won(won: BoolArray) -> Rate:
    n, hits = len(won), int(won.sum())
    return rate(hits / n, *wilson(hits, n), n) if n else unknown_rate(0)


def _gap(offers: Offers, name: str) -> Rate:
    lost = offers.has_status("lost") & offers.winner.is_one_of(name) & ~np.isnan(offers.rival_price)
    return median_of((offers.price - offers.rival_price)[lost])


def _counts(winner: Labels) -> FloatArray:
    return np.bincount(winner.codes, minlength=len(winner.names)).astype(np.float64)


def _shares(names: tuple[str, ...], counts: FloatArray, prior: FloatArray) -> list[LostTo]:
    a, total = counts + prior, int(counts.sum())
    order = sorted(np.flatnonzero(a).tolist(), key=lambda one: (-counts[one], names[one]))
    return [LostTo(names[one], int(counts[one]), _share(float(a[one]), float(a.sum()), total)) for one in order]


def _share(a: float, total: float, n: int) -> Rate:
    low, high = beta.ppf([0.025, 0.975], a, total - a) if total > a else (0.0, 1.0)
    return rate(a / total, low, high, n)


def _concentration(table: FloatArray, overall: FloatArray) -> float:
    """Weight m of Dirichlet(m q) that makes the groups' counts likeliest, between 1/2 and all losses."""

    def loss(log_weight: float) -> float:
        prior = np.exp(log_weight) * overall
        rows = gammaln(prior.sum()) - gammaln(table.sum(axis=1) + prior.sum())
        return -float(rows.sum() + (gammaln(table + prior) - gammaln(prior)).sum())

    most = max(float(table.sum()), 1.0)
    found = minimize_scalar(loss, bounds=(np.log(0.5), np.log(most)), method="bounded")
    return float(np.exp(found.x))
