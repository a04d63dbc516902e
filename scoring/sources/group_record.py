"""What each group's sightings came to: how many, what share came true, how early. Before groups are compared."""

from dataclasses import dataclass

import numpy as np

from ..judge.conversion import Incidence, incidence, influence_on_sale, is_mature
from ..judge.episodes import Episodes
from ..judge.followup import FollowUp
from ..judge.leadtime import quantile
from ..judge.tables import FloatArray, IntArray
from ..ranks.discrimination import censoring_weights
from .sightings import Sightings

CAP_DAYS = 180  # a warning earlier than this is worth no more


@dataclass(frozen=True)
class GroupRecord:
    """A group's own numbers, unshrunk.

    `raw_rate` is its Aalen-Johansen conversion at the horizon (None while nothing is mature), `trials` how many
    independent fully followed sightings that is worth. `median_lead` and `mean_lead` are days from its first word to
    the end, the mean over what came true within the horizon, none above 180; None where nothing did.
    """

    group: int
    category: int
    sightings: int
    mature: int
    raw_rate: float | None
    trials: float
    median_lead: int | None
    mean_lead: float | None

    @property
    def hits(self) -> float:
        return self.trials * (self.raw_rate or 0.0)


@dataclass(frozen=True)
class _Spread:
    """Variance of a group's rate times its sightings: with those of one client moving together, and as if apart."""

    clustered: float
    apart: float


def group_records(seen: Sightings, horizon: int) -> list[GroupRecord]:
    """One record a group that has sightings. The clients' part in the spread is pooled over all groups.

    `trials` = (sum w)^2 / sum w^2 of the censoring weights w (Kish 1965) / the design effect of clients with several
    sightings: three signals on one client are not three chances.
    """
    effect = design_effect(seen.seen, seen.followed, horizon)
    return [_record(group, chosen, seen, horizon, effect) for group, chosen in members_of(seen.seen.group)]


def design_effect(episodes: Episodes, followed: FollowUp, horizon: int) -> float:
    """By what factor the rates of groups vary more because one client may have several episodes in a group; 1 or more.

    One number for all groups: the variances of single small ones are too rough to be told apart.
    """
    spreads = [_spread(episodes.client[rows], followed.where(rows), horizon) for _, rows in members_of(episodes.group)]
    clustered, apart = (sum(getattr(one, name) for one in spreads) for name in ("clustered", "apart"))
    return max(clustered / apart, 1.0) if apart > 0 else 1.0


def usual_lead(records: list[GroupRecord]) -> float | None:
    """Mean days of warning over all groups' hits: what to expect of a group that has none yet."""
    known = [(one.mean_lead, one.hits) for one in records if one.mean_lead is not None]
    return sum(lead * hits for lead, hits in known) / sum(hits for _, hits in known) if known else None


def members_of(group: IntArray) -> list[tuple[int, IntArray]]:
    """Each group and the positions of its rows."""
    order = np.argsort(group, kind="stable")
    keys, first = np.unique(group[order], return_index=True)
    return list(zip(keys.tolist(), np.split(order, first[1:]), strict=True)) if len(keys) else []


def _record(group: int, chosen: IntArray, seen: Sightings, horizon: int, effect: float) -> GroupRecord:
    days, cause = seen.followed.days[chosen], seen.followed.cause[chosen]
    curve = incidence(days, cause)
    mature = int(is_mature(days, cause, horizon).sum())
    weight = censoring_weights(days, cause, horizon)
    return GroupRecord(
        group=group,
        category=int(np.bincount(seen.seen.category[chosen]).argmax()),
        sightings=len(chosen),
        mature=mature,
        raw_rate=min(curve.sale_by(horizon), 1.0) if mature else None,
        trials=float(weight.sum() ** 2 / (weight @ weight)) / effect if mature else 0.0,
        median_lead=quantile(curve, 0.5) if curve.sale[-1] > 0 else None,
        mean_lead=_mean_lead(curve, horizon),
    )


def _mean_lead(curve: Incidence, horizon: int) -> float | None:
    jumps = np.diff(curve.sale, prepend=0.0)[: horizon + 1]
    days: FloatArray = np.minimum(np.arange(len(jumps)), CAP_DAYS).astype(np.float64)
    return float(np.average(days, weights=jumps)) if jumps.sum() > 0 else None


def _spread(client: IntArray, followed: FollowUp, horizon: int) -> _Spread:
    days, cause = followed.days, followed.cause
    moved = influence_on_sale(incidence(days, cause), days, cause, horizon)
    together = np.bincount(np.unique(client, return_inverse=True)[1], weights=moved)
    return _Spread(float(together @ together) * len(days), float(moved @ moved) * len(days))
