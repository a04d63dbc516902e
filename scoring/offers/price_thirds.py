"""How often offers were won in the cheap, the middle and the dear third of their margins: a look, not a cause."""

from dataclasses import dataclass

import numpy as np

from ..estimates.intervals import Rate
from .tables import Offers
from .winloss import win_rate

THIRDS = ("low", "middle", "high")


@dataclass(frozen=True)
class PriceThird:
    """The decided offers of one third by margin over cost, which runs from `least` to `most` (price units)."""

    third: str
    least: float
    most: float
    win_rate: Rate


def win_rate_by_third(offers: Offers) -> list[PriceThird]:
    """Won of those won or lost, by third of the margin (price - cost); [] with fewer than three decided offers.

    Says nothing about what another price would have brought: managers charge those more who would come anyway. Equal
    margins stay in one third, so that a third nobody is in is left out. Margins 1 2 3 -> one offer each.
    """
    decided = offers.where(offers.has_status("won", "lost"))
    if len(decided) < len(THIRDS):
        return []
    margin = np.round(decided.price - decided.cost, 9)  # 43.10 - 39.70 and 40.50 - 37.10 are the same margin
    third = np.searchsorted(np.quantile(margin, [1 / 3, 2 / 3]), margin)
    return [
        PriceThird(name, float(margin[rows].min()), float(margin[rows].max()), win_rate(decided.where(rows)))
        for code, name in enumerate(THIRDS)
        if (rows := third == code).any()
    ]
