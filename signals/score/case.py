"""One side of the ledger brought before the judge: what was heard, how it ended, and who is compared with whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from math import ceil

import numpy as np

from oncu.scoring.judge.asof import SALE, client_day, day_of
from oncu.scoring.judge.base_rate import Controls, matched_controls
from oncu.scoring.judge.episodes import Episodes
from oncu.scoring.judge.evidence import Evidence, gather_evidence
from oncu.scoring.judge.followup import FollowUp
from oncu.scoring.judge.leakage import settled_day, without_defining_sources
from oncu.scoring.judge.tables import BoolArray, Exposure, IntArray, Outcomes, Signals
from oncu.storage.outcomes import Outcome

from .figures import ENOUGH
from .ledger import Ledger, ends_table, meanings

SIDES = ("opportunity", "risk")
HORIZONS = (30, 90, 180, 365)
MERGE_DAYS = 30
LONGEST_DELAY = 60  # days; a longer one is a table brought in at once, not slow reporting
MANY = 20  # episodes followed to a horizon; that so few of them ended is then a finding
FORESEEABLE = 730  # days; a date further away than that is a guess
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Terms:
    """How the past is judged: known as of a day, followed to `judged_to`, the last day whose outcomes are nearly all
    recorded (95 % within `delay` days); `horizon` is that of the headline."""

    as_of: date
    judged_to: date
    delay: int
    horizon: int
    merge_days: int = MERGE_DAYS

    @property
    def horizons(self) -> tuple[int, ...]:
        """All horizons shown, the headline's among them."""
        return tuple(sorted({*HORIZONS, self.horizon}))

    @property
    def is_cut(self) -> bool:
        """Are the last days left out, because their outcomes are still being recorded?"""
        return self.judged_to < self.as_of


@dataclass(frozen=True)
class Case:
    """One side: its signals and outcomes as the judge takes them, and the evidence by type.

    `barred`: the sources that proclaim an outcome they would be judged by, left out with `barred_signals` signals.
    """

    side: str
    terms: Terms
    signals: Signals
    outcomes: Outcomes
    exposure: Exposure | None
    evidence: Evidence
    clients: dict[str, int]
    barred: tuple[str, ...] = ()
    barred_signals: int = 0

    @property
    def episodes(self) -> Episodes:
        """By client and start, echoes left out."""
        return self.evidence.episodes

    @property
    def followed(self) -> FollowUp:
        """How each of them went on."""
        return self.evidence.followed

    @cached_property
    def controls(self) -> Controls | None:
        """Comparable clients without an episode, followed to the longest horizon; None without exposure."""
        evidence = self.evidence
        if evidence.spells is None:
            return None
        longest = max(self.terms.horizons)
        found = matched_controls(
            evidence.episodes,
            evidence.outcomes,
            evidence.spells,
            as_of=evidence.as_of,
            horizon=longest,
            merge_days=self.terms.merge_days,
        )
        return found if len(found) else None

    def ends_within(self, horizon: int) -> int:
        """Foretold ends within a horizon of an episode; that of several episodes of a client counts once."""
        chosen = self.came_true(horizon)
        ended = self.episodes.start[chosen] + self.followed.days[chosen]
        return len(np.unique(client_day(self.episodes.client[chosen], ended)))

    def whole_cohort(self, horizon: int) -> BoolArray:
        """Episodes old enough to have been followed the whole horizon, however they ended: no early end counts more."""
        old: BoolArray = self.episodes.start + horizon <= self.evidence.as_of
        return old

    def came_true(self, horizon: int) -> BoolArray:
        """Which episodes ended as foretold within a horizon."""
        ended: BoolArray = (self.followed.cause == SALE) & (self.followed.days <= horizon)
        return ended

    def until(self, ends: int, *, horizon: int = 0) -> date | None:
        """When the fifth end is to be expected at the pace so far, and the first episode is followed to the horizon.

        None where that cannot be foreseen: nothing ended yet, or more than two years are to pass.
        """
        if not len(self.episodes):
            return None
        first = int(self.episodes.start.min())
        passed = max(self.evidence.as_of - first, 1)
        if ends == 0:
            return None
        days = ceil(max(ENOUGH - ends, 0) * passed / ends)
        ready = max(self.evidence.as_of + days, first + horizon)
        return date(1970, 1, 1) + ready * DAY if ready <= self.evidence.as_of + FORESEEABLE else None

    def is_early(self, horizon: int) -> bool:
        """Can nothing be said at a horizon yet: nobody followed so long, or fewer than five ends within it before it is
        mature, that is before all episodes or twenty of them were followed so long?"""
        longest = int(self.followed.days.max()) if len(self.followed.days) else 0
        followed = int(self.whole_cohort(horizon).sum())
        is_mature = followed > 0 and followed >= min(MANY, len(self.episodes))
        return longest < horizon or (self.ends_within(horizon) < ENOUGH and not is_mature)

    def numbers_of(self, client_ids: Sequence[str]) -> IntArray:
        """The numbers of clients; -1 for one that is in none of the tables."""
        return np.array([self.clients.get(one, -1) for one in client_ids], dtype=np.int64)


