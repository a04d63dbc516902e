"""One open offer at each price, as lines for a terminal."""

from oncu.scoring.offers.one_offer import OfferPricing, PricePoint

from ..words import Words
from .say import points
from .why import why_line


def pricing_lines(found: OfferPricing, words: Words) -> list[str]:
    """The offer, its rails, the rivals' likely price, the chance at each price, the best price, what it rests on."""
    identified = any(point.win for point in found.grid)
    lines = [
        words("of_offer_title", id=found.offer_id, price=_price(found.price, words), cost=_price(found.cost, words)),
        f"  {words('of_rails', floor=_price(found.floor, words), cap=_price(found.cap, words))}",
        f"  {words('of_support', low=_price(found.support[0], words), high=_price(found.support[1], words))}",
        *_radar_lines(found, words),
        f"  {words('of_response')}: {why_line(found.response, words)}",
    ]
    if found.slope:
        lines.append(f"  b ({found.slope.product}) = {points(found.slope.used.as_rate(found.slope.n), words)}")
    if identified or found.radar:
        lines += ["", words("of_grid_head" if identified else "of_grid_head_radar")]
        lines += [_point_line(point, found, words) for point in found.grid]
    return [*lines, "", _best_line(found, words)]


def _radar_lines(found: OfferPricing, words: Words) -> list[str]:
    radar = found.radar
    if radar is None:
        return [f"  {words('of_rival_unknown')}"]
    rests = words("of_rests", exact=radar.n_exact, censored=radar.n_censored)
    middle = f"{words.number(radar.tenth, 2)}–{words.number(radar.ninetieth, 2)}"
    return [f"  {words('of_radar')}: {points(radar.mean, words)}; {words('of_fan')} {middle}; {rests}"]


def _point_line(point: PricePoint, found: OfferPricing, words: Words) -> str:
    above = words.share(point.rivals_above) if point.rivals_above is not None else "–"
    marks = [words("of_here")] if abs(point.price - found.price) < 1e-9 else []
    marks += [] if point.is_supported else [words("of_outside")]
    win = ""
    if point.win and point.win.value is not None and point.win.low is not None and point.win.high is not None:
        ends = f"{words.share(point.win.low)}–{words.share(point.win.high)}"
        win = f"  {words.share(point.win.value):>5} ({ends})"
        win = f"{win:<24} {words.number(point.profit or 0, 2):>6} {words.money(point.profit_money):>14}"
    return f"  {_price(point.price, words):>7}{win}  {above:>5}  {' · '.join(marks)}".rstrip()


def _best_line(found: OfferPricing, words: Words) -> str:
    if found.best is None:
        return words("of_no_best")
    held = f" ({words(f'of_held_{found.bound_by}')})" if found.bound_by else ""
    return words("of_best", price=_price(found.best, words)) + held


def _price(value: float | None, words: Words) -> str:
    return "–" if value is None else words.number(value, 2)
