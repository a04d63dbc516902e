"""How the chance to win falls with the price, only where something moved the price that did not move the client.

Managers charge keener clients more, so that past prices and past wins say nothing (simulated: slope 0 where the truth
is 1.2). What helps is a cost that moved our price alone, or a part of the price that was drawn at random.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from ..judge.tables import BoolArray, FloatArray
from .corridor import STEP, WANTED_SPREAD, offers_needed
from .regressors import Decided, decided_offers, independent
from .response_fit import Fitted, Slope, carry_over, fit_response, residual
from .tables import Offers

STRONG = 20.0  # first-stage F from which the cost moves the price enough
FEWEST, FEWEST_OF_A_CLASS = 30, 5  # decided offers (or randomised ones), and won and lost ones among them, for any fit
APART = 2.5758  # standard errors between the two estimates from which only the randomised one is believed
DUST = 1e-8  # share of a variance that is only rounding


@dataclass(frozen=True)
class BidResponse:
    """The slope where it is identified, by what, and what identification would take.

    `by` is "cost", "randomised", "both" or "" (not identified). `f` is the first-stage F of the cost (None where it
    cannot be computed). `needed` is the number of further randomised offers, by a coin of +-.25, for a standard error
    of .15. `fitted` has a row of its design for each decided offer (and the one asked about), price first.
    """

    by: str
    f: float | None
    n_decided: int
    has_both: bool
    n_randomised: int
    needed: int | None
    disagrees: bool
    fitted: Fitted | None

    @property
    def slope(self) -> Slope | None:
        return self.fitted.slope if self.fitted else None

    @property
    def is_clear(self) -> bool:
        """Whether a price may be computed from it: identified, and its interval leaves out zero."""
        return self.slope is not None and self.slope.is_clear

    def as_json(self) -> dict[str, object]:
        found = self.slope.as_rate(self.n_decided).as_json() if self.slope else None
        return {"identified": self.slope is not None, "why": why(self), "b": found}


def bid_response(offers: Offers, asked: int | None = None) -> BidResponse:
    """Estimate b from the decided offers, or say that nothing identifies it; `asked` is the row of an open offer.

    Cost shifter (needs F > 20): price on cost and controls; its residual enters the logit beside the price (control
    function, Petrin & Train 2010). Randomised offsets: the logit takes the offset and the price without it apart.
    Both, when they agree: the control function with both as instruments. Where they differ by more than 2.6 standard
    errors the randomised one stands alone. Standard errors count the first stage and cluster by client.
    """
    decided = decided_offers(offers, asked)
    enough = _has_both(decided, decided.teaches) and int(decided.teaches.sum()) >= FEWEST
    f = first_stage_f(decided)
    by_cost = by_control_function(decided, with_delta=False) if enough and f is not None and f > STRONG else None
    by_chance = by_randomised(decided) if enough and _is_drawn(decided) else None
    disagrees = by_cost is not None and by_chance is not None and _differ(by_cost.slope, by_chance.slope)
    if by_cost and by_chance and not disagrees:
        return _found(decided, f, "both", by_control_function(decided, with_delta=True))
    if by_chance:
        return _found(decided, f, "randomised", carry_over(by_chance, decided), disagrees=disagrees)
    return _found(decided, f, "cost" if by_cost else "", by_cost)


def first_stage_f(decided: Decided) -> float | None:
    """F of the cost in the regression of price on cost, randomised offset and controls; None without variation."""
    rows = decided.teaches
    if rows.sum() < FEWEST or not _varies(decided.cost[rows]):
        return None
    others = independent(np.column_stack([decided.controls, decided.delta])[rows])
    cost, price = residual(decided.cost[rows], others), residual(decided.price[rows], others)
    freedom = len(price) - others.shape[1] - 1
    if freedom <= 0 or cost @ cost <= DUST * (decided.cost @ decided.cost):
        return None
    effect = float(cost @ price / (cost @ cost))
    left = price - effect * cost
    noise = max(float(left @ left), DUST * float(price @ price)) / freedom
    return effect**2 * float(cost @ cost) / noise if noise > 0 else None


def by_control_function(decided: Decided, *, with_delta: bool) -> Fitted:
    """Logit of winning on price, first-stage residual and controls; instruments cost, and the offset if asked.

    Without the offset as an instrument it is a control, so that the two sources of evidence stay apart.
    """
    drawn = _varies(decided.delta[decided.teaches])
    delta = [decided.delta[:, None]] if drawn else []
    controls = np.column_stack([decided.controls, *([] if with_delta else delta)])
    first = np.column_stack([controls, decided.cost, *(delta if with_delta else [])])
    left = residual(decided.price, first, decided.teaches)
    if left @ left <= DUST * (decided.price @ decided.price):  # the price follows the cost alone: nothing to control
        return fit_response(np.column_stack([decided.price, controls]), decided, decided.teaches)
    return fit_response(np.column_stack([decided.price, left, controls]), decided, decided.teaches, first=first)


def by_randomised(decided: Decided) -> Fitted:
    """Logit of winning on the random offset, the price without it and the controls, of the offers so priced."""
    rows = decided.teaches & decided.is_randomised
    base = decided.price - decided.delta
    design = np.column_stack([decided.controls, base])
    kept = independent(design[rows])
    return fit_response(np.column_stack([decided.delta[rows], kept]), decided, rows, cut=True)


def why(found: BidResponse) -> str:
    """In words: what identifies the slope, or what is missing and how many randomised offers it would take."""
    if found.slope is None:
        return f"not identified: {_missing(found)}; {_remedy(found)}"
    text = "identified by " + _grounds(found)
    if found.disagrees:
        text += "; the cost shifter says something else and is not used"
    return text if found.slope.is_clear else f"{text}; the interval of b reaches zero: {_remedy(found)}"


def _missing(found: BidResponse) -> str:
    if found.n_decided < FEWEST or not found.has_both:
        return f"too few decided offers ({found.n_decided}), or nearly all of them won or lost"
    cost = (
        "the cost does not vary"
        if found.f is None
        else f"the cost hardly moves the price (F {found.f:.1f}, needed > 20)"
    )
    drawn = f"only {found.n_randomised} prices were randomised" if found.n_randomised else "no price was randomised"
    return f"{cost} and {drawn}"


def _remedy(found: BidResponse) -> str:
    needed = f"about {found.needed}" if found.needed else "some thousand"
    return (
        f"draw an offset of ±{STEP} points at random for {needed} more offers (standard error {WANTED_SPREAD}), "
        "or record a cost that moves our price and not the client"
    )


def _grounds(found: BidResponse) -> str:
    cost = f"the cost shifter (control function, first-stage F {found.f:.0f})" if found.f is not None else ""
    drawn = f"{found.n_randomised} randomised offers"
    return {"cost": cost, "randomised": drawn}.get(found.by, f"{cost} and {drawn}")


def _found(
    decided: Decided, f: float | None, by: str, fitted: Fitted | None, *, disagrees: bool = False
) -> BidResponse:
    rows = decided.teaches
    n_randomised = int((decided.is_randomised & rows).sum())
    wanted = offers_needed(float(decided.won[rows].mean()), STEP**2) if rows.any() else None
    needed = None if wanted is None else max(wanted - n_randomised, 0) or None
    return BidResponse(by, f, int(rows.sum()), _has_both(decided, rows), n_randomised, needed, disagrees, fitted)


def _differ(one: Slope, other: Slope) -> bool:
    return abs(one.b - other.b) > APART * sqrt(one.spread**2 + other.spread**2)


def _is_drawn(decided: Decided) -> bool:
    rows = decided.is_randomised & decided.teaches
    return int(rows.sum()) >= FEWEST and _has_both(decided, rows) and _varies(decided.delta[rows])


def _has_both(decided: Decided, rows: BoolArray) -> bool:
    won = decided.won[rows]
    return bool(min(won.sum(), (1 - won).sum()) >= FEWEST_OF_A_CLASS) if len(won) else False


def _varies(values: FloatArray) -> bool:
    return len(values) > 1 and float(np.ptp(values)) > 1e-9
