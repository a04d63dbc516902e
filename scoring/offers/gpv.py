"""What rivals' costs must have been, from the bids of tenders the lowest price wins (Guerre, Perrigne & Vuong 2000)."""

import numpy as np
from scipy.stats import gaussian_kde

from ..judge.tables import BoolArray, FloatArray

GRID = 512  # places at which the density is computed


def costs_behind(bids: FloatArray, bidders: int) -> FloatArray:
    """c = b - (1 - G(b)) / ((n - 1) g(b)) for each bid of tenders with n bidders, the lowest winning.

    G and g are the bids' distribution and density. Needs comparable bids: divide them by the engineer's estimate.
    """
    return bids - (1 - _share_below(bids)) / ((bidders - 1) * _density(bids))


def values_behind(bids: FloatArray, bidders: int) -> FloatArray:
    """v = b + G(b) / ((n - 1) g(b)): the same where the highest bid wins. Three bidders, values uniform: v = 1.5 b."""
    return bids + _share_below(bids) / ((bidders - 1) * _density(bids))


def inside(bids: FloatArray, trim: float = 0.05) -> BoolArray:
    """The bids for which the density can be trusted: not among the lowest or highest `trim`."""
    low, high = np.quantile(bids, [trim, 1 - trim])
    return np.asarray((bids >= low) & (bids <= high), dtype=bool)


def _share_below(bids: FloatArray) -> FloatArray:
    return np.asarray(np.searchsorted(np.sort(bids), bids, side="right") / len(bids), dtype=np.float64)


def _density(bids: FloatArray) -> FloatArray:
    grid = np.linspace(bids.min(), bids.max(), GRID)
    return np.asarray(np.interp(bids, grid, gaussian_kde(bids)(grid)), dtype=np.float64)
