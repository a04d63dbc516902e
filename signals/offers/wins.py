"""How often offers are won, why the others are lost and to whom, and what came after the deal, as sections."""

from oncu.scoring.offers.competitors import LostTo, Rival
from oncu.scoring.offers.reasons import LossReason
from oncu.scoring.offers.report import OffersReport
from oncu.scoring.offers.tables import REASON_SOURCES, STATUSES
from oncu.scoring.offers.winloss import GroupWins, SignalLed
from oncu.scoring.offers.winnable import CLASSES

from ..score.figures import Label, Number, Remark, Row, Section, Table, plain_number
from .numbers import counted, cut_needed, share_of, single, table, told

SHOWN = 8  # groups of one kind


def wins_section(report: OffersReport) -> Section:
    """Counts, rates, signal-led against cold, and win rates by group."""
    rates = (told("won_share", "share", report.win_rate), told("won_in_time", "share", report.won_in_time))
    groups = [
        one
        for by, found in report.groups.items()
        for one in table(f"by_{by}", (_group(by, group) for group in found), chart="shares", shown=SHOWN)
    ]
    return Section("wins", (*_counts(report), *single("rates", rates), *_led(report.signal_led), *groups))


def losses_section(report: OffersReport) -> Section:
    """Reasons with the unknown ones, winners overall and by segment, and each competitor head to head."""
    lost = report.counts["lost"]
    return Section(
        "losses",
        (
            *table("reasons", (_reason(one, lost) for one in _with_unknown(report)), chart="shares"),
            *table("lost_to", map(_winner, report.lost_to), chart="shares"),
            *table("head_to_head", map(_rival, report.rivals)),
            *table("lost_to_segment", _by_segment(report)),
        ),
    )


def winnable_section(report: OffersReport) -> Section:
    """Lost deals by what would have won them, and what the winnable ones were worth."""
    lost, found = report.counts["lost"], report.lost_deals
    rows = (Row(Label("class", one), _hits("class_share", getattr(found, one), lost)) for one in CLASSES)
    worth = (
        *([cut_needed(found)] if found.median_cut_needed is not None else []),
        plain_number("headroom", "money", report.headroom_lost or None, n=found.winnable),
    )
    return Section("winnable", (*table("classes", rows if lost else (), chart="shares"), *single("worth", worth)))


def after_section(report: OffersReport) -> Section:
    """What happened to clients within a year after a deal was won."""
    known = [one for one in report.after_deals if one.n]
    rows = [
        Row(Label("after", one.what), (counted("happened", one.n), told("after_share", "share", one.share)))
        for one in known
    ]
    nothing = (Table("after", "", (), (Remark("of_after_none"),)),) if report.after_deals else ()
    return Section("after", table("after", rows) or nothing)


def _counts(report: OffersReport) -> tuple[Table, ...]:
    """How many offers there are of each status."""
    return single("counts", (counted(one, report.counts[one]) for one in ("offers", *STATUSES)))


def _led(led: SignalLed | None) -> tuple[Table, ...]:
    if led is None:
        return ()
    sides = (("led", led.led, led.margin_led), ("cold", led.cold, led.margin_cold))
    rows = [
        Row(Label("led", key), (told("won_share", "share", won), told("margin_won", "gap", margin)))
        for key, won, margin in sides
    ]
    apart = (told("led_ratio", "times", led.ratio), told("led_margin", "gap", led.margin_difference))
    return (*table("led", rows), *single("led_apart", apart))


def _group(by: str, group: GroupWins) -> Row:
    decided = group.won + group.lost
    win_rate = told("win_rate", "share", group.win_rate)
    return Row(
        Label(by, group.group),
        (
            counted("offers", group.offers),
            counted("decided", decided),
            win_rate,
            told("margin", "gap", group.margin),
        ),
    )


def _with_unknown(report: OffersReport) -> list[LossReason]:
    """The reasons; the unknown ones are named even where there are none."""
    found = report.loss_reasons
    known = not report.counts["lost"] or any(one.reason == "unknown" for one in found)
    return found if known else [*found, LossReason("unknown", 0, 0.0, {})]


def _reason(one: LossReason, lost: int) -> Row:
    said = [counted(f"said_{who or 'nobody'}", one.by_source.get(who, 0)) for who in (*REASON_SOURCES, "")]
    return Row(Label("reason", one.reason), (*_hits("reason_share", one.n, lost), *said))


def _winner(one: LostTo) -> Row:
    return Row(Label("winner", one.winner), (counted("lost", one.n), told("winner_share", "share", one.share)))


def _rival(one: Rival) -> Row:
    return Row(
        Label("winner", one.name),
        (counted("met", one.met), told("beaten", "share", one.won), told("dearer", "gap", one.gap)),
    )


def _by_segment(report: OffersReport) -> list[Row]:
    return [
        Row(
            Label("segment", segment),
            (counted("lost", sum(one.n for one in found)), *(_in_segment(one) for one in found[:1])),
            Remark("offers_most_to", {"winner": found[0].winner}),
        )
        for segment, found in report.lost_to_by_segment.items()
        if found
    ]


def _in_segment(one: LostTo) -> Number:
    return told("winner_share", "share", one.share)


def _hits(metric: str, hits: int, n: int) -> tuple[Number, Number]:
    return counted("lost", hits), share_of(metric, hits, n)
