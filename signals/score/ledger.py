"""All that the scoreboard reads from storage, as it was known at the end of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from oncu.config.load import HERE, read_yaml
from oncu.scoring.judge.asof import day_number, day_of, number_clients
from oncu.scoring.judge.columns import NOT_A_TIME, exposure_from_rows, outcomes_from_rows, read_moment
from oncu.scoring.judge.leakage import assert_point_in_time, choose_signals
from oncu.scoring.judge.tables import BoolArray, Signals, TimeArray
from oncu.scoring.judge.tables import Exposure as ExposureTable
from oncu.scoring.judge.tables import Outcomes as OutcomeTable
from oncu.storage.database import Database
from oncu.storage.derived import DERIVED
from oncu.storage.heard import story_aliases_of
from oncu.storage.judged import (
    Heard,
    ToldAlert,
    Verdict,
    clients_as_of,
    clients_heard,
    count_documents,
    lead_steps,
    prospects_heard,
    signal_columns,
    told_alerts,
    verdicts_on_alerts,
)
from oncu.storage.outcomes import Action, Exposure, Outcome, load_actions, load_exposure, load_outcomes

from ..flow.novelty import first_stories

OUTCOME_KINDS = HERE / "lookups" / "outcomes.yml"
ARMS = ("live", "shadow")
LATELY = timedelta(days=90)


@dataclass(frozen=True)
class Listening:
    """How far the bank hears: documents seen, the clients by sector and size, when each was heard of, prospects."""

    documents: int
    clients: Mapping[str, tuple[str | None, str | None]]
    heard: Mapping[str, Heard]
    prospects: tuple[int, int]


@dataclass(frozen=True)
class Ledger:
    """Rows of one arm known by the end of a day (UTC); `published_at` has one moment a signal (NaT: none claimed)."""

    as_of: date
    arm: str
    signals: Signals
    published_at: TimeArray
    outcomes: tuple[Outcome, ...]
    exposure: ExposureTable | None
    actions: tuple[Action, ...]
    alerts: tuple[ToldAlert, ...]
    verdicts: tuple[Verdict, ...]
    leads: tuple[Verdict, ...]
    listening: Listening

    @cached_property
    def clients(self) -> dict[str, int]:
        """One number a client over all tables, in alphabetical order: counted once, used by every comparison."""
        exposed = () if self.exposure is None else self.exposure.client_id
        return number_clients(self.signals.client_id, [one.client_id for one in self.outcomes], exposed)

    @property
    def told(self) -> BoolArray:
        """Which signals somebody has told: no source is behind what was derived."""
        return np.array([one != DERIVED for one in self.signals.category or ()], dtype=bool)


def end_of(day: date) -> datetime:
    """The last moment of a day (UTC)."""
    return datetime.combine(day, time.max, UTC)


def meanings() -> Mapping[str, Any]:
    """Which outcomes each side foretells, which rule these out, which sources proclaim an outcome."""
    found: Mapping[str, Any] = read_yaml(OUTCOME_KINDS)
    return found


def read_ledger(database: Database, as_of: date, *, arm: str = "live") -> Ledger:
    """Read everything in one transaction. Live and shadow signals are never read together."""
    until = end_of(as_of)
    with database.read() as connection:
        columns = signal_columns(connection, as_of=until, arm=arm)
        first = first_stories(story_aliases_of(connection, at=until))
        exposure = load_exposure(connection, as_of=until)
        found = Ledger(
            as_of=as_of,
            arm=arm,
            signals=_signals(columns, first, as_published=arm == "shadow"),
            published_at=_times(columns["published_at"]),
            outcomes=tuple(load_outcomes(connection, as_of=until)),
            exposure=exposure_from_rows(map(exposure_row, exposure)) if exposure else None,
            actions=tuple(load_actions(connection, as_of=until)),
            alerts=tuple(told_alerts(connection, as_of=until)),
            verdicts=tuple(verdicts_on_alerts(connection, as_of=until)),
            leads=tuple(lead_steps(connection, as_of=until)),
            listening=Listening(
                documents=count_documents(connection, as_of=until),
                clients=clients_as_of(connection, as_of=until),
                heard=clients_heard(connection, as_of=until),
                prospects=prospects_heard(connection, since=until - LATELY, as_of=until),
            ),
        )
    assert_point_in_time(day_of(as_of), known=day_number(found.signals.known_at))
    return found


def told_only(ledger: Ledger) -> Signals:
    """The signals that a source has told."""
    return choose_signals(ledger.signals, ledger.told)


def ends_table(outcomes: Sequence[Outcome], foretold: Sequence[str], competing: Sequence[str]) -> OutcomeTable:
    """The outcomes that end an episode: those it foretells, and those that rule these out."""
    return outcomes_from_rows(
        {
            "client_id": one.client_id,
            "kind": one.kind,
            "occurred_at": one.occurred_at,
            "recorded_at": one.recorded_at,
            "competing": one.competing or one.kind not in foretold,
        }
        for one in outcomes
        if one.kind in foretold or one.kind in competing or one.competing
    )


def exposure_row(exposure: Exposure) -> dict[str, Any]:
    """A row of exposure with the names of the judge's columns."""
    return {
        "client_id": exposure.client_id,
        "from": exposure.begin,
        "to": exposure.until or "",
        "sector": exposure.sector or "",
        "size_band": exposure.size_band or "",
        "region": exposure.region or "",
    }


def _signals(
    columns: Mapping[str, list[Any]], first: Mapping[tuple[str, str, str], str], *, as_published: bool
) -> Signals:
    """The judge's columns; `as_published` takes each as known when it was published: what could have been."""
    keys = zip(columns["client_id"], columns["type"], columns["story_id"], strict=True)
    return Signals(
        signal_id=columns["id"],
        client_id=columns["client_id"],
        side=columns["side"],
        type=columns["type"],
        source=columns["source"],
        known_at=_times(columns["published_at" if as_published else "known_at"]),
        probability=np.array(columns["probability"], dtype=np.float64),
        story_id=[first.get(key, key[2]) for key in keys],
        category=columns["category"],
        origin=columns["origin"],
    )


def _times(moments: Sequence[datetime | None]) -> TimeArray:
    known: dict[datetime | None, int] = {None: NOT_A_TIME}
    found = [known[one] if one in known else known.setdefault(one, read_moment(one)) for one in moments]
    return np.array(found, dtype=np.int64).view("datetime64[us]")
