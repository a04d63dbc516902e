"""Who is owed which outcome: each foretold end is shared among all groups that foresaw it in time."""

from dataclasses import dataclass

import numpy as np

from ..judge.asof import KnownOutcomes
from ..judge.episodes import Episodes
from ..judge.followup import sales, warnings_before
from ..judge.tables import FloatArray, IntArray, sums_by


@dataclass(frozen=True)
class Cover:
    """Which group foresaw which outcome, one entry a pair; `outcomes` is the number of all outcomes, seen or not."""

    outcome: IntArray
    group: IntArray
    outcomes: int

    @property
    def foreseen(self) -> int:
        """Outcomes at least one group foresaw: v(all)."""
        return len(np.unique(self.outcome))


def cover(episodes: Episodes, outcomes: KnownOutcomes, horizon: int, ahead: int = 1) -> Cover:
    """The groups with an episode (by client and start) begun `ahead` to `horizon` days before each foretold end.

    Episodes of groups 0 and 1 begun 40 and 3 days before a sale: horizon 30 -> only (sale, 1); 60 -> both; 60 and
    ahead 7 -> only (sale, 0).
    """
    client, day = sales(outcomes)
    # Begun 1 to n days before the shifted day is begun `ahead` to `horizon` days before the true one.
    first, last = warnings_before(episodes, client, day - (ahead - 1), max(horizon - ahead + 1, 0))
    warned = last - first
    outcome = np.repeat(np.arange(len(warned)), warned)
    position = np.arange(warned.sum()) - np.repeat(np.cumsum(warned) - warned, warned) + np.repeat(first, warned)
    width = int(episodes.group.max(initial=0)) + 1
    pair = np.unique(outcome * width + episodes.group[position])
    return Cover(pair // width, pair % width, len(client))


def shapley_shares(found: Cover, groups: int) -> FloatArray:
    """Each group's Shapley value (Shapley 1953) of v(S) = outcomes foreseen by some group of S.

    For a coverage game it is exact without sampling: sum over outcomes the group foresaw of 1 / groups that did.
    One outcome seen by a alone, one by a and b -> a 1.5, b .5; they sum to v(all) = 2.
    """
    return sums_by(found.group, 1 / _seers(found)[found.outcome], groups)


def unique_outcomes(found: Cover, groups: int) -> IntArray:
    """Outcomes each group alone foresaw: lost if it is left out."""
    return np.bincount(found.group[_seers(found)[found.outcome] == 1], minlength=groups)


def _seers(found: Cover) -> IntArray:
    return np.bincount(found.outcome, minlength=found.outcomes)
