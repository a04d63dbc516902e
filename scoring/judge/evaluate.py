"""The judge: what past signals were worth, as of a day. Knows signals and outcomes, not how signals are made."""

from datetime import date

from ..estimates.intervals import Rate
from ..ranks.discrimination import auc_at
from ..sources.foresight import group_table
from .base_rate import base_rate, lift, matched_controls
from .conversion import conversion, is_mature, share_converted
from .evidence import Evidence, check_horizon, gather_evidence
from .leadtime import lead_time
from .recall import recall
from .tables import Exposure, Outcomes, Signals

Report = dict[str, object]


def evaluate(
    signals: Signals,
    outcomes: Outcomes,
    exposure: Exposure | None = None,
    *,
    side: str,
    as_of: date,
    horizon_days: int,
    merge_days: int = 30,
    by: str = "source",
) -> Report:
    """Score one side's signals against what happened, as known at the end of `as_of` (UTC).

    Returns the report of `oncu evaluate` ready for JSON: counts (signals, episodes, mature, echoes), conversion,
    naive_share, base_rate, lift, recall, auc, lead_time_days, groups. A rate is {value, low, high, n} with a 95 %
    interval; what cannot be known is null, never NaN. Raises BadInput for a wrong side, grouping or number of days.

    Four episodes, horizon 30: sold after 10 days, after 50, competing end after 14, open for 11 -> conversion .25.
    """
    check_horizon(horizon_days)
    evidence = gather_evidence(signals, outcomes, exposure, side=side, as_of=as_of, merge_days=merge_days, by=by)
    return {
        "as_of": as_of.isoformat(),
        "horizon_days": horizon_days,
        "side": side,
        **_counts(evidence, horizon_days),
        **_rates(evidence, horizon=horizon_days, merge_days=merge_days),
        **_ranks(evidence, horizon_days),
        "groups": _groups(evidence, horizon_days, by),
    }


def _counts(evidence: Evidence, horizon: int) -> Report:
    return {
        "signals": evidence.signals_known,
        "episodes": len(evidence.episodes),
        "mature": int(is_mature(evidence.followed.days, evidence.followed.cause, horizon).sum()),
        "echoes": evidence.echoes,
    }


def _rates(evidence: Evidence, *, horizon: int, merge_days: int) -> Report:
    days, cause = evidence.followed.days, evidence.followed.cause
    converted = conversion(days, cause, evidence.episodes.client, horizon)
    return {
        "conversion": converted.as_json(),
        "naive_share": share_converted(days, cause, horizon),
        **_compared(evidence, converted, horizon=horizon, merge_days=merge_days),
    }


def _compared(evidence: Evidence, converted: Rate, *, horizon: int, merge_days: int) -> Report:
    """What only exposure can tell; null without it."""
    spells, episodes, followed = evidence.spells, evidence.episodes, evidence.followed
    if spells is None:
        return {"base_rate": None, "lift": None, "recall": None}
    controls = matched_controls(
        episodes, evidence.outcomes, spells, as_of=evidence.as_of, horizon=horizon, merge_days=merge_days
    )
    base = base_rate(controls, horizon)
    ratio = lift(converted, base, episodes=episodes, followed=followed, controls=controls, horizon=horizon)
    return {
        "base_rate": _json(base),
        "lift": _json(ratio),
        "recall": _json(recall(episodes, evidence.outcomes, spells, horizon)),
    }


def _ranks(evidence: Evidence, horizon: int) -> Report:
    episodes, days, cause = evidence.episodes, evidence.followed.days, evidence.followed.cause
    return {
        "auc": _json(auc_at(episodes.probability, days, cause, episodes.client, horizon)),
        "lead_time_days": lead_time(days, cause, episodes.client).as_json(),
    }


def _groups(evidence: Evidence, horizon: int, by: str) -> list[Report]:
    table = group_table(
        evidence.episodes, evidence.followed, evidence.signals, evidence.outcomes, horizon=horizon, by=by
    )
    return [group.as_json() for group in table]


def _json(found: Rate | None) -> dict[str, float | int | None] | None:
    return None if found is None else found.as_json()
