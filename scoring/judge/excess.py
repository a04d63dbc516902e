"""What a signal's clients did beyond comparable ones: the difference beside the ratio, and the sales it stands for."""

from dataclasses import dataclass

import numpy as np

from ..estimates.intervals import Z95, Rate, clustered_spread, rate
from .base_rate import Controls, influence_on_base
from .conversion import incidence, influence_on_sale
from .episodes import Episodes
from .followup import FollowUp


@dataclass(frozen=True)
class Excess:
    """Conversion minus base rate at the horizon, and that difference times the episodes: ends owed to the signals."""

    risk: Rate
    attributable: Rate


def excess(episodes: Episodes, followed: FollowUp, controls: Controls, horizon: int) -> Excess | None:
    """F1(h) - F1_control(h) with a 95 % interval clustered by client, who may be in both; None without either.

    Attributable ends = episodes x that. 100 episodes converting at .25 against .10 -> .15 and 15.
    """
    n = len(episodes)
    if not n or not len(controls):
        return None
    over = incidence(followed.days, followed.cause)
    under = incidence(controls.days, controls.cause, controls.weight)
    difference = over.sale_by(horizon) - under.sale_by(horizon)
    moved = influence_on_sale(over, followed.days, followed.cause, horizon)
    pulled, whose = influence_on_base(controls, horizon)
    spread = clustered_spread(np.concatenate([moved, -pulled]), np.concatenate([episodes.client, whose]))
    if np.isnan(spread):
        return None
    low, high = max(difference - Z95 * spread, -1.0), min(difference + Z95 * spread, 1.0)
    return Excess(rate(difference, low, high, n), rate(difference * n, low * n, high * n, n))
