"""The scoreboard in a few lines: each side overall, and its leagues by type and by source."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from oncu.scoring.judge.evaluate import evaluate
from oncu.scoring.sources.league import Standing
from oncu.storage.database import Database

from .case import SIDES, make_case, terms_for
from .ledger import read_ledger
from .standings import league_by


@dataclass(frozen=True)
class Scoreboard:
    """The verdicts as of a day: each side overall, as `oncu evaluate` says it, and the leagues of `oncu score`."""

    as_of: date
    horizon_days: Mapping[str, int]
    overall: Mapping[str, dict[str, Any]]
    by_type: Mapping[str, tuple[Standing, ...]]
    by_source: Mapping[str, tuple[Standing, ...]]


def build_scoreboard(database: Database, as_of: date, *, horizon_days: Mapping[str, int]) -> Scoreboard:
    """Judge all live signals known by the end of a day (UTC) against the outcomes recorded by then."""
    ledger = read_ledger(database, as_of)
    cases = {side: make_case(ledger, side, terms_for(ledger, horizon_days[side])) for side in SIDES}
    overall = {
        side: evaluate(
            case.signals,
            case.outcomes,
            case.exposure,
            side=side,
            as_of=case.terms.judged_to,
            horizon_days=horizon_days[side],
            by="type",
        )
        for side, case in cases.items()
    }
    by_type, by_source = (
        {side: league_by(case, ledger, by) for side, case in cases.items()} for by in ("type", "source")
    )
    return Scoreboard(as_of, horizon_days, overall, by_type, by_source)
