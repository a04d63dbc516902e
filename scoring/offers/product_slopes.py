"""The slope of each product, pulled towards all products: a product with few offers borrows from the others."""

from dataclasses import dataclass

import numpy as np

from ..estimates.intervals import Rate
from ..judge.tables import FloatArray
from .bid_response import BidResponse, bid_response
from .response_fit import Slope
from .tables import Offers

FEWEST = 200  # decided offers of a product before it gets an estimate of its own


@dataclass(frozen=True)
class ProductSlope:
    """A product's own slope (None where it has too few offers) and the one to use, both per price unit."""

    product: str
    n: int
    own: Rate | None
    used: Slope


def product_slopes(offers: Offers, overall: BidResponse) -> list[ProductSlope]:
    """The slopes by product, most offers first; [] where the overall slope is not identified."""
    if overall.slope is None:
        return []
    decided = offers.where(offers.has_status("won", "lost"))
    counts = np.bincount(decided.product.codes, minlength=len(decided.product.names))
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda one: (-counts[one], decided.product.names[one]))
    own = {one: _own(decided, one) for one in order if counts[one] >= FEWEST}
    known = [one for one in order if own.get(one)]
    slopes = [slope for one in known if (slope := own[one])]
    used = dict(zip(known, shrink(slopes, overall.slope), strict=True))
    return [
        ProductSlope(
            decided.product.names[one],
            int(counts[one]),
            slope.as_rate(int(counts[one])) if (slope := own.get(one)) else None,
            used.get(one) or overall.slope,
        )
        for one in order
    ]


def shrink(slopes: list[Slope], overall: Slope) -> list[Slope]:
    """Each slope pulled towards the overall one, the more the less sure it is of itself (normal-normal).

    Variance between products tau^2 by DerSimonian & Laird (1986); weight w = tau^2 / (tau^2 + se^2), mean
    w own + (1 - w) overall, variance w se^2 + (1 - w)^2 se_overall^2.
    """
    b, variance = (np.array([getattr(one, name) for one in slopes]) for name in ("b", "spread"))
    variance = variance**2
    weight = between(b, variance) / (between(b, variance) + variance) if len(b) else b
    mean = weight * b + (1 - weight) * overall.b
    spread = np.sqrt(weight * variance + (1 - weight) ** 2 * overall.spread**2)
    return [Slope(*pair) for pair in zip(mean.tolist(), spread.tolist(), strict=True)]


def between(values: FloatArray, variance: FloatArray) -> float:
    """The variance between groups that their estimates show beyond their own errors; 0 for fewer than two."""
    if len(values) < 2:
        return 0.0
    weight = 1 / variance
    mean = float(weight @ values / weight.sum())
    excess = float(weight @ (values - mean) ** 2) - (len(values) - 1)
    return max(excess / float(weight.sum() - weight @ weight / weight.sum()), 0.0)


def _own(decided: Offers, product: int) -> Slope | None:
    return bid_response(decided.where(decided.product.codes == product)).slope
