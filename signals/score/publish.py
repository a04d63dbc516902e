"""What digests and routing may quote of the past: conversions by type, how often and how far groups foretell."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from oncu.config.specs import SignalSpec
from oncu.scoring.estimates.intervals import Rate, rate, unknown_rate, wilson
from oncu.scoring.sources.league import Standing
from oncu.storage.database import Database
from oncu.storage.scores import Score, publish_scores

from .case import SIDES
from .judging import Judged

VERSION = "score-2"
BOTH = "both"  # a source is trusted as one, whatever it tells of
BY = ("source", "category")


def publish(database: Database, judged: Judged, types: Mapping[str, SignalSpec], now: datetime) -> int:
    """Keep the scores of a day, those of the same day are replaced; returns how many. Live ones only."""
    if judged.ledger.arm != "live":
        return 0
    rows = [*_conversions(judged, types), *_precisions(judged), *_foresights(judged)]
    with database.write() as connection:
        publish_scores(connection, rows, now, VERSION)
    return len(rows)


def _conversions(judged: Judged, types: Mapping[str, SignalSpec]) -> Iterator[Score]:
    for side in SIDES:
        for one in judged.leagues[side]["type"]:
            if one.key in types:
                yield _score(judged, side, ("type", one.key, "conversion"), one.precision, one.record.mature)


def _precisions(judged: Judged) -> Iterator[Score]:
    for side in SIDES:
        for by in BY:
            for one in judged.leagues[side][by]:
                yield _score(judged, side, (by, one.key, "precision"), one.precision, one.record.mature)


def _foresights(judged: Judged) -> Iterator[Score]:
    """Of a group's mature sightings on both sides, the share that was early, right and not seen by others: its Shapley
    share of the outcomes foreseen."""
    for by in BY:
        found: dict[str, list[Standing]] = {}
        for side in SIDES:
            for one in judged.leagues[side][by]:
                found.setdefault(one.key, []).append(one)
        for key, standings in sorted(found.items()):
            n = sum(one.record.mature for one in standings)
            yield _score(judged, BOTH, (by, key, "foresight"), _share(sum(s.credit.shapley for s in standings), n), n)


def _share(credit: float, n: int) -> Rate:
    hits = min(credit, float(n))
    return rate(hits / n, *wilson(hits, n), n) if n else unknown_rate(0)


def _score(judged: Judged, side: str, what: tuple[str, str, str], found: Rate, n: int) -> Score:
    kind, subject, metric = what
    return Score(
        as_of=judged.ledger.as_of,
        side=side,
        subject_kind=kind,
        subject=subject,
        metric=metric,
        horizon_days=judged.terms.horizon,
        value=found.value,
        low=found.low,
        high=found.high,
        n=n,
    )
