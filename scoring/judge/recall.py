"""What was missed: the share of outcomes that a signal came before."""

import numpy as np

from ..estimates.intervals import Rate, rate, wilson
from .asof import KnownOutcomes
from .episodes import Episodes
from .followup import sales, warnings_before
from .spells import Spells


def recall(episodes: Episodes, outcomes: KnownOutcomes, spells: Spells, horizon: int) -> Rate | None:
    """Outcomes with an episode started 1 to `horizon` days before / outcomes whose whole window lies inside exposure.

    Competing ends are not to be foretold and do not count; several outcomes of a client count each. Wilson interval.
    None where no outcome could be judged.
    """
    client, day = sales(outcomes)
    judged = spells.covers(client, day - horizon, day)
    n = int(judged.sum())
    if not n:
        return None
    first, last = warnings_before(episodes, client[judged], day[judged], horizon)
    hits = int(np.sum(last > first))
    return rate(hits / n, *wilson(hits, n), n)
