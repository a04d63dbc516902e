"""Which sources (or types, origins, managers) foretell: a table with one row a group."""

from dataclasses import dataclass

import numpy as np

from .asof import KnownOutcomes, KnownSignals
from .conversion import incidence, is_mature
from .episodes import Episodes
from .followup import FollowUp, sales, warnings_before
from .intervals import Rate
from .leadtime import quantile
from .shrinkage import fit_beta_prior, posterior
from .tables import FloatArray, IntArray, changes


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
    with its mature episodes as trials, the prior learnt from the groups of its category (when grouping by source, the
    category most of its episodes carry; otherwise all groups are one class).
    """
    records = [_record(one, chosen, episodes, followed, horizon) for one, chosen in _members(episodes.group)]
    precision = _precision(records, by_category=by == "source")
    first_share = _first_share(signals)
    unique = _unique_outcomes(episodes, outcomes, horizon, len(signals.groups))
    groups = [
        Group(
            key=signals.groups[record.group],
            episodes=record.episodes,
            precision=shrunk,
            raw_rate=record.raw_rate if record.evidence else None,
            first_share=None if np.isnan(first_share[record.group]) else float(first_share[record.group]),
            unique_outcomes=int(unique[record.group]),
            median_lead_days=record.median_lead_days,
        )
        for record, shrunk in zip(records, precision, strict=True)
    ]
    return sorted(groups, key=lambda group: (-(group.precision.value or 0.0), group.key))


def _members(group: IntArray) -> list[tuple[int, IntArray]]:
    order = np.argsort(group, kind="stable")
    keys, first = np.unique(group[order], return_index=True)
    return list(zip(keys.tolist(), np.split(order, first[1:]), strict=True)) if len(keys) else []


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


def _precision(records: list[_Record], *, by_category: bool) -> list[Rate]:
    """The shrunk rate of each record, priors learnt within its class."""
    trials = np.array([record.evidence for record in records], dtype=np.float64)
    hits = trials * np.array([record.raw_rate for record in records])
    kind = np.array([record.category if by_category else 0 for record in records])
    priors = {one: fit_beta_prior(hits[kind == one], trials[kind == one]) for one in np.unique(kind).tolist()}
    return [posterior(priors[k], float(h), float(n)) for k, h, n in zip(kind.tolist(), hits, trials, strict=True)]


def _first_share(signals: KnownSignals) -> FloatArray:
    """Of the stories told by two or more groups, itself among them, the share each group told first (ties: both)."""
    told = np.flatnonzero(signals.story >= 0)
    told = told[np.lexsort((signals.moment[told], signals.group[told], signals.story[told]))]
    story, group, moment = signals.story[told], signals.group[told], signals.moment[told]
    opens = changes(story, group)
    story, group, moment = story[opens], group[opens], moment[opens]
    starts = np.flatnonzero(changes(story))
    tellers = np.diff(np.append(starts, len(story)))
    earliest = np.minimum.reduceat(moment, starts) if len(starts) else moment
    shared = np.repeat(tellers >= 2, tellers)
    was_first = shared & (moment == np.repeat(earliest, tellers))
    count = len(signals.groups)
    with np.errstate(invalid="ignore"):
        return np.bincount(group[was_first], minlength=count) / np.bincount(group[shared], minlength=count)


def _unique_outcomes(episodes: Episodes, outcomes: KnownOutcomes, horizon: int, count: int) -> IntArray:
    """For each group the outcomes that its episodes foresaw, 1 to `horizon` days ahead, and no other group's did."""
    first, last = warnings_before(episodes, *sales(outcomes), horizon)
    warned = last - first
    outcome = np.repeat(np.arange(len(warned)), warned)
    position = np.arange(warned.sum()) - np.repeat(np.cumsum(warned) - warned, warned) + np.repeat(first, warned)
    pair = np.unique(outcome * count + episodes.group[position]) if len(position) else position
    seers = np.bincount(pair // max(count, 1), minlength=len(warned))
    alone = seers[pair // max(count, 1)] == 1
    return np.bincount(pair[alone] % max(count, 1), minlength=count)
