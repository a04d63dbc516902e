"""The league: which sources (categories, types, origins, managers) foretell, how surely, how early, and who copies."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

import numpy as np

from ..estimates.halflife import HalfLife, half_life
from ..estimates.intervals import Rate, unknown_rate
from ..estimates.matched_hazard import control_cells, hazard_sums, raw_lifts, shrunk_lifts
from ..judge.evidence import Evidence, check_horizon, gather_evidence
from ..judge.tables import Exposure, Outcomes, Signals, TimeArray
from .crawl_delay import crawl_delays
from .group_record import GroupRecord, group_records, usual_lead
from .headstart import copied_shares, copy_discount, first_shares, head_starts, tellings_of
from .rank_uncertainty import RankedGroups, rank_groups
from .shapley import cover, shapley_shares, unique_outcomes
from .sightings import Sightings, sightings_of


@dataclass(frozen=True)
class Place:
    """Rank by shrunk precision (1 the best), the ranks it lies between in 95 % of draws, and P(among the first ten)."""

    rank: int
    low: int
    high: int
    in_top_10: float


@dataclass(frozen=True)
class Telling:
    """Of the stories it shares: the share told first, median days before the next independent group, and the share
    told after somebody else (above .8 its sightings count only `weight`). `crawl_delay_days`: published to known."""

    first_share: Rate
    head_start_days: Rate
    copied_share: float | None
    weight: float
    crawl_delay_days: float | None


@dataclass(frozen=True)
class Credit:
    """Outcomes the group foresaw in time, its Shapley share of all that were, those nobody else foresaw, and its cost
    where that is given."""

    foreseen: int
    shapley: float
    unique: int
    cost: float | None
    cost_per_unique: float | None


@dataclass(frozen=True)
class Standing:
    """One group's place in the league; what cannot be said is None.

    `record`: its own numbers (sightings, mature, raw_rate, median_lead, mean_lead). `precision`: the share of its
    sightings that came true within the horizon, shrunk within its category. `lift`: hazard against matched clients,
    shrunk; `raw_lift` not. `foresight`: days of warning to expect of a sighting, precision x mean lead.
    """

    key: str
    category: str
    place: Place
    precision: Rate
    record: GroupRecord
    lift: Rate
    raw_lift: Rate
    telling: Telling
    credit: Credit
    foresight: float | None
    half_life: HalfLife | None

    def as_json(self) -> dict[str, object]:
        """Nested mappings, ready for JSON."""
        return asdict(self)


def league(
    signals: Signals,
    outcomes: Outcomes,
    exposure: Exposure | None = None,
    *,
    side: str,
    as_of: date,
    horizon_days: int,
    merge_days: int = 30,
    by: str = "source",
    ahead_days: int = 1,
    published_at: TimeArray | None = None,
    costs: Mapping[str, float] | None = None,
    seed: int = 0,
) -> tuple[Standing, ...]:
    """One Standing for each group with a signal of `side` that was not too late, the most precise first.

    A group is judged by its sightings: the episodes it had a signal in, each from the day of its own first signal.
    `ahead_days`: an outcome is foreseen by a sighting at least so many days before it (and at most the horizon).
    `published_at`: one moment a row of `signals` (NaT unknown). `costs`: money a group. `seed` fixes the draws behind
    the ranks. Lift needs exposure; half-lives are looked for by type only. The order of rows does not matter. Raises
    BadInput for a wrong side, grouping or number of days.
    """
    check_horizon(horizon_days)
    evidence = gather_evidence(signals, outcomes, exposure, side=side, as_of=as_of, merge_days=merge_days, by=by)
    return league_of(
        evidence,
        horizon=horizon_days,
        merge_days=merge_days,
        by=by,
        ahead=ahead_days,
        delays=crawl_delays(signals, published_at, side=side, as_of=as_of, by=by),
        costs=costs,
        random=np.random.default_rng(seed),
    )


def league_of(
    evidence: Evidence,
    *,
    horizon: int,
    merge_days: int,
    by: str,
    random: np.random.Generator,
    ahead: int = 1,
    delays: Mapping[str, float] | None = None,
    costs: Mapping[str, float] | None = None,
) -> tuple[Standing, ...]:
    """`league` for evidence already gathered by the same grouping; `delays` and `costs` by group."""
    sightings = sightings_of(evidence)
    records = group_records(sightings, horizon)
    told = _tellings(evidence, delays or {})
    ranked = _rank(records, told, by_category=by == "source", random=random)
    lifts = _lifts(evidence, sightings, horizon, merge_days)
    credit = _credits(evidence, sightings, horizon, ahead, costs or {})
    lead = usual_lead(records)
    found = []
    for place, precision, one in zip(_places(ranked), ranked.precision, records, strict=True):
        lift, raw_lift = (side[one.group] for side in lifts)
        names = evidence.signals.groups[one.group], evidence.signals.categories[one.category]
        fresh = _half_life(sightings, one.group) if by == "type" else None
        days = _foresight(precision, one, lead)
        own = told[one.group], credit[one.group]
        found.append(Standing(*names, place, precision, one, lift, raw_lift, *own, days, fresh))
    return tuple(sorted(found, key=lambda one: one.place.rank))


def _tellings(evidence: Evidence, delays: Mapping[str, float]) -> list[Telling]:
    told = tellings_of(evidence.signals)
    copied = copied_shares(told)
    rows = zip(
        first_shares(told), head_starts(told), copied.tolist(), copy_discount(copied).tolist(), evidence.signals.groups,
        strict=True,
    )  # fmt: skip
    return [
        Telling(first, head, None if np.isnan(share) else share, weight, delays.get(key))
        for first, head, share, weight, key in rows
    ]


def _rank(
    records: list[GroupRecord], told: list[Telling], *, by_category: bool, random: np.random.Generator
) -> RankedGroups:
    """Copied sightings count less: both hits and trials are discounted."""
    weight = np.array([told[one.group].weight for one in records])
    hits, trials = (np.array([getattr(one, name) for one in records]) for name in ("hits", "trials"))
    kind = np.array([one.category if by_category else 0 for one in records], dtype=np.int64)
    return rank_groups(hits * weight, trials * weight, kind, random)


def _lifts(evidence: Evidence, seen: Sightings, horizon: int, merge_days: int) -> tuple[list[Rate], list[Rate]]:
    """Shrunk and raw ratio of hazards of each group; unknown without exposure."""
    groups = len(evidence.signals.groups)
    if evidence.spells is None or not len(seen.seen):
        unknown = [unknown_rate(0)] * groups
        return unknown, unknown
    cells = control_cells(evidence, evidence.spells, horizon=horizon, merge_days=merge_days)
    sums = hazard_sums(seen, evidence.spells, cells, horizon, groups)
    return shrunk_lifts(sums), raw_lifts(sums)


def _credits(evidence: Evidence, seen: Sightings, horizon: int, ahead: int, costs: Mapping[str, float]) -> list[Credit]:
    found, keys = cover(seen.seen, evidence.outcomes, horizon, ahead), evidence.signals.groups
    foreseen = np.bincount(found.group, minlength=len(keys)).tolist()
    shares, alone = shapley_shares(found, len(keys)).tolist(), unique_outcomes(found, len(keys)).tolist()
    return [
        Credit(seen_by, share, only, costs.get(key), costs[key] / only if key in costs and only else None)
        for key, seen_by, share, only in zip(keys, foreseen, shares, alone, strict=True)
    ]


def _places(ranked: RankedGroups) -> list[Place]:
    columns = (ranked.rank.tolist(), ranked.low.tolist(), ranked.high.tolist(), ranked.in_top.tolist())
    return [Place(*row) for row in zip(*columns, strict=True)]


def _foresight(precision: Rate, record: GroupRecord, usual: float | None) -> float | None:
    """Days of warning to expect of one sighting; the usual lead stands in where none of the group's came true yet."""
    lead = usual if record.mean_lead is None else record.mean_lead
    return None if lead is None or precision.value is None else precision.value * lead


def _half_life(seen: Sightings, group: int) -> HalfLife | None:
    own = seen.where_group(group)
    return half_life(own.followed.days, own.followed.cause, own.seen.client)
