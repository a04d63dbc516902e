"""How many offers must be priced at random, a little up or down, until the slope of the bid response is known."""

from math import isfinite

from scipy.special import ndtr

from ..estimates.intervals import Z95

STEP = 0.25  # price units up or down, drawn by a coin
WANTED_SPREAD = 0.15  # standard error of b
NOTABLE = 0.5  # a slope worth knowing of


def offers_needed(win_rate: float, variance: float, spread: float = WANTED_SPREAD) -> int | None:
    """n = 1 / (P (1 - P) Var(delta) sd(b)^2); None where nothing or everything is won.

    P .3, a coin of +-.25 (variance .0625), sd .15 -> 3,386.
    """
    information = win_rate * (1 - win_rate) * variance * spread**2
    return round(1 / information) if information > 0 and isfinite(information) else None


def power(slope: float, spread: float) -> float:
    """Chance that a slope of this size is told from zero (two-sided, 5 %). Slope 2.8 standard errors -> .80."""
    return float(ndtr(slope / spread - Z95))
