"""Documents read, matched, tagged, detected and routed day by day as they were seen; then the outcomes."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from oncu.config.backtest_specs import DocumentsBacktest
from oncu.config.load import load_signal_types
from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec
from oncu.scoring.estimates.intervals import Rate
from oncu.scoring.estimates.shares import median_days, share_of
from oncu.scoring.judge.columns import outcomes_from_rows, signals_from_rows
from oncu.scoring.judge.evaluate import evaluate
from oncu.storage.clients import save_clients
from oncu.storage.database import Database, create_database
from oncu.storage.documents import Document, save_documents
from oncu.storage.heard import signals_known
from oncu.storage.judged import Steps, steps_of
from oncu.storage.outcomes import save_outcomes

from ..flow.pipeline import Catalogue, Counts, run_pending, warm_up
from ..score.regret import Regret, find_missed
from .archive import Archive, read_archive
from .firms import Firms, client_rows, firms_of_outcomes
from .result import Block, Cell, Progress, Result

REACHED = ("notices", "named", "with_firm", "firms", "listed", "clients")
FLOW = ("documents", "mentions", "tags", "signals", "alerts", "days_run")
LEADS = ("trace", "firms", "in_time", "share", "unalerted", "days")
STAGES = ("stage", "notices", "firms")
ORDER = ("pairs", "in_order", "share")
SCORES = ("episodes", "mature", "echoes", "conversion", "naive", "lead")
LOST = ("reason", "firms", "share")
TRACES = (("seen", "heard"), ("mentioned", "named"), ("tagged", "tagged"), ("accepted", "signal"), ("alerted", "alert"))


@dataclass(frozen=True)
class _Replay:
    """What was found: the firms, the day of the first notice of each client, how all flowed, and its steps."""

    firms: Firms
    notices: Archive
    first: Mapping[str, str]
    counts: Counts
    days: int
    steps: Mapping[str, Steps]
    report: Mapping[str, Any]
    regret: Regret


def replay_documents(spec: DocumentsBacktest, folder: Path, progress: Progress) -> Result:
    """Run it in a database of its own, gone afterwards. Raises Problem for data that cannot be read."""
    clients = client_rows(read_archive(spec.clients, folder))
    notices = read_archive(spec.outcomes, folder)
    documents = _documents(spec, read_archive(spec.documents, folder))
    firms = firms_of_outcomes(clients, notices) if spec.outcomes_are_clients else _of_clients(clients, notices)
    with TemporaryDirectory() as place:
        database = create_database(f"sqlite:///{place}/replay.db")
        try:
            replay = _replay(spec, database, firms, notices, documents, progress)
        finally:
            database.close()
    return _result(spec, replay)


def _of_clients(clients: list[dict[str, Any]], notices: Archive) -> Firms:
    """Only the names that are a client; outcomes of others are not the bank's."""
    found = firms_of_outcomes(clients, notices)
    known = {client["client_id"] for client in clients}
    kept = {place: client for place, client in found.client_of.items() if client in known}
    return Firms(clients, kept, found.listed, found.named)


def _documents(spec: DocumentsBacktest, found: Archive) -> list[Document]:
    """As a crawler would have stored them, in the order in which they were seen; as-of cuts the rest."""
    documents = []
    for row in found.rows():
        document = Document(
            source=row.get("source") or "archive",
            natural_key=row.get("key") or f"{spec.name}:{row['row']}",
            title=row["title"],
            text=row.get("text", ""),
            first_seen_at=datetime.fromisoformat(row["known_at"]),
            published_at=datetime.fromisoformat(row["published_at"]) if row.get("published_at") else None,
            language=spec.language,
            category=spec.category,
        )
        if document.title and document.first_seen_at.date() <= spec.as_of:
            documents.append(document)
    return sorted(documents, key=lambda document: (document.first_seen_at, document.natural_key))


