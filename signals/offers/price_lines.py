"""What the offers report says about prices: rivals, runner-up, bid response, money left."""

from oncu.scoring.estimates.intervals import Rate
from oncu.scoring.offers.report import OffersReport

from ..words import Words
from .say import points
from .why import why_line


def price_section(report: OffersReport, words: Words) -> list[str]:
    """Rivals' prices, the runner-up's gap (always), and what could have been charged (only where identified)."""
    return [words("of_prices"), *_rivals(report, words), *_gap(report, words), *_response(report, words)]


def _rivals(report: OffersReport, words: Words) -> list[str]:
    rival = report.rival_price
    if rival is None:
        return [f"  {words('of_rival_unknown')}"]
    mean = Rate(rival.mean, rival.low, rival.high, rival.n_exact + rival.n_censored)
    rests = words("of_rests", exact=rival.n_exact, censored=rival.n_censored)
    lines = [
        f"  {words('of_rival')}: {points(mean, words)}; {words('of_scatter')} {words.number(rival.sd, 2)}; {rests}"
    ]
    for fan in report.fans.get("product", [])[:6]:
        middle = f"{words.number(fan.tenth, 2)}–{words.number(fan.ninetieth, 2)}"
        lines.append(f"    {fan.group}: {points(fan.mean, words)}; {words('of_fan')} {middle}")
    return lines


def _gap(report: OffersReport, words: Words) -> list[str]:
    gap = report.runner_up_gap
    return [f"  {words('of_gap')}: {points(gap, words) if gap else words('unknown')}"]


def _response(report: OffersReport, words: Words) -> list[str]:
    response, left = report.bid_response, report.money_on_table
    lines = [f"  {words('of_response')}: {why_line(response, words)}"]
    if response.slope:
        lines.append(f"  b = {points(response.slope.as_rate(response.n_decided), words)}")
    if left is None:
        return [*lines, f"  {words('of_no_money')}"]
    return [
        *lines,
        f"  {words('of_achievable')}: {points(left.achievable, words)}",
        f"  {words('of_bound')}: {points(left.bound, words)}",
    ]
