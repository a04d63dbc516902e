"""Three comparisons that must find nothing, beside the lift that finds something."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from oncu.scoring.estimates.intervals import Rate
from oncu.scoring.judge.base_rate import base_rate, lift, matched_controls
from oncu.scoring.judge.conversion import conversion
from oncu.scoring.judge.placebo import permute_clients, placebo_outcomes
from oncu.scoring.judge.tables import Outcomes, Signals

from .case import Case, gather
from .figures import ENOUGH, Label, Number, Remark, Row, Table, of_rate

SEED = 22


def controls_table(case: Case, real: Row) -> Table:
    """Signals under permuted clients, signals moved past the outcomes, a placebo outcome: each lift must hold 1."""
    if case.exposure is None:
        return Table("controls", case.side, (), (Remark("score_needs_exposure"),))
    found = [(key, _lift_of(case, *tables)) for key, tables in _worlds(case)]
    own = real.number("lift") or Number("lift", "times", None)
    rows = (Row(Label("row", "real"), (own,)), *(Row(Label("row", key), (number,)) for key, number in found))
    broken = [key for key, number in found if _finds_something(number)]
    return Table("controls", case.side, rows, tuple(_verdict(broken)), chart="lifts")


def _worlds(case: Case) -> Iterator[tuple[str, tuple[Signals, Outcomes]]]:
    random = np.random.default_rng(SEED)
    universe: Iterable[str] = case.exposure.client_id if case.exposure is not None else ()
    yield "permuted", (permute_clients(case.signals, universe, random), case.outcomes)
    later = case.signals.known_at + np.timedelta64(case.terms.horizon + 1, "D")
    yield "shifted", (replace(case.signals, known_at=later), case.outcomes)
    yield "placebo", (case.signals, placebo_outcomes(case.outcomes, universe, random))


def _lift_of(case: Case, signals: Signals, outcomes: Outcomes) -> Number:
    """The lift of another world at the headline's horizon; too early where five ends are not expected in it."""
    horizon, terms = case.terms.horizon, case.terms
    evidence = gather(signals, outcomes, case.exposure, case.side, terms, clients=case.clients)
    episodes, followed = evidence.episodes, evidence.followed
    if evidence.spells is None or not len(episodes):
        return Number("lift", "times", None, n=0, horizon=horizon).early(None)
    others = matched_controls(
        episodes, evidence.outcomes, evidence.spells, as_of=evidence.as_of, horizon=horizon, merge_days=terms.merge_days
    )
    base = base_rate(others, horizon)
    share = conversion(followed.days, followed.cause, episodes.client, horizon)
    ratio = lift(share, base, episodes=episodes, followed=followed, controls=others, horizon=horizon)
    number = of_rate("lift", "times", ratio, horizon=horizon)
    return number if _expected(base, len(episodes)) >= ENOUGH else replace(number, n=len(episodes)).early(None)


def _expected(base: Rate | None, episodes: int) -> float:
    """Ends to be expected if the signals say nothing."""
    return (base.value or 0.0) * episodes if base is not None else 0.0


def _finds_something(number: Number) -> bool:
    known = number.low is not None and number.high is not None and not number.is_early
    return known and not (number.low or 0.0) <= 1 <= (number.high or 0.0)


def _verdict(broken: list[str]) -> Iterator[Remark]:
    for key in broken:
        yield Remark("score_control_broken", {"control": key})
    if not broken:
        yield Remark("score_controls_hold")