def _replay(
    spec: DocumentsBacktest,
    database: Database,
    firms: Firms,
    notices: Archive,
    documents: Sequence[Document],
    progress: Progress,
) -> _Replay:
    if not documents:
        raise Problem(f"{spec.name}.yml: documents: none was seen by {spec.as_of}")
    types, began = load_signal_types(), documents[0].first_seen_at
    with database.write() as connection:
        save_clients(connection, firms.clients, began)
    counts, days = _run_days(database, types, documents, progress)
    first = _first_notices(spec, firms, notices)
    end = datetime.combine(spec.as_of, time.max, UTC)
    with database.write() as connection:
        save_outcomes(connection, [_outcome(spec, client, day, end) for client, day in sorted(first.items())], end)
    with database.read() as connection:
        steps = steps_of(connection, sorted(first), side=spec.side, as_of=end)
    regret = find_missed(
        database, types, as_of=spec.as_of, window_days=spec.horizon_days, kinds=[spec.outcome_kind], side=spec.side
    )
    return _Replay(firms, notices, first, counts, days, steps, _evaluate(spec, database, first), regret)


def _run_days(
    database: Database, types: Mapping[str, SignalSpec], documents: Sequence[Document], progress: Progress
) -> tuple[Counts, int]:
    """Each day's documents stored and run at the moment the last of them was seen: nothing of tomorrow is there."""
    catalogue, settings = Catalogue({}, types), Settings()
    counts, days, done = Counts(), 0, 0
    warm = warm_up(database, catalogue, documents[0].first_seen_at)
    for _, several in groupby(documents, key=lambda document: document.first_seen_at.date()):
        batch = list(several)
        with database.write() as connection:
            save_documents(connection, batch)
        counts += run_pending(database, catalogue, settings, batch[-1].first_seen_at, warm=warm)
        days, done = days + 1, done + len(batch)
        progress("replay", done, len(documents))
    return counts, days


def _first_notices(spec: DocumentsBacktest, firms: Firms, notices: Archive) -> dict[str, str]:
    """By client the moment of its first outcome by as-of."""
    first: dict[str, str] = {}
    for row in notices.rows():
        client = firms.client_of.get((row["row"], row["part"]))
        if client and row["occurred_at"][:10] <= spec.as_of.isoformat():
            first[client] = min(row["occurred_at"], first.get(client, row["occurred_at"]))
    return first


def _outcome(spec: DocumentsBacktest, client: str, occurred: str, recorded: datetime) -> dict[str, Any]:
    return {
        "client_id": client,
        "kind": spec.outcome_kind,
        "occurred_at": datetime.fromisoformat(occurred),
        "recorded_at": recorded,
        "subtype": None,
        "amount": None,
        "currency": None,
        "initiator": None,
        "note": None,
    }


def _evaluate(spec: DocumentsBacktest, database: Database, first: Mapping[str, str]) -> Mapping[str, Any]:
    with database.read() as connection:
        known = signals_known(connection, as_of=datetime.combine(spec.as_of, time.max, UTC))
    columns = ("client_id", "side", "type", "source", "probability", "story_id")
    rows = [{"signal_id": s.id, "known_at": s.known_at, **{c: getattr(s, c) for c in columns}} for s in known]
    ends = [
        {"client_id": one, "kind": spec.outcome_kind, "occurred_at": at, "recorded_at": at, "competing": False}
        for one, at in sorted(first.items())
    ]
    return evaluate(
        signals_from_rows(rows),
        outcomes_from_rows(ends),
        side=spec.side,
        as_of=spec.as_of,
        horizon_days=spec.horizon_days,
        by="type",
    )


