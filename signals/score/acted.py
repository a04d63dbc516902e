"""What the bank did, and what that does to the numbers: precision as if nobody had acted, money lowered in time."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from oncu.scoring.estimates.causal import effect_of_acting, natural_precision
from oncu.scoring.estimates.intervals import median_rate, rate, wilson
from oncu.scoring.judge.asof import day_of
from oncu.scoring.judge.tables import BadInput, BoolArray, FloatArray, IntArray
from oncu.scoring.judge.timeliness import first_warning
from oncu.storage.database import Database
from oncu.storage.judged import Limit, limits_of
from oncu.storage.outcomes import Action, Outcome

from .case import Case
from .figures import Label, Number, Remark, Row, Table, of_rate, plain_number, unless_few
from .ledger import Ledger, end_of, meanings

NOTHING = "none"  # an action of this kind says that the bank chose to wait
LOWERING = ("limit_cut", "collateral", "watchlist")


@dataclass(frozen=True)
class _Logged:
    """Episodes with a logged choice, old enough to be judged; `propensity` is the chance that the bank acts."""

    came_true: FloatArray
    acted: BoolArray
    propensity: FloatArray
    client: IntArray


def acted_table(case: Case, ledger: Ledger) -> Table:
    """Precision among all, among those acted on, among those left alone, and as it would be had nobody acted."""
    logged = _logged(case, ledger.actions)
    if not len(logged.client):
        return Table("acted", case.side, (), (Remark("score_needs_actions"),))
    try:
        found = natural_precision(logged.came_true, logged.acted, logged.propensity, logged.client)
    except BadInput as problem:
        return Table("acted", case.side, (), (Remark("score_actions_unusable", {"why": str(problem)}),))
    rows = [
        Row(Label("row", key), unless_few((of_rate("precision", "share", one, horizon=case.terms.horizon),), one.n))
        for key, one in vars(found).items()
    ]
    return Table("acted", case.side, (*rows, *_effect(logged, case)), (Remark("score_observe_first"),))


def money_table(database: Database, case: Case, ledger: Ledger) -> Table:
    """How far the limit was lowered between the first warning and the bad end, and how often anything was done."""
    kinds = meanings()[case.side]["foretold"]
    ends = [one for one in ledger.outcomes if one.kind in kinds and one.occurred_at.date() <= case.terms.judged_to]
    days = np.array([day_of(one.occurred_at.date()) for one in ends], dtype=np.int64)
    warned = first_warning(case.episodes, case.numbers_of([one.client_id for one in ends]), days, case.terms.horizon)
    pairs = [(end, int(day)) for end, day in zip(ends, warned.tolist(), strict=True) if not np.isnan(day)]
    if not pairs:
        return Table("money", case.side, (), (Remark("score_no_end_yet"),))
    with database.read() as connection:
        limits = limits_of(connection, {end.client_id for end, _ in pairs}, as_of=end_of(ledger.as_of))
    cuts = _lowered(pairs, limits)
    lowered = _lowering(pairs, ledger.actions)
    numbers = (_share("protected", sum(map(bool, lowered)), len(pairs)), _secured(lowered))
    rows = (
        Row(Label("row", "protected"), unless_few(numbers, len(pairs))),
        Row(Label("row", "limit_change"), unless_few(_limit_numbers(cuts), len(cuts))),
    )
    missing = len(pairs) - len(cuts)
    remarks = (Remark("score_money_missing", {"n": missing}),) if missing else (Remark("score_money_basis"),)
    return Table("money", case.side, rows, remarks)


def _logged(case: Case, actions: Sequence[Action]) -> _Logged:
    """The first action with a logged propensity after each episode's start and within merge_days of it."""
    horizon = case.terms.horizon
    whole = case.whole_cohort(horizon)
    by_client: dict[int, list[tuple[int, Action]]] = {}
    for action in actions:
        if action.propensity is not None:
            at = day_of(action.acted_at.date())
            by_client.setdefault(case.clients.get(action.client_id, -1), []).append((at, action))
    rows = []
    for place in np.flatnonzero(whole).tolist():
        start = int(case.episodes.start[place])
        near = [one for at, one in by_client.get(int(case.episodes.client[place]), ()) if 0 <= at - start <= 30]
        if near:
            rows.append((place, near[0].kind != NOTHING, near[0].propensity or 0.0))
    places = np.array([row[0] for row in rows], dtype=np.int64)
    acted = np.array([row[1] for row in rows], dtype=bool)
    chance = np.array([row[2] for row in rows], dtype=np.float64)
    return _Logged(
        came_true=case.came_true(horizon)[places].astype(np.float64),
        acted=acted,
        propensity=chance,
        client=case.episodes.client[places],
    )


def _effect(logged: _Logged, case: Case) -> list[Row]:
    try:
        found = effect_of_acting(logged.came_true, logged.acted, logged.propensity, logged.client)
    except BadInput:
        return []
    smaller = int(min(logged.acted.sum(), (~logged.acted).sum()))
    return [
        Row(
            Label("row", f"effect_{key}"),
            unless_few((of_rate("effect", "points", one, horizon=case.terms.horizon),), smaller),
        )
        for key, one in vars(found).items()
    ]


def _lowering(pairs: Sequence[tuple[Outcome, int]], actions: Iterable[Action]) -> list[list[Action]]:
    """For each end the limit cuts, collateral and watchlist entries from its first warning to the day before it."""
    by_client: dict[str, list[tuple[int, Action]]] = {}
    for action in actions:
        if action.kind in LOWERING:
            by_client.setdefault(action.client_id, []).append((day_of(action.acted_at.date()), action))
    return [
        [one for at, one in by_client.get(end.client_id, ()) if warned <= at < day_of(end.occurred_at.date())]
        for end, warned in pairs
    ]


def _secured(lowered: Iterable[Iterable[Action]]) -> Number:
    """The money these actions name; n is the ends it was named for."""
    named = [[one.amount for one in own if one.amount is not None] for own in lowered]
    known = [sum(amounts) for amounts in named if amounts]
    return plain_number("secured", "money", sum(known) if known else None, n=len(known))


def _lowered(pairs: Iterable[tuple[Outcome, int]], limits: Iterable[Limit]) -> list[tuple[float, float]]:
    """Limit at the first warning and on the day before the end, where both are known."""
    by_client: dict[str, list[tuple[int, float]]] = {}
    for one in limits:
        if one.limit is not None:
            by_client.setdefault(one.client_id, []).append((day_of(one.at.date()), one.limit))
    found = []
    for end, warned in pairs:
        known = by_client.get(end.client_id, [])
        before, after = (_limit_on(known, day) for day in (warned, day_of(end.occurred_at.date()) - 1))
        if before is not None and after is not None:
            found.append((before, after))
    return found


def _limit_on(known: Sequence[tuple[int, float]], day: int) -> float | None:
    place = bisect_right(known, (day, float("inf")))
    return known[place - 1][1] if place else None


def _limit_numbers(cuts: Sequence[tuple[float, float]]) -> tuple[Number, ...]:
    change = np.array([after / before - 1 for before, after in cuts if before], dtype=np.float64)
    total = sum(before - after for before, after in cuts)
    return (
        of_rate("limit_change", "points", median_rate(change)),
        plain_number("limit_lowered", "money", total, n=len(cuts)),
    )


def _share(metric: str, hits: int, n: int) -> Number:
    return of_rate(metric, "share", rate(hits / n, *wilson(hits, n), n))
