"""What the estimators should find, computed from the chances the bank was drawn with and not from what was drawn."""

import numpy as np

from ..judge.tables import BoolArray, FloatArray
from .bargains import RESPONSE, RIVAL
from .chances import incidence_by, mean_curve
from .outlets import CATEGORIES, Outlets
from .side import Side
from .stories import HORIZONS, SCORED_AT
from .tellings import COPY, FIRST, Tellings

Truth = dict[str, object]
SHARES = (0.1, 0.25, 0.5)
LEAD_HORIZON = 180


def truth_of(side: Side, told: Tellings) -> Truth:
    """The true numbers of a side: means of the chances of the episodes there are, not of what became of them."""
    curve, flat = curve_of(side, max(HORIZONS)), curve_of(side, max(HORIZONS), np.zeros(len(side.stories)))
    conversion, base = ({h: float(one[h]) for h in HORIZONS} for one in (curve, flat))
    return {
        "episodes": int(side.weight.sum()),
        "conversion": {str(h): value for h, value in conversion.items()},
        "base_rate": {str(h): value for h, value in base.items()},
        "lift": {str(h): conversion[h] / base[h] if base[h] else None for h in HORIZONS},
        "half_life_days": side.wishes.half_life,
        "lead_days": _lead_days(side),
        **_effect(side),
        "sources": _sources(side, told),
    }


def chances(side: Side, comes_true: FloatArray, horizon: int) -> FloatArray:
    """Each story's chance of the foretold end within `horizon` days, if it comes true with these chances."""
    return incidence_by(horizon, side.base, side.people.leaving, comes_true=comes_true, course=side.course)


def curve_of(side: Side, horizon: int, comes_true: FloatArray | None = None) -> FloatArray:
    """Mean chance of the foretold end by day 0 ... horizon over the side's episodes, as the bank acted."""
    story = side.stories.averted if comes_true is None else comes_true
    if not len(story):
        return np.zeros(horizon + 1)
    weight, leaving = side.weight, side.people.leaving
    return mean_curve(horizon, side.base, leaving, comes_true=story, course=side.course, weight=weight)


def truth_of_offers() -> Truth:
    """How clients answer a price, and what the best alternative costs them on average."""
    return {"b": RESPONSE, "rival_mean": dict(RIVAL), "rival_sd": float(np.pi / np.sqrt(3) / RESPONSE)}


def _mean(values: FloatArray) -> float | None:
    return float(values.mean()) if len(values) else None


def _lead_days(side: Side) -> Truth:
    """Days by which 10, 25 and 50 % of the ends within 180 days have come."""
    curve = curve_of(side, LEAD_HORIZON)
    return {f"{share:.0%}": int(np.searchsorted(curve, share * curve[-1])) for share in SHARES}


def _effect(side: Side) -> Truth:
    """Within 90 days of the story: the precision if nobody acts, and what acting on all would change."""
    if np.isnan(side.stories.propensity).all():
        return {}
    natural = side.stories.probability
    kept = side.stories.comes_true * (1 - side.wishes.effect)
    return {"natural_precision": _mean(natural), "effect_of_acting": _mean(chances(side, kept, SCORED_AT) - natural)}


def _sources(side: Side, told: Tellings) -> list[Truth]:
    """By source: its skill, and the true precision at 90 days of its sightings, copies at the age they came in."""
    sight = np.flatnonzero((told.how == FIRST) | (told.how == COPY))
    over = np.minimum(side.ends.day, side.people.left)[told.client[sight]]
    sight = sight[np.floor(told.at[sight]) < over]
    story = told.story[sight]
    chance = incidence_by(
        SCORED_AT,
        side.base[story],
        side.people.leaving,
        comes_true=side.stories.averted[story],
        course=side.course,
        age=np.floor(told.at[sight]).astype(np.int64) - side.stories.day[story],
    )
    source, is_copy = told.source[sight], told.how[sight] == COPY
    return [_source(side.outlets, n, chance, source == n, is_copy) for n in range(len(side.outlets))]


def _source(outlets: Outlets, n: int, chance: FloatArray, mine: BoolArray, is_copy: BoolArray) -> Truth:
    return {
        "source": outlets.name[n],
        "category": list(CATEGORIES)[outlets.category[n]],
        "skill": float(outlets.skill[n]),
        "precision": _mean(chance[mine]),
        "sightings": int(mine.sum()),
        "copied_share": _mean(is_copy[mine].astype(np.float64)),
        "crawl_delay_days": float(outlets.latency[n]),
        "cost": float(outlets.cost[n]),
    }
