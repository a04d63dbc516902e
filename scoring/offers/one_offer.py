"""One open offer at each price: the chance to win it, the expected profit, the best price, and what rivals may ask."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import expit, ndtr

from ..estimates.intervals import Z95, Rate, rate
from ..judge.tables import BadInput, FloatArray
from .bid_response import BidResponse, bid_response
from .optimum import best_price, price_rails, tried_prices
from .product_slopes import ProductSlope, product_slopes
from .regressors import controls_of
from .rival_price import RivalFit, Seen, fit_rival_price, see_rivals
from .tables import Offers

STEP = 0.10  # price units between the prices of the grid
MOST_STEPS = 60
UNDER = 5  # steps of the grid under the own price, tried before or not: may it be lower is what is asked
TENTH = 1.2815515655446004


@dataclass(frozen=True)
class PricePoint:
    """One price: the chance to win (None where not identified), expected profit in price units and in money over the
    tenor, the chance that the best rival asks more, and whether such a margin was ever tried."""

    price: float
    win: Rate | None
    profit: float | None
    profit_money: float | None
    rivals_above: float | None
    is_supported: bool


@dataclass(frozen=True)
class Radar:
    """The best rival's likely price for this offer: its mean with interval, the middle 80 %, and what it rests on."""

    mean: Rate
    tenth: float
    ninetieth: float
    n_exact: int
    n_censored: int


@dataclass(frozen=True)
class OfferPricing:
    """Everything there is to say about the price of one open offer."""

    offer_id: str
    price: float
    cost: float
    floor: float | None
    cap: float | None
    support: tuple[float, float]
    grid: list[PricePoint]
    best: float | None
    bound_by: str
    radar: Radar | None
    response: BidResponse
    slope: ProductSlope | None

    def as_json(self) -> dict[str, Any]:
        kept = {name: getattr(self, name) for name in ("offer_id", "price", "cost", "floor", "cap", "best", "bound_by")}
        slope = self.slope.used.as_rate(self.slope.n).as_json() if self.slope else None
        return {
            **kept,
            "support": list(self.support),
            "bid_response": self.response.as_json() | {"product_b": slope},
            "rival_price": asdict(self.radar) if self.radar else None,
            "prices": [asdict(point) for point in self.grid],
        }


def price_offer(offers: Offers, offer_id: str) -> OfferPricing:
    """The prices of one open offer of the ledger. Raises BadInput where there is no such open offer.

    Chances hold for the client as the manager judged it (the part of the price that nothing explains is kept). The
    best price is the Lambert-W optimum inside floor, list price and the margins tried before.
    """
    row = _find(offers, offer_id)
    others = offers.has_status("won", "lost")
    others[row] = True
    known = offers.where(others)
    at = known.offer_id.index(offer_id)
    response = bid_response(known, at)
    slope = _slope(known, response, at)
    radar = _radar(known, at)
    rails, tried = price_rails(known), tried_prices(known)
    low, high = float(tried.low[at]), float(tried.high[at])
    grid = _grid(known, at, low, high)
    points = _points(known, at, grid, (low, high), (response, slope, radar))
    best, bound_by = _best(known, at, response, slope, (float(rails.low[at]), float(rails.high[at])))
    return OfferPricing(
        *(offer_id, _price(known, at), float(known.cost[at]), _known(known.floor[at]), _known(known.list_price[at])),
        *((low, high), points, best, bound_by),
        *(_as_radar(radar, known, at), response, slope),
    )


def _find(offers: Offers, offer_id: str) -> int:
    rows = [row for row, one in enumerate(offers.offer_id) if one == offer_id]
    if not rows:
        raise BadInput(
            "offers", f"there is no offer {offer_id!r}", "oncu offers report --format json lists the open ones"
        )
    if not offers.has_status("open")[rows[0]]:
        status = offers.status.named(rows[0])
        raise BadInput(f"offer {offer_id}", f"its status is {status!r}", "ask for one that is open")
    return rows[0]


def _price(offers: Offers, row: int) -> float:
    return float(offers.price[row])


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _slope(offers: Offers, response: BidResponse, row: int) -> ProductSlope | None:
    product = offers.product.named(row)
    return next((one for one in product_slopes(offers, response) if one.product == product), None)


