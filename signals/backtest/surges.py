"""Counts by month: are known surges found, how many false alarms are there, and which are floods of one text?"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from oncu.classifiers.surge import MONTHLY, Panel, find_surges
from oncu.config.backtest_specs import SurgesBacktest
from oncu.config.problems import Problem
from oncu.scoring.estimates.shares import events_per_year
from oncu.scoring.estimates.tertiles import tertile_spread

from .archive import Archive, read_archive
from .result import Block, Cell, Progress, Result, Said

KNOWN = ("client", "month", "found", "count", "expected")
ALARMS = ("watched", "firm_years", "alarms", "floods", "surges", "false_surges", "per_firm_year")
NULL = ("growth", "spread", "p", "said")
QUIET = 3  # months without an alarm after which another one is a surge of its own
YEAR = 12
FEWEST = 20  # template complaints a month of a firm that can tell whether all got them
LAG = 2  # months from the end of the counts to the return they are held against
EPOCH = date(2000, 1, 1)
SEED = 20
NULL_P = 0.05


@dataclass(frozen=True)
class _Counts:
    """A panel by month, and the counts of the template segment alone."""

    months: list[str]
    panel: Panel
    template: np.ndarray[Any, np.dtype[np.int32]]


@dataclass(frozen=True)
class _Alarm:
    client: int
    month: int
    count: int
    expected: float
    is_flood: bool


def judge_surges(spec: SurgesBacktest, folder: Path, progress: Progress) -> Result:
    """Run it. Raises Problem for data that is not there or cannot be read."""
    counts = _read_counts(spec, read_archive(spec.counts, folder))
    progress("surges", 1, 2)
    alarms = list(_alarms(counts))
    return Result(
        name=spec.name,
        kind=spec.kind,
        title=spec.title,
        side=spec.side,
        as_of=counts.months[-1],
        horizon_days=None,
        split=f"{counts.months[0]} – {counts.months[-1]}",
        blocks=(
            Block("known_surges", KNOWN, tuple(_known(spec, counts, alarms))),
            Block("alarms", ALARMS, tuple(_rates(spec, counts, alarms))),
            Block("null", NULL, (_null(spec, counts, folder),)),
        ),
        caveats=tuple(spec.caveats),
        labels=spec.labels,
    )


def _read_counts(spec: SurgesBacktest, found: Archive) -> _Counts:
    total: Counter[tuple[str, str]] = Counter()
    template: Counter[tuple[str, str]] = Counter()
    rows = zip(found["client_id"], found["month"], found.numbers("n"), found.get("segment"), strict=True)
    for client, month, n, segment in rows:
        total[client, month] += int(n)
        if spec.template is not None and segment == spec.template:
            template[client, month] += int(n)
    clients, months = sorted({client for client, _ in total}), sorted({month for _, month in total})
    table, flood = (
        np.array([[counts[client, month] for client in clients] for month in months], np.int32)
        for counts in (total, template)
    )
    starts = np.argmax(table > 0, axis=0).astype(np.int32)
    return _Counts(months, Panel(tuple(clients), EPOCH, table, starts, np.zeros_like(starts), MONTHLY), flood)


def _alarms(counts: _Counts) -> Iterator[_Alarm]:
    number = {client: n for n, client in enumerate(counts.panel.clients)}
    for alarm in find_surges(counts.panel):
        client, month = number[alarm.client_id], (alarm.date - counts.panel.first).days
        yield _Alarm(client, month, alarm.count, alarm.expected, _is_flood(counts, client, month))


def _is_flood(counts: _Counts, client: int, month: int) -> bool:
    """Whether the rise is of the template segment, and the segment rose as much at the others: one text sent to all.

    What rises at one firm alone is about that firm, whatever segment its complaints are filed under.
    """
    before = slice(max(month - YEAR, 0), month)
    usual, of_template = counts.panel.counts[before].mean(axis=0), counts.template[before].mean(axis=0)
    rise = counts.panel.counts[month, client] - usual[client]
    if counts.template[month, client] - of_template[client] <= rise / 2:
        return False
    peers = np.flatnonzero(of_template >= FEWEST)
    growth = counts.template[month, peers] / of_template[peers] - 1
    others = growth[peers != client]
    own = counts.template[month, client] / max(of_template[client], 1.0) - 1
    return bool(len(others)) and float(np.median(others)) >= own / 2


def _known(spec: SurgesBacktest, counts: _Counts, alarms: list[_Alarm]) -> Iterator[tuple[Cell, ...]]:
    by_place = {(counts.panel.clients[alarm.client], counts.months[alarm.month]): alarm for alarm in alarms}
    for surge in spec.known:
        found = by_place.get((surge.client_id, surge.month))
        seen = (
            (found.count, round(found.expected)) if found else (_count_at(counts, surge.client_id, surge.month), None)
        )
        yield surge.client_id, surge.month, found is not None and not found.is_flood, *seen


def _count_at(counts: _Counts, client: str, month: str) -> int | None:
    if client not in counts.panel.clients or month not in counts.months:
        return None
    return int(counts.panel.counts[counts.months.index(month), counts.panel.clients.index(client)])


def _rates(spec: SurgesBacktest, counts: _Counts, alarms: list[_Alarm]) -> Iterator[tuple[Cell, ...]]:
    """Alarms over all months that can be judged, and over those of clients whose counts have grown up."""
    known = {(surge.client_id, surge.month) for surge in spec.known}
    for name, least in ((Said("all_months"), MONTHLY.least), (_grown(spec), spec.grown_months)):
        first = counts.panel.starts + least
        years = float(np.maximum(len(counts.months) - first, 0).sum()) / YEAR
        some = [alarm for alarm in alarms if alarm.month >= first[alarm.client]]
        real = [alarm for alarm in some if not alarm.is_flood]
        begun = _begun(real)
        false = [a for a in begun if (counts.panel.clients[a.client], counts.months[a.month]) not in known]
        floods = len(some) - len(real)
        yield name, round(years), len(some), floods, len(begun), len(false), events_per_year(len(false), years)


def _grown(spec: SurgesBacktest) -> Said:
    return Said("after_months", {"n": spec.grown_months})


def _begun(alarms: list[_Alarm]) -> list[_Alarm]:
    """Those without an alarm of the same client in the months before: one surge is one."""
    places = {(alarm.client, alarm.month) for alarm in alarms}
    return [a for a in alarms if not any((a.client, a.month - back) in places for back in range(1, QUIET + 1))]


def _null(spec: SurgesBacktest, counts: _Counts, folder: Path) -> tuple[Cell, ...]:
    """Growth over a year against the return two months on, where there are prices."""
    if spec.prices is None:
        return Said("growth"), None, None, Said("no_prices")
    try:
        prices = read_archive(spec.prices, folder)
    except Problem as problem:
        return Said("growth"), None, None, Said("not_reproduced", {"why": str(problem)})
    given = dict(zip(zip(prices["client_id"], prices["month"], strict=True), prices.numbers("return"), strict=True))
    growth, returns, period = _joined(counts, given)
    found = tertile_spread(growth, returns, period, np.random.default_rng(SEED))
    return Said("growth"), found.spread, found.p, Said("is_null" if found.p and found.p > NULL_P else "not_null")


def _joined(counts: _Counts, returns: Mapping[tuple[str, str], float]) -> tuple[Any, Any, Any]:
    """Growth of what is no template over the same month of the year before, with the return `LAG` months later."""
    organic = (counts.panel.counts - counts.template).astype(float)
    rows = []
    for month in range(YEAR, len(counts.months) - LAG):
        for client, name in enumerate(counts.panel.clients):
            before = organic[month - YEAR, client]
            grown = organic[month, client] / before - 1 if before > 0 else np.nan
            rows.append((grown, returns.get((name, counts.months[month + LAG]), np.nan), month))
    growth, given, period = (np.array(column) for column in zip(*rows, strict=True))
    return growth, given, period.astype(np.int64)