def terms_for(ledger: Ledger, horizon: int) -> Terms:
    """The terms of a ledger. A delay of more than 60 days is not waited for: then the table was imported at once."""
    occurred, recorded = (
        np.array([day_of(getattr(one, name).date()) for one in ledger.outcomes], dtype=np.int64)
        for name in ("occurred_at", "recorded_at")
    )
    delay = max(day_of(ledger.as_of) - settled_day(occurred, recorded, day_of(ledger.as_of)), 0)
    cut = delay if delay <= LONGEST_DELAY else 0
    return Terms(ledger.as_of, ledger.as_of - cut * DAY, delay, horizon)


def make_case(
    ledger: Ledger, side: str, terms: Terms, *, foretold: Sequence[str] | None = None, by: str = "type"
) -> Case:
    """Judge one side; `foretold` narrows the outcomes that count to some kinds (the others then end nothing)."""
    meaning = meanings()
    kinds = list(meaning[side]["foretold"]) if foretold is None else list(foretold)
    known = [one for one in ledger.outcomes if one.occurred_at.date() <= terms.judged_to]
    outcomes = _settled(ends_table(_of_side(known, meaning, kinds, side), kinds, meaning[side]["competing"]), terms)
    kept, barred = _without_proclaimers(
        ledger.signals, outcomes, {kind: meaning["defines"].get(kind, ()) for kind in kinds}
    )
    return Case(
        side=side,
        terms=terms,
        signals=kept,
        outcomes=outcomes,
        exposure=ledger.exposure,
        evidence=gather(kept, outcomes, ledger.exposure, side, terms, by=by, clients=ledger.clients),
        clients=ledger.clients,
        barred=barred,
        barred_signals=len(ledger.signals) - len(kept),
    )


def gather(
    signals: Signals,
    outcomes: Outcomes,
    exposure: Exposure | None,
    side: str,
    terms: Terms,
    *,
    clients: dict[str, int],
    by: str = "type",
) -> Evidence:
    """The evidence of one side on these terms; `clients` numbers them."""
    return gather_evidence(
        signals,
        outcomes,
        exposure,
        side=side,
        as_of=terms.judged_to,
        merge_days=terms.merge_days,
        by=by,
        clients=clients,
    )


def _without_proclaimers(
    signals: Signals, outcomes: Outcomes, defines: Mapping[str, Sequence[str]]
) -> tuple[Signals, tuple[str, ...]]:
    """Without the sources that proclaim what they would be judged by; a copy is made only where there are some."""
    present = set(signals.source)
    known = {kind: [one for one in sources if one in present] for kind, sources in defines.items()}
    if not any(known.values()):
        return signals, ()
    kept, barred = without_defining_sources(signals, outcomes, known)
    return kept, tuple(barred)


def _of_side(
    outcomes: Sequence[Outcome], meaning: Mapping[str, Mapping[str, Sequence[str]]], kinds: Sequence[str], side: str
) -> list[Outcome]:
    """Without the outcomes a side foretells that are not asked for."""
    others = set(meaning[side]["foretold"]) - set(kinds)
    return [one for one in outcomes if one.kind not in others]


def _settled(outcomes: Outcomes, terms: Terms) -> Outcomes:
    """Outcomes known as of the day, counted as recorded by the day they are followed to."""
    last = np.datetime64(terms.judged_to) + np.timedelta64(1, "D") - np.timedelta64(1, "us")
    return replace(outcomes, recorded_at=np.minimum(outcomes.recorded_at, last.astype("datetime64[us]")))