def _grid(offers: Offers, row: int, low: float, high: float) -> FloatArray:
    """Prices on round tenths from the lowest to the highest tried, some under the offer's own, and itself; never under
    the floor nor over the list price."""
    price = _price(offers, row)
    low = np.fmax(min(low, price - UNDER * STEP), offers.floor[row])
    high = np.fmin(max(high, price), offers.list_price[row])
    step = max(STEP, (high - low) / MOST_STEPS)
    round_ones = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
    return np.unique(np.round(np.append(round_ones, _price(offers, row)), 4))


def _points(
    offers: Offers,
    row: int,
    grid: FloatArray,
    tried: tuple[float, float],
    models: tuple[BidResponse, ProductSlope | None, "_Radar | None"],
) -> list[PricePoint]:
    response, slope, radar = models
    wins = _chances(response, slope, row, offers, grid)
    above = 1 - ndtr((grid - radar.mean_price) / radar.fit.sd) if radar else np.full(len(grid), np.nan)
    size = float(offers.amount[row] * offers.tenor_months[row] / 12 / 100)
    points = []
    for price, win, over in zip(grid.tolist(), wins, above.tolist(), strict=True):
        profit = None if win is None or win.value is None else win.value * (price - float(offers.cost[row]))
        supported = tried[0] - 1e-9 <= price <= tried[1] + 1e-9
        money = None if profit is None else profit * size
        points.append(PricePoint(price, win, profit, money, None if np.isnan(over) else over, supported))
    return points


def _chances(
    response: BidResponse, slope: ProductSlope | None, row: int, offers: Offers, grid: FloatArray
) -> list[Rate | None]:
    """The chance to win at each price, interval on the log-odds scale; None where a price may not be computed."""
    if response.fitted is None or slope is None or not slope.used.is_clear:
        return [None] * len(grid)
    cut = _price(offers, row) - grid
    own, spread = response.fitted.odds_at(row, np.zeros(1))
    odds = own[0] + slope.used.b * cut
    wide = np.sqrt(spread[0] ** 2 + (slope.used.spread * cut) ** 2)
    ends = zip(expit(odds), expit(odds - Z95 * wide), expit(odds + Z95 * wide), strict=True)
    return [rate(value, low, high, response.n_decided) for value, low, high in ends]


def _best(
    offers: Offers, row: int, response: BidResponse, slope: ProductSlope | None, rails: tuple[float, float]
) -> tuple[float | None, str]:
    """The best price inside the rails, and which rail held it back ("" for none)."""
    if response.fitted is None or slope is None or not slope.used.is_clear:
        return None, ""
    b = slope.used.b
    a = response.fitted.log_odds[[row]] + b * offers.price[[row]]
    free = float(best_price(a, b, offers.cost[[row]])[0])
    low, high = rails
    if free < low:
        return low, "floor" if low == offers.floor[row] else "support"
    if free > high:
        return max(high, low), "cap" if high == offers.list_price[row] else "support"
    return free, ""


@dataclass(frozen=True)
class _Radar:
    """The rivals' margin over our cost, fitted, and the asked offer's row of the design."""

    fit: RivalFit
    row: FloatArray
    mean_price: float


def _radar(offers: Offers, row: int) -> _Radar | None:
    """Rivals' price as our cost plus a margin that product, size, tenor and quarter explain; all alike if too few."""
    seen, shown = see_rivals(offers)
    cost = offers.cost
    margins = Seen(seen.price - cost[shown], seen.side)
    for design in (controls_of(offers), np.ones((len(offers), 1))):
        if shown.sum() < 10 * design.shape[1] and design.shape[1] > 1:
            continue
        fit = fit_rival_price(margins, design[shown])
        if fit is not None:
            return _Radar(fit, design[row], float(design[row] @ fit.coefficients + cost[row]))
    return None


def _as_radar(radar: _Radar | None, offers: Offers, row: int) -> Radar | None:
    if radar is None:
        return None
    margin, cost = radar.fit.mean_at(radar.row), float(offers.cost[row])
    assert margin.value is not None and margin.low is not None and margin.high is not None
    mean = rate(margin.value + cost, margin.low + cost, margin.high + cost, margin.n)
    reach = TENTH * radar.fit.sd
    middle = margin.value + cost
    return Radar(mean, middle - reach, middle + reach, radar.fit.n_exact, radar.fit.n_censored)
