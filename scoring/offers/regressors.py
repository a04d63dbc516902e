"""What a price is compared at: product, size, tenor and season of the decided offers, as numbers."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..judge.tables import BoolArray, FloatArray, IntArray
from .tables import Offers

FEWEST = 50  # offers of a product or a quarter that deserve a term of their own
MOST_TERMS = 40


@dataclass(frozen=True)
class Decided:
    """The won and lost offers as numbers, one row each, and perhaps one open offer that is asked about.

    `teaches` is true for the decided ones. `price` and `cost` are centred, `delta` is 0 where the price was not drawn
    at random, `controls` begins with a column of ones. Only what was known before the decision is here: no winner, no
    rival's price, no reason.
    """

    offers: Offers
    teaches: BoolArray
    won: FloatArray
    price: FloatArray
    cost: FloatArray
    delta: FloatArray
    is_randomised: BoolArray
    controls: FloatArray
    client: IntArray


def decided_offers(offers: Offers, asked: int | None = None) -> Decided:
    """The decided offers ready for regression; with `asked`, the row of an open offer, that one too, which teaches
    nothing."""
    kept = offers.has_status("won", "lost")
    if asked is not None:
        kept[asked] = True
    chosen = offers.where(kept)
    delta = chosen.delta_randomised
    return Decided(
        offers=chosen,
        teaches=chosen.has_status("won", "lost"),
        won=chosen.has_status("won").astype(np.float64),
        price=_centred(chosen.price),
        cost=_centred(chosen.cost),
        delta=np.nan_to_num(delta),
        is_randomised=~np.isnan(delta),
        controls=controls_of(chosen),
        client=chosen.client.codes,
    )


def controls_of(offers: Offers) -> FloatArray:
    """Ones, a column for each large product and each quarter of a year, log amount and log tenor, without doubles.

    The quarters take what moves all banks' prices at once, so that cost speaks only where it moved ours alone.
    """
    quarter = offers.offered_at.astype("datetime64[M]").astype(np.int64) // 3
    kinds = [*_indicators(offers.product.codes), *_indicators(quarter)]
    sizes = [_scaled(np.log(offers.amount)), _scaled(np.log(offers.tenor_months))]
    ones = np.ones(len(offers))
    return independent(np.column_stack([ones, *kinds[:MOST_TERMS], *(one for one in sizes if one.any())]))


def independent(design: FloatArray) -> FloatArray:
    """The columns that are no combination of those before them."""
    products = design.T @ design
    norm = np.sqrt(np.diag(products))
    norm = np.where(norm > 0, norm, 1.0)
    triangle = np.linalg.cholesky(products / np.outer(norm, norm) + 1e-12 * np.eye(len(norm)))
    kept = np.diag(triangle) > 1e-4
    return design if kept.all() else design[:, kept]


def _indicators(codes: IntArray) -> Iterable[FloatArray]:
    """One column a large group but the largest; small groups share the largest one's."""
    if not len(codes):
        return []
    groups, counts = np.unique(codes, return_counts=True)
    large = groups[(counts >= FEWEST) & (np.arange(len(groups)) != counts.argmax())]
    return [(codes == group).astype(np.float64) for group in large.tolist()]


def _centred(values: FloatArray) -> FloatArray:
    return values - values.mean() if len(values) else values


def _scaled(values: FloatArray) -> FloatArray:
    spread = float(values.std()) if len(values) else 0.0
    return (values - values.mean()) / spread if spread > 1e-12 else np.zeros(len(values))
