"""The scoreboard: signals in storage against what really happened, judged by the scoring room as of a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from oncu.config.load import HERE, read_yaml
from oncu.config.specs import SignalSpec
from oncu.scoring.columns import exposure_from_rows, outcomes_from_rows, signals_from_rows
from oncu.scoring.evaluate import evaluate
from oncu.storage.clients import load_clients
from oncu.storage.database import Database
from oncu.storage.derived import DERIVED
from oncu.storage.outcomes import Exposure, Outcome, load_exposure, load_outcomes
from oncu.storage.scores import Score, publish_scores
from oncu.storage.signals import Signal, signals_known, story_aliases_of

from ..flow.novelty import first_stories

VERSION = "score-1"
SIDES = ("opportunity", "risk")
OUTCOME_KINDS = HERE / "lookups" / "outcomes.yml"


@dataclass(frozen=True)
class Scoreboard:
    """The verdicts as of a day: for each side overall, by type and by source, in the shape of `oncu evaluate`."""

    as_of: date
    horizon_days: Mapping[str, int]
    by_type: Mapping[str, dict[str, Any]]
    by_source: Mapping[str, dict[str, Any]]


def build_scoreboard(database: Database, as_of: date, *, horizon_days: Mapping[str, int]) -> Scoreboard:
    """Judge all live signals known by the end of a day (UTC) against the outcomes recorded by then."""
    until = datetime.combine(as_of, time.max, UTC)
    with database.read() as connection:
        signals = signals_known(connection, as_of=until)
        first = first_stories(story_aliases_of(connection, at=until))
        outcomes = load_outcomes(connection, as_of=until)
        exposure = load_exposure(connection, as_of=until)
        managers = {client.client_id: client.manager or "" for client in load_clients(connection)}
    rows = [_signal_row(signal, managers, first) for signal in signals]
    read = [row for row in rows if row["category"] != DERIVED]  # no source has told what was derived
    verdicts: dict[str, dict[str, dict[str, Any]]] = {"type": {}, "source": {}}
    for side in SIDES:
        ends = outcomes_from_rows(_ends(outcomes, side))
        at_risk = exposure_from_rows(map(_exposure_row, exposure)) if exposure else None
        for by, found in verdicts.items():
            table = signals_from_rows(read if by == "source" else rows)
            found[side] = evaluate(table, ends, at_risk, side=side, as_of=as_of, horizon_days=horizon_days[side], by=by)
    return Scoreboard(as_of, horizon_days, verdicts["type"], verdicts["source"])


def publish(database: Database, board: Scoreboard, types: Mapping[str, SignalSpec], now: datetime) -> None:
    """Make the scoreboard's conversions by type quotable: digests say them beside each alert."""
    rows = [score for side in SIDES for score in _scores(board, side) if score.subject in types]
    with database.write() as connection:
        publish_scores(connection, rows, now, VERSION)


def _scores(board: Scoreboard, side: str) -> Iterable[Score]:
    for group in board.by_type[side]["groups"]:
        rate = group["precision"]
        yield Score(
            as_of=board.as_of,
            side=side,
            subject_kind="type",
            subject=group["key"],
            metric="conversion",
            horizon_days=board.horizon_days[side],
            value=rate["value"],
            low=rate["low"],
            high=rate["high"],
            n=group["episodes"],
        )


def _signal_row(
    signal: Signal, managers: Mapping[str, str], first: Mapping[tuple[str, str, str], str]
) -> dict[str, Any]:
    return {
        "signal_id": signal.id,
        "client_id": signal.client_id,
        "side": signal.side,
        "type": signal.type,
        "source": signal.source,
        "known_at": signal.known_at.isoformat(),
        "probability": signal.probability,
        "story_id": first.get((signal.client_id, signal.type, signal.story_id), signal.story_id),
        "category": signal.category,
        "origin": signal.origin,
        "manager": managers.get(signal.client_id, ""),
    }


def _ends(outcomes: Sequence[Outcome], side: str) -> list[dict[str, Any]]:
    """The outcomes that end an episode of a side: those it foretells, and those that rule these out."""
    meaning = read_yaml(OUTCOME_KINDS)[side]
    return [
        {
            "client_id": outcome.client_id,
            "kind": outcome.kind,
            "occurred_at": outcome.occurred_at.isoformat(),
            "recorded_at": outcome.recorded_at.isoformat(),
            "competing": outcome.competing or outcome.kind in meaning["competing"],
        }
        for outcome in outcomes
        if outcome.kind in meaning["foretold"] or outcome.kind in meaning["competing"] or outcome.competing
    ]


def _exposure_row(exposure: Exposure) -> dict[str, Any]:
    return {
        "client_id": exposure.client_id,
        "from": exposure.begin.isoformat(),
        "to": exposure.until.isoformat() if exposure.until else "",
        "sector": exposure.sector or "",
        "size_band": exposure.size_band or "",
        "region": exposure.region or "",
    }
