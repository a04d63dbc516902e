"""Lost deals: could we have won them, and with which cut?"""

from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from ..judge.tables import BoolArray, FloatArray
from .tables import NON_PRICE, Offers

Class = Literal["winnable", "unwinnable", "non_price", "unknown"]
CLASSES: tuple[Class, ...] = ("winnable", "unwinnable", "non_price", "unknown")
SWITCH_COST = 0.0  # what a client wants in price units before it changes its bank
TIE = 1e-9


@dataclass(frozen=True)
class LostDeals:
    """Lost offers by class, and the median cut (price units) that those beaten on price would have needed."""

    winnable: int
    unwinnable: int
    non_price: int
    unknown: int
    median_cut_needed: float | None

    def as_json(self) -> dict[str, int | float | None]:
        return asdict(self)


@dataclass(frozen=True)
class LostDeal:
    """One row a lost offer: the cut it needed (NaN where the rival's price is unknown) and its class."""

    cut: FloatArray
    is_winnable: BoolArray
    is_unwinnable: BoolArray
    is_non_price: BoolArray


def classify_lost(lost: Offers) -> LostDeal:
    """The class of each lost offer.

    cut = max(0, price - rival price + switch cost), feasible if price - cut >= floor. A stated reason other than price
    is believed, and a rival who was not cheaper did not win by price: both are `non_price`. Beaten on price and above
    our floor is `winnable`, below it `unwinnable`; without the rival's price or without a floor it is `unknown`.
    5.0 against 4.8 with floor 4.7 -> cut .2, winnable; floor 4.9 -> unwinnable.
    """
    cut = np.maximum(lost.price - lost.rival_price + SWITCH_COST, 0)
    non_price = lost.reason.is_one_of(*NON_PRICE) | (cut <= TIE)
    left = lost.price - cut - lost.floor
    return LostDeal(cut, ~non_price & (left >= -TIE), ~non_price & (left < -TIE), non_price)


def count_lost(offers: Offers) -> LostDeals:
    """The lost offers by class."""
    lost = offers.where(offers.has_status("lost"))
    found = classify_lost(lost)
    winnable, unwinnable, non_price = (
        int(k.sum()) for k in (found.is_winnable, found.is_unwinnable, found.is_non_price)
    )
    cuts = found.cut[~found.is_non_price & ~np.isnan(found.cut)]
    median = float(np.median(cuts)) if len(cuts) else None
    return LostDeals(winnable, unwinnable, non_price, len(lost) - winnable - unwinnable - non_price, median)


def headroom_lost(offers: Offers) -> float:
    """Margin over the whole tenor that the winnable deals would have brought at the rival's price, in money.

    (price - cut - cost) / 100 x amount x years.
    """
    lost = offers.where(offers.has_status("lost"))
    found = classify_lost(lost)
    margin = (lost.price - found.cut - lost.cost) / 100 * lost.amount * lost.tenor_months / 12
    return float(margin[found.is_winnable].sum())
