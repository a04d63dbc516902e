"""Page one of the offers report: its four questions, each answered in one sentence."""

from collections.abc import Mapping

from oncu.scoring.offers.report import OffersReport
from oncu.scoring.offers.tables import ENOUGH
from oncu.scoring.offers.winloss import SignalLed

from ..score.figures import Answer, Label, Number, plain_number
from ..words import Words
from .numbers import counted, cut_needed, share_of, told
from .why import why_line


def answer_all(report: OffersReport, words: Words) -> tuple[Answer, ...]:
    """How often we win, why and to whom we lose, what would have won, and what more could have been charged."""
    return (_won(report), _why(report), _winnable(report), _dearer(report, words))


def _won(report: OffersReport) -> Answer:
    won, led = told("won_share", "share", report.win_rate), report.signal_led
    numbers = {"won_share": won, "decided": counted("decided", report.win_rate.n)}
    if won.is_early or won.value is None:
        return Answer("won", "offers_a_won_early", numbers)
    if led is None or not _is_comparable(led):
        return Answer("won", "offers_a_won_alone", numbers)
    numbers |= {
        "led": told("won_share", "share", led.led),
        "cold": told("won_share", "share", led.cold),
        "ratio": told("led_ratio", "times", led.ratio),
    }
    return Answer("won", f"offers_a_won_{_direction(led)}", numbers)


def _is_comparable(led: SignalLed) -> bool:
    return min(led.led.n, led.cold.n, led.ratio.n) >= ENOUGH and led.ratio.value is not None


def _direction(led: SignalLed) -> str:
    """More or less often than cold ones, or the same where the interval of the ratio reaches 1."""
    if (led.ratio.low or 0.0) > 1:
        return "more"
    return "less" if led.ratio.high is not None and led.ratio.high < 1 else "same"


def _why(report: OffersReport) -> Answer:
    lost = report.counts["lost"]
    known = [one for one in report.loss_reasons if one.reason != "unknown"]
    unknown = sum(one.n for one in report.loss_reasons if one.reason == "unknown")
    numbers = {"lost": counted("lost", lost), "unknown": counted("lost", unknown)}
    if lost < ENOUGH:
        return Answer("why", "offers_a_why_early", numbers)
    if not known:
        return Answer("why", "offers_a_why_unknown", numbers)
    numbers["reason_share"] = share_of("reason_share", known[0].n, lost)
    names = {"reason": Label("reason", known[0].reason)}
    if not report.lost_to:
        return Answer("why", "offers_a_why_nobody", numbers, names)
    most = report.lost_to[0]
    numbers |= {"to": counted("lost", most.n), "to_known": counted("lost", sum(one.n for one in report.lost_to))}
    return Answer("why", "offers_a_why", numbers, names | {"winner": Label("winner", most.winner)})


def _winnable(report: OffersReport) -> Answer:
    lost, found = report.counts["lost"], report.lost_deals
    counts: Mapping[str, Number] = {
        "lost": counted("lost", lost),
        **{one: counted("lost", getattr(found, one)) for one in ("winnable", "unwinnable", "non_price", "unknown")},
    }
    if lost < ENOUGH:
        return Answer("winnable", "offers_a_winnable_early", counts)
    numbers = {**counts, "class_share": share_of("class_share", found.winnable, lost)}
    cut = cut_needed(found)
    if cut.is_early or cut.value is None:
        return Answer("winnable", "offers_a_winnable_uncut", numbers)
    worth = plain_number("headroom", "money", report.headroom_lost)
    return Answer("winnable", "offers_a_winnable", {**numbers, "cut": cut, "headroom": worth})


def _dearer(report: OffersReport, words: Words) -> Answer:
    left, gap = report.money_on_table, report.runner_up_gap
    if left is not None:
        numbers = {"achievable": told("achievable", "gap", left.achievable), "bound": told("bound", "gap", left.bound)}
        return Answer("dearer", "offers_a_dearer", numbers)
    why = {"why": Label("text", why_line(report.bid_response, words))}
    if gap is None or gap.n < ENOUGH:
        return Answer("dearer", "offers_a_dearer_unknown", {}, why)
    numbers = {"gap": told("runner_up", "gap", gap), "deals": counted("decided", gap.n)}
    return Answer("dearer", "offers_a_dearer_gap", numbers, why)
