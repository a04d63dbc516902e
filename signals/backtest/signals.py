"""Signals that are there already against outcomes: by type, with each way of linking their names beside the first."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oncu.classifiers.text import fold_key
from oncu.config.backtest_specs import LINKS, SignalsBacktest
from oncu.config.load import read_yaml
from oncu.scoring.estimates.intervals import Rate
from oncu.scoring.estimates.shares import median_days, share_of
from oncu.scoring.judge.asof import day_of
from oncu.scoring.judge.columns import outcomes_from_rows, signals_from_rows
from oncu.scoring.judge.evaluate import evaluate
from oncu.scoring.sources.first_signals import days_until, first_signals

from .archive import Archive, read_archive
from .link import Link, firms_linked, link_names
from .result import Block, Cell, Progress, Result

TYPES = ("type", "link", "clients", "ended", "share", "days", "others", "lift")
FORESEEN = ("link", "outcomes", "foreseen", "share", "days")
LINKED = ("link", "links", "firms", "judged", "precision", "wrong")
SCORES = ("link", "episodes", "mature", "echoes", "conversion", "naive", "lead")


@dataclass(frozen=True)
class _Linked:
    """The signals with one way of linking: the days on which each client ended, and which outcomes those were."""

    name: str
    links: list[Link]
    ends: Mapping[str, list[int]]
    outcomes: Mapping[str, set[int]]


def replay_signals(spec: SignalsBacktest, folder: Path, progress: Progress) -> Result:
    """Run it. Raises Problem for data that is not there or cannot be read."""
    signals, outcomes = read_archive(spec.signals, folder), _known(read_archive(spec.outcomes, folder), spec)
    linked = []
    for done, way in enumerate(spec.links):
        progress(way.name, done, len(spec.links))
        linked.append(_link(way.name, link_names(signals, outcomes, way), signals, outcomes))
    return Result(
        name=spec.name,
        kind=spec.kind,
        title=spec.title,
        side=spec.side,
        as_of=spec.as_of.isoformat(),
        horizon_days=spec.horizon_days,
        split=f"{min(signals['known_at'])[:10]} – {max(signals['known_at'])[:10]}",
        blocks=(
            Block("types", TYPES, tuple(_type_rows(spec, signals, linked))),
            Block("foreseen", FORESEEN, tuple(_foreseen(spec, signals, outcomes, one) for one in linked)),
            Block("links", LINKED, tuple(_quality(spec, signals, outcomes, one) for one in linked)),
            Block("scores", SCORES, tuple(_scores(spec, signals, outcomes, one) for one in linked)),
        ),
        caveats=tuple(spec.caveats),
        labels=spec.labels,
    )


def _known(outcomes: Archive, spec: SignalsBacktest) -> Archive:
    """Outcomes that had occurred and had been recorded by as-of."""
    recorded = outcomes.get("recorded_at") if "recorded_at" in outcomes.columns else outcomes["occurred_at"]
    last = spec.as_of.isoformat()
    days = zip(outcomes["occurred_at"], recorded, strict=True)
    return outcomes.where([occurred[:10] <= last and told[:10] <= last for occurred, told in days])


def clients_of(signals: Archive) -> list[str]:
    """The organisation each row speaks of, as its whole text says it."""
    return list(map(fold_key, signals.get("whole") if "whole" in signals.columns else signals["name"]))


def _link(name: str, links: list[Link], signals: Archive, outcomes: Archive) -> _Linked:
    by_row, days = firms_linked(links), _days(outcomes, "occurred_at")
    found: dict[str, set[int]] = defaultdict(set)
    for client, row in zip(clients_of(signals), signals["row"], strict=True):
        found[client] |= by_row.get(row, set())
    return _Linked(name, links, {client: sorted(days[n] for n in several) for client, several in found.items()}, found)


def _type_rows(spec: SignalsBacktest, signals: Archive, linked: Sequence[_Linked]) -> Iterator[tuple[Cell, ...]]:
    rows = list(zip(clients_of(signals), signals["type"], _days(signals, "known_at"), strict=True))
    tables = {one.name: first_signals(rows, one.ends, spec.horizon_days) for one in linked}
    first = next(iter(tables.values()))
    for place in range(len(first)):
        for name, table in tables.items():
            row = table[place]
            yield row.type, name, row.clients, row.ended, row.share, row.days, row.others, row.lift


def _foreseen(spec: SignalsBacktest, signals: Archive, outcomes: Archive, linked: _Linked) -> tuple[Cell, ...]:
    """Of the outcomes whose whole window lies inside the archive, how many had a signal before."""
    days, first = _days(outcomes, "occurred_at"), min(_days(signals, "known_at"))
    judged = {n for n, day in enumerate(days) if day - spec.horizon_days >= first}
    leads: dict[int, int] = {}
    for client, day in zip(clients_of(signals), _days(signals, "known_at"), strict=True):
        for n in linked.outcomes[client] & judged:
            wait = days_until([days[n]], day, spec.horizon_days)
            if wait is not None:
                leads[n] = max(wait, leads.get(n, 0))
    return linked.name, len(judged), len(leads), share_of(len(leads), len(judged)), median_days(list(leads.values()))


def _quality(spec: SignalsBacktest, signals: Archive, outcomes: Archive, linked: _Linked) -> tuple[Cell, ...]:
    """How many links there are and, of those a person has read, how many are right."""
    verdicts = _read_verdicts(spec)
    pairs = {f"{link.row}-{outcomes['outcome_id'][link.outcome]}" for link in linked.links}
    said = [verdicts[pair] for pair in sorted(pairs) if pair in verdicts]
    firms = len({link.outcome for link in linked.links})
    return linked.name, len(pairs), firms, len(said), share_of(sum(said), len(said)), len(said) - sum(said)


def _read_verdicts(spec: SignalsBacktest) -> dict[str, bool]:
    """By "row-outcome" whether a link is right."""
    if spec.judged is None:
        return {}
    said = read_yaml(LINKS / f"{spec.judged}.yml")
    return {pair: verdict == "right" for verdict in ("right", "wrong") for pair in said.get(verdict, ())}


def _scores(spec: SignalsBacktest, signals: Archive, outcomes: Archive, linked: _Linked) -> tuple[Cell, ...]:
    """The scoreboard of `oncu evaluate` over episodes: open ones censored, echoes left out."""
    clients = clients_of(signals)
    rows = zip(signals["row"], signals["part"], clients, signals["type"], signals["known_at"], strict=True)
    table = signals_from_rows(
        {"signal_id": f"{row}.{part}", "client_id": client, "side": spec.side, "type": kind, "source": "archive",
         "known_at": known}
        for row, part, client, kind, known in rows
    )  # fmt: skip
    happened = [
        {"client_id": client, "kind": "outcome", "occurred_at": day, "recorded_at": day, "competing": False}
        for client, several in sorted(linked.outcomes.items())
        for day in (outcomes["occurred_at"][n] for n in sorted(several))
    ]
    report: dict[str, Any] = evaluate(
        table,
        outcomes_from_rows(happened),
        side=spec.side,
        as_of=spec.as_of,
        horizon_days=spec.horizon_days,
        merge_days=spec.merge_days,
    )
    lead = report["lead_time_days"]
    days = Rate(lead["median"], lead["low"], lead["high"], lead["n"])
    counts = (report["episodes"], report["mature"], report["echoes"])
    return linked.name, *counts, Rate(**report["conversion"]), report["naive_share"], days


def _days(archive: Archive, column: str) -> list[int]:
    return [day_of(moment.date()) for moment in archive.moments(column)]
