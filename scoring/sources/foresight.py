"""Which sources (or types, origins, managers) foretell: a table with one row a group."""

from dataclasses import dataclass

import numpy as np

from ..estimates.intervals import Rate
from ..estimates.shrinkage import fit_beta_prior, posterior
from ..judge.asof import KnownOutcomes, KnownSignals
from ..judge.conversion import incidence, is_mature
from ..judge.episodes import Episodes
from ..judge.followup import FollowUp
from ..judge.leadtime import quantile
from ..judge.tables import IntArray
from .group_record import design_effect, members_of
from .headstart import first_shares, tellings_of
from .shapley import cover, unique_outcomes


@dataclass(frozen=True)
class Group:
    """What one group is worth. `raw_rate` is None while nothing of it is mature; `first_share` where it shares no
    story; `median_lead_days` before its first sale."""

    key: str
    episodes: int
    precision: Rate
    raw_rate: float | None
    first_share: float | None
    unique_outcomes: int
    median_lead_days: int | None

    def as_json(self) -> dict[str, object]:
        return {**self.__dict__, "precision": self.precision.as_json()}


@dataclass(frozen=True)
class _Record:
    """A group's own numbers before they are compared: evidence is its mature episodes."""

    group: int
    category: int
    episodes: int
    evidence: int
    raw_rate: float
    median_lead_days: int | None


def group_table(
    episodes: Episodes, followed: FollowUp, signals: KnownSignals, outcomes: KnownOutcomes, *, horizon: int, by: str
) -> list[Group]:
    """One Group for each group an episode belongs to (that of its first signal), the most precise first.

    `raw_rate` is the group's own Aalen-Johansen conversion. `precision` shrinks it: the beta-binomial posterior mean
    with its mature episodes as trials (divided by the design effect where clients recur: three signals on one are not
    three chances), the prior learnt from the groups of its category (when grouping by source, the
    category most of its episodes carry; otherwise all groups are one class).
    """
    records = [_record(one, chosen, episodes, followed, horizon) for one, chosen in members_of(episodes.group)]
    effect = design_effect(episodes, followed, horizon)
    precision = _precision(records, effect, by_category=by == "source")
    first_share = first_shares(tellings_of(signals))
    unique = unique_outcomes(cover(episodes, outcomes, horizon), len(signals.groups))
    groups = [
        Group(
            key=signals.groups[record.group],
            episodes=record.episodes,
            precision=shrunk,
            raw_rate=record.raw_rate if record.evidence else None,
            first_share=first_share[record.group].value,
            unique_outcomes=int(unique[record.group]),
            median_lead_days=record.median_lead_days,
        )
        for record, shrunk in zip(records, precision, strict=True)
    ]
    return sorted(groups, key=lambda group: (-(group.precision.value or 0.0), group.key))


def _record(group: int, chosen: IntArray, episodes: Episodes, followed: FollowUp, horizon: int) -> _Record:
    days, cause = followed.days[chosen], followed.cause[chosen]
    curve = incidence(days, cause)
    return _Record(
        group=group,
        category=int(np.bincount(episodes.category[chosen]).argmax()),
        episodes=len(chosen),
        evidence=int(is_mature(days, cause, horizon).sum()),
        raw_rate=min(curve.sale_by(horizon), 1.0),
        median_lead_days=quantile(curve, 0.5) if curve.sale[-1] > 0 else None,
    )


def _precision(records: list[_Record], effect: float, *, by_category: bool) -> list[Rate]:
    """The shrunk rate of each record, priors learnt within its class."""
    trials = np.array([record.evidence / effect for record in records], dtype=np.float64)
    hits = trials * np.array([record.raw_rate for record in records])
    kind = np.array([record.category if by_category else 0 for record in records])
    priors = {one: fit_beta_prior(hits[kind == one], trials[kind == one]) for one in np.unique(kind).tolist()}
    return [posterior(priors[k], float(h), float(n)) for k, h, n in zip(kind.tolist(), hits, trials, strict=True)]
