"""The offers report as lines for a terminal; every number with its interval and n, "too early" below five."""

from collections.abc import Iterable

from oncu.scoring.estimates.intervals import Rate
from oncu.scoring.offers.report import OffersReport
from oncu.scoring.offers.tables import ENOUGH
from oncu.scoring.offers.winloss import GroupWins
from oncu.scoring.offers.winnable import CLASSES

from ..words import Words
from .price_lines import price_section
from .say import day_text, group_name, points, share

SHOWN = 8  # groups of one kind


def report_lines(report: OffersReport, words: Words) -> list[str]:
    """The whole report: what happened, why and to whom, by group, prices, who priced how, what came after."""
    sections = (
        _summary(report, words),
        _why_lost(report, words),
        _to_whom(report, words),
        _by_group(report, words),
        _led(report, words),
        price_section(report, words),
        _managers(report, words),
        _after(report, words),
    )
    return [line for section in sections if section for line in (*section, "")][:-1]


def _summary(report: OffersReport, words: Words) -> list[str]:
    counts = ", ".join(words(f"of_{one}", n=n) for one, n in report.counts.items() if n or one == "offers")
    return [
        words("of_title", day=day_text(report.as_of, words)),
        f"  {counts}",
        f"  {words('of_win_rate')}: {share(report.win_rate, words)}",
        f"  {words('of_win_in_time', days=report.horizon_days)}: {share(report.won_in_time, words)}",
    ]


def _why_lost(report: OffersReport, words: Words) -> list[str]:
    if not report.counts["lost"]:
        return []
    lines = [words("of_reasons")]
    for one in report.loss_reasons:
        said = ", ".join(f"{words('of_source_' + (who or 'nobody'))} {n}" for who, n in one.by_source.items())
        lines.append(f"  {words(f'of_reason_{one.reason}')}: {words.share(one.share)} (n={one.n}; {said})")
    if all(one.reason != "unknown" for one in report.loss_reasons):
        lines.append(f"  {words('of_reason_unknown')}: {words.share(0)} (n=0)")
    lost = report.lost_deals
    classes = {name: getattr(lost, name) for name in CLASSES}
    lines.append(f"  {words('of_could_have', **classes)}")
    if lost.median_cut_needed is not None:
        lines.append(f"  {words('of_cut', cut=words.number(lost.median_cut_needed, 2))}")
    if report.headroom_lost:
        lines.append(f"  {words('of_headroom', money=words.money(report.headroom_lost))}")
    return lines


def _to_whom(report: OffersReport, words: Words) -> list[str]:
    if not report.lost_to:
        return []
    met = {rival.name: rival for rival in report.rivals}
    lines = [words("of_to_whom")]
    for one in report.lost_to[:SHOWN]:
        gap = met[one.winner].gap if one.winner in met else None
        dearer = f"; {words('of_dearer')} {points(gap, words)}" if gap is not None and gap.n else ""
        lines.append(f"  {one.winner}: {one.n} · {share(one.share, words)}{dearer}")
    beaten = [rival for rival in report.rivals if rival.won.n >= ENOUGH and (rival.won.value or 0) > 0]
    return lines + [f"  {words('of_head', name=one.name)}: {share(one.won, words)}" for one in beaten[:SHOWN]]


def _by_group(report: OffersReport, words: Words) -> list[str]:
    lines = [words("of_by_group")] if report.groups else []
    for by, groups in report.groups.items():
        lines += [f"  {words(f'of_by_{by}')}", *_groups(by, groups, words)]
    return lines


def _groups(by: str, groups: Iterable[GroupWins], words: Words) -> list[str]:
    """A line a group with enough decided offers; the others share one."""
    told = list(groups)
    enough = [one for one in told if one.won + one.lost >= ENOUGH][:SHOWN]
    few = [f"{group_name(by, one.group, words)} {one.won + one.lost}" for one in told if one.won + one.lost < ENOUGH]
    early = ", ".join([*few[:SHOWN], *(["…"] if len(few) > SHOWN else [])])
    lines = [
        f"    {group_name(by, one.group, words)}: {share(one.win_rate, words)}; "
        f"{words('of_margin')} {points(one.margin, words)}"
        for one in enough
    ]
    return lines + ([f"    {words('of_too_early', names=early)}"] if early else [])


def _led(report: OffersReport, words: Words) -> list[str]:
    led = report.signal_led
    if led is None:
        return []
    return [
        words("of_led"),
        f"  {words('of_led_won')}: {share(led.led, words)}; {words('of_margin')} {points(led.margin_led, words)}",
        f"  {words('of_cold_won')}: {share(led.cold, words)}; {words('of_margin')} {points(led.margin_cold, words)}",
        f"  {words('of_led_ratio')}: {_ratio(led.ratio, words)}",
        f"  {words('of_led_margin')}: {points(led.margin_difference, words)}",
    ]


def _managers(report: OffersReport, words: Words) -> list[str]:
    told = [one for one in report.discretion if one.offers >= ENOUGH][:SHOWN]
    lines = [words("of_discretion")] if told else []
    for one in told:
        best = f"; {words('of_efficiency')} {share(one.efficiency, words)}" if one.efficiency else ""
        spread = points(one.scatter, words)
        lines.append(f"  {one.manager}: {points(one.above, words)}; {words('of_scatter')} {spread}{best}")
    apart = [group_name("segment", one.segment, words) for one in report.fairness if one.is_apart]
    if report.fairness:
        lines.append(f"  {words('of_unfair', names=', '.join(apart)) if apart else words('of_fair')}")
    return lines


def _after(report: OffersReport, words: Words) -> list[str]:
    known = [one for one in report.after_deals if one.n]
    if not report.after_deals:
        return []
    lines = [f"  {words(f'of_after_{one.what}')}: {one.n} · {share(one.share, words)}" for one in known]
    return [words("of_after"), *(lines or [f"  {words('of_after_none')}"])]


def _ratio(found: Rate, words: Words) -> str:
    if found.value is None or found.low is None or found.high is None or found.n < ENOUGH:
        return words("of_early", n=found.n)
    value, low, high = (words.number(one, 2) for one in (found.value, found.low, found.high))
    return words("interval", value=value, low=low, high=high, n=found.n)
