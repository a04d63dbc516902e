"""Sightings: what each group knew of an episode, and when. One that came in later is judged by its own first word."""

from dataclasses import dataclass

import numpy as np

from ..judge.episodes import Episodes
from ..judge.evidence import Evidence
from ..judge.followup import FollowUp, follow
from ..judge.tables import changes


@dataclass(frozen=True)
class Sightings:
    """One entry an episode and group with a signal in it, by client and start; the start is the group's own."""

    seen: Episodes
    followed: FollowUp

    def where_group(self, group: int) -> "Sightings":
        """The sightings of one group."""
        chosen = np.flatnonzero(self.seen.group == group)
        return Sightings(self.seen.where(chosen), self.followed.where(chosen))


def sightings_of(evidence: Evidence) -> Sightings:
    """The first signal of each group in each episode, followed from its own day; those of a known end left out.

    A paper that repeats a story on the day after the sale has no sighting: it foretold nothing.
    """
    signals = evidence.signals
    order = np.lexsort((signals.moment, signals.group, evidence.number))
    first = order[changes(evidence.number[order], signals.group[order])]
    first = first[np.lexsort((signals.group[first], signals.day[first], signals.client[first]))]
    columns = (signals.client, signals.day, signals.group, signals.category)
    client, day, group, category = (column[first] for column in columns)
    seen = Episodes(client, day, day, signals.probability[first], group, category)
    followed = follow(seen, evidence.outcomes, evidence.spells, evidence.as_of)
    fresh = ~followed.is_echo
    return Sightings(seen.where(fresh), followed.where(fresh))
