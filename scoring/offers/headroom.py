"""How far above the winner the next bid lies, learnt only from lost bids and the price that beat them.

A bank that lost may read the winner's price in the award notice; of the tenders it won it knows no other price. Bidders
in a tender being alike, what the losers lacked to the winner tells what the winner had in hand.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from ..judge.tables import FloatArray

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
DRAWS = 20_000


@dataclass(frozen=True)
class Spread:
    """How much log bids of a tender differ: scale s of their Gumbel noise, log s ~ N(centre, width^2) over tenders."""

    centre: float
    width: float


def learn_spread(distance: FloatArray, bidders: FloatArray) -> Spread:
    """Maximum likelihood from `distance` = log(own price / winner's price) > 0 of lost bids among `bidders` bids each.

    With Gumbel noise of scale s the distance of a bid to the lowest of the others is logistic around s ln(n - 1);
    lost bids show its positive half: f(d | d > 0) = n/(n - 1) S (1 - S) / s, S = 1/(1 + exp(d/s)/(n - 1)).
    """

    def loss(place: FloatArray) -> float:
        scales = np.exp(place[0] + np.exp(place[1]) * NODES)
        above = expit(np.log(bidders - 1)[:, None] - distance[:, None] / scales)
        density = above * (1 - above) / scales * (bidders / (bidders - 1))[:, None]
        return -float(np.log(density @ (WEIGHTS / WEIGHTS.sum()) + 1e-300).sum())

    found = minimize(loss, [np.log(np.median(distance)), -0.5], method="Nelder-Mead")
    return Spread(float(found.x[0]), float(np.exp(found.x[1])))


def draw_headroom(spread: Spread, bidders: FloatArray, random: np.random.Generator) -> FloatArray:
    """Gaps log(next price / winner's price) as the spread foretells them for tenders of these sizes.

    P(gap > x | won) = n e^(-x/s) / (e^(-x/s) + n - 1): a win with the price raised by x.
    """
    n = random.choice(bidders, DRAWS)
    scale = np.exp(spread.centre + spread.width * random.standard_normal(DRAWS))
    share = random.random(DRAWS)
    gaps: FloatArray = -scale * (np.log(share * (n - 1)) - np.log(n - share))
    return gaps
