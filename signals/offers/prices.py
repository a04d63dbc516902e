"""What prices tell: the bid response and its support, money left, the rivals' prices, and who priced how."""

from oncu.scoring.estimates.intervals import Rate
from oncu.scoring.offers.discretion import Discretion
from oncu.scoring.offers.fairness import Fairness
from oncu.scoring.offers.price_thirds import PriceThird
from oncu.scoring.offers.product_slopes import ProductSlope
from oncu.scoring.offers.report import OffersReport
from oncu.scoring.offers.response_curve import ResponseAt
from oncu.scoring.offers.rival_price import Fan

from ..score.figures import Label, Number, Remark, Row, Section, Table, plain_number
from ..words import Words
from .numbers import counted, single, table, told
from .say import group_name
from .why import why_line


def prices_section(report: OffersReport, words: Words) -> Section:
    """Could won deals have been dearer: what identifies the answer, what it is, and the rivals' prices."""
    left = report.money_on_table
    money = (told("achievable", "gap", left.achievable), told("bound", "gap", left.bound)) if left else ()
    return Section(
        "prices",
        (
            _response(report, words),
            *single("money", money),
            *_looks(report),
            *single("gap", [told("runner_up", "gap", report.runner_up_gap)] if report.runner_up_gap else []),
            *single("rival", _rival(report)),
            *(_fan_table(by, fans) for by, fans in report.fans.items()),
            *table("slopes", map(_slope, report.product_slopes)),
        ),
    )


def people_section(report: OffersReport, words: Words) -> Section:
    """Managers against equal offers, and whether the best price would move a segment up."""
    apart = [group_name("segment", one.segment, words) for one in report.fairness if one.is_apart]
    said = Remark("of_unfair", {"names": ", ".join(apart)}) if apart else Remark("of_fair")
    fairness = Table("fairness", "", tuple(map(_segment, report.fairness)), (said,))
    return Section(
        "people",
        (*table("discretion", map(_manager, report.discretion)), *([fairness] if report.fairness else [])),
    )


def _response(report: OffersReport, words: Words) -> Table:
    found = report.bid_response
    numbers = [
        *([told("slope", "score", found.slope.as_rate(found.n_decided))] if found.slope else []),
        counted("decided", found.n_decided),
        counted("randomised", found.n_randomised),
        *([plain_number("first_stage", "score", found.f)] if found.f is not None else []),
        *([counted("needed", found.needed)] if found.needed else []),
    ]
    why = Remark("offers_why", {"why": why_line(found, words)})
    return Table("response", "", (Row(Label("row", "response"), tuple(numbers)),), (why,))


def _looks(report: OffersReport) -> tuple[Table, ...]:
    """The curve where the slope is identified; the thirds, which claim nothing, in any case."""
    curve = table("curve", map(_point, report.response_curve), chart="response")
    thirds = tuple(map(_third, report.price_thirds))
    return (*curve, *((Table("thirds", "", thirds, (Remark("offers_thirds"),), "shares"),) if thirds else ()))


def _point(one: ResponseAt) -> Row:
    tried = plain_number("tried", "share", one.tried)
    return Row(Label("shift", f"{one.shift:+.2f}"), (told("chance", "share", one.win_rate), tried))


def _third(one: PriceThird) -> Row:
    ends = (plain_number("least", "gap", one.least), plain_number("most", "gap", one.most))
    return Row(Label("third", one.third), (told("won_share", "share", one.win_rate), *ends))


def _rival(report: OffersReport) -> list[Number]:
    rival = report.rival_price
    if rival is None:
        return []
    n = rival.n_exact + rival.n_censored
    return [
        told("rival_mean", "price", Rate(rival.mean, rival.low, rival.high, n)),
        Number("rival_scatter", "gap", rival.sd),
        counted("rival_known", rival.n_exact),
        counted("rival_bounded", rival.n_censored),
    ]


def _fan_table(by: str, fans: list[Fan]) -> Table:
    rows = [
        Row(
            Label(by, one.group),
            (
                told("rival_mean", "price", one.mean),
                Number("tenth", "price", one.tenth),
                Number("ninetieth", "price", one.ninetieth),
            ),
        )
        for one in fans
    ]
    return Table(f"fan_{by}", "", tuple(rows), (Remark("offers_fan"),), "fan")


def _slope(one: ProductSlope) -> Row:
    own, used = told("own_slope", "score", one.own), told("used_slope", "score", one.used.as_rate(one.n))
    return Row(Label("product", one.product), (own, used))


def _manager(one: Discretion) -> Row:
    best = [told("efficiency", "share", one.efficiency)] if one.efficiency else []
    return Row(
        Label("manager", one.manager),
        (counted("decided", one.offers), told("above", "gap", one.above), told("scatter", "gap", one.scatter), *best),
    )


def _segment(one: Fairness) -> Row:
    return Row(Label("segment", one.segment), (told("price_now", "gap", one.now), told("price_best", "gap", one.best)))
