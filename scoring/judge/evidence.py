"""What there is to judge by as of a day: the episodes of one side, and how each of them ended."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from .asof import KnownOutcomes, KnownSignals, day_of, number_clients, outcomes_as_of, signals_as_of
from .episodes import Episodes, episodes_of, merge_into_episodes
from .followup import FollowUp, follow
from .leakage import assert_point_in_time
from .spells import Spells, spells_of
from .tables import GROUPINGS, SIDES, BadInput, Exposure, IntArray, Outcomes, Signals


@dataclass(frozen=True)
class Evidence:
    """What was known on day `as_of`: episodes by client and start, followed, echoes and their signals left out.

    `number` is the episode each of `signals` belongs to, ascending with client, type and day.
    """

    as_of: int
    signals: KnownSignals
    number: IntArray
    outcomes: KnownOutcomes
    spells: Spells | None
    episodes: Episodes
    followed: FollowUp
    signals_known: int
    echoes: int


def gather_evidence(
    signals: Signals,
    outcomes: Outcomes,
    exposure: Exposure | None,
    *,
    side: str,
    as_of: date,
    merge_days: int = 30,
    by: str = "source",
    clients: dict[str, int] | None = None,
) -> Evidence:
    """Signals of one side merged into episodes, each followed to its end, as known at the end of `as_of` (UTC).

    `clients`: the number of each client in alphabetical order, where it is known already (`number_clients`).
    Raises BadInput for a side or grouping there is not, or a column `by` that the signals lack.
    """
    check_choice(side, merge_days, by)
    if clients is None:
        clients = number_clients(signals.client_id, outcomes.client_id, () if exposure is None else exposure.client_id)
    return _merge(
        signals_as_of(signals, clients, side=side, as_of=as_of, by=by),
        outcomes_as_of(outcomes, clients, as_of),
        None if exposure is None else spells_of(exposure, clients, as_of),
        as_of=day_of(as_of),
        merge_days=merge_days,
    )


def check_choice(side: str, merge_days: int, by: str) -> None:
    """Raise BadInput for what cannot be chosen."""
    if side not in SIDES:
        raise BadInput("side", f"found {side!r}", f"expected {' or '.join(SIDES)}")
    if by not in GROUPINGS:
        raise BadInput("by", f"found {by!r}", f"expected one of {', '.join(GROUPINGS)}")
    if merge_days < 0:
        raise BadInput("merge-days", f"found {merge_days}", "expected 0 days or more")


def check_horizon(horizon_days: int) -> None:
    """Raise BadInput for a horizon in which nothing can end."""
    if horizon_days < 1:
        raise BadInput("horizon", f"found {horizon_days}", "expected at least 1 day")


def _merge(
    known: KnownSignals, outcomes: KnownOutcomes, spells: Spells | None, *, as_of: int, merge_days: int
) -> Evidence:
    begun = np.zeros(0, dtype=np.int64) if spells is None else spells.begin
    assert_point_in_time(as_of, known=known.day, occurred=outcomes.day, recorded=outcomes.recorded, exposure=begun)
    number = merge_into_episodes(known.client, known.type, known.day, merge_days)
    episodes = episodes_of(known, number)
    followed = follow(episodes, outcomes, spells, as_of)
    order = np.lexsort((episodes.start, episodes.client))
    kept = order[~followed.is_echo[order]]
    heard = ~followed.is_echo[number]
    return Evidence(
        as_of=as_of,
        signals=known.where(heard),
        number=number[heard],
        outcomes=outcomes,
        spells=spells,
        episodes=episodes.where(kept),
        followed=followed.where(kept),
        signals_known=len(known.client),
        echoes=int(followed.is_echo.sum()),
    )