def _result(spec: DocumentsBacktest, replay: _Replay) -> Result:
    known = sorted(replay.first.values())
    return Result(
        name=spec.name,
        kind=spec.kind,
        title=spec.title,
        side=spec.side,
        as_of=spec.as_of.isoformat(),
        horizon_days=spec.horizon_days,
        split=f"{known[0][:10]} – {known[-1][:10]}" if known else "–",
        blocks=(
            Block("reached", REACHED, (_reached(replay),)),
            Block("flow", FLOW, ((*replay.counts.as_tuple()[:5], replay.days),)),
            Block("leads", LEADS, tuple(_leads(replay))),
            Block("lost", LOST, tuple(_lost(replay))),
            Block("stages", STAGES, tuple(_stages(spec, replay))),
            Block("order", ORDER, tuple(_order(spec, replay))),
            Block("scores", SCORES, (_scores(replay.report),)),
        ),
        caveats=tuple(spec.caveats),
        labels=spec.labels,
    )


def _reached(replay: _Replay) -> tuple[Cell, ...]:
    """Notices, names in them, and the firms these were taken to."""
    notices = len(set(replay.notices["row"]))
    with_firm = len({row for row, _ in replay.firms.client_of})
    firms = len(set(replay.firms.client_of.values()))
    return (
        notices,
        replay.firms.named,
        share_of(with_firm, notices),
        firms,
        replay.firms.listed,
        len(replay.firms.clients),
    )


def _leads(replay: _Replay) -> Iterator[tuple[Cell, ...]]:
    """For each trace how many firms had left it before the day of their first notice, how long before, and how many
    had not."""
    for step, name in TRACES:
        leads = [lead for client, day in replay.first.items() if (lead := _lead(replay, client, day, step)) is not None]
        n = len(replay.first)
        yield name, n, len(leads), share_of(len(leads), n), n - len(leads), median_days(leads)


def _lead(replay: _Replay, client: str, day: str, step: str) -> int | None:
    """Days from the first trace to the notice; None without one before its day."""
    moments = getattr(replay.steps.get(client, Steps()), step)
    ended = date.fromisoformat(day[:10])
    return max((days for moment in moments if (days := (ended - moment.date()).days) > 0), default=None)


def _lost(replay: _Replay) -> Iterator[tuple[Cell, ...]]:
    return ((step.reason, step.missed, step.share) for step in replay.regret.steps if step.missed)


def _stage_of(spec: DocumentsBacktest, result: str) -> str | None:
    return next((name for name, pattern in spec.stages.items() if re.search(pattern, result)), None)


def _stages(spec: DocumentsBacktest, replay: _Replay) -> Iterator[tuple[Cell, ...]]:
    if not spec.stages:
        return
    found: dict[str, list[tuple[str, str | None]]] = {}
    for row in replay.notices.rows():
        stage = _stage_of(spec, row["result"]) or "–"
        found.setdefault(stage, []).append((row["row"], replay.firms.client_of.get((row["row"], row["part"]))))
    for stage in (*spec.stages, "–"):
        rows = found.get(stage, [])
        yield stage, len({row for row, _ in rows}), len({client for _, client in rows if client})


def _order(spec: DocumentsBacktest, replay: _Replay) -> Iterator[tuple[Cell, ...]]:
    """Two notices of one firm on different days: do their stages follow each other as the law has it?"""
    if not spec.order:
        return
    rank = {stage: n for n, stage in enumerate(spec.order)}
    by_client: dict[str, set[tuple[str, int]]] = {}
    for row in replay.notices.rows():
        client = replay.firms.client_of.get((row["row"], row["part"]))
        stage = _stage_of(spec, row["result"])
        if client and stage in rank:
            by_client.setdefault(client, set()).add((row["occurred_at"][:10], rank[stage]))
    pairs = [
        earlier[1] <= later[1]
        for several in by_client.values()
        for earlier, later in zip(sorted(several), sorted(several)[1:], strict=False)
        if earlier[0] < later[0]
    ]
    yield len(pairs), sum(pairs), share_of(sum(pairs), len(pairs))


def _scores(report: Mapping[str, Any]) -> tuple[Cell, ...]:
    lead = report["lead_time_days"]
    days = Rate(lead["median"], lead["low"], lead["high"], lead["n"])
    counts = (report["episodes"], report["mature"], report["echoes"])
    return *counts, Rate(**report["conversion"]), report["naive_share"], days
