"""How much an alert deserves a manager's minutes, and why it stands where it stands.

priority = probability x relevance x severity x status x novelty x freshness x money x source, each 0-1

The first four say how strong a signal is: they alone decide whether it alerts, so that no small client's insolvency is
left out. The others order what alerts. Alerts of one priority are ordered by client, type and event, so the order is
strict.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp, log, prod

from oncu.config.specs import SignalSpec
from oncu.storage.alerts import Alert, Candidate
from oncu.storage.derived import DERIVED
from oncu.storage.scores import Score
from oncu.storage.signals import Signal
from oncu.storage.stakes import Stake

from .detect import STATUS_WEIGHT

DAY = timedelta(days=1)
NEWS_AFTER = 90  # days without an episode of the type, after which one is news again
LEAST = 0.5  # of a factor that orders: neither the smallest client nor the worst source takes away more than half
SIZES = {"micro": 0.1, "small": 0.3, "medium": 0.6, "large": 0.9}
UNKNOWN_STAKE = 0.5
# Share of early, right, otherwise unseen signals that a source without a record is taken to have; judged by hand.
PRIORS = {"registry": 0.30, "classified": 0.20, DERIVED: 0.20, "news": 0.15, "complaint": 0.10, "social": 0.05}
USUAL = 0.15  # such a share is worth half of the way to full trust
PRIOR_EPISODES = 20  # the prior weighs as much as so many episodes
BEFORE_RISK = 2  # so many opportunities of a client may be read before its worst risk


@dataclass(frozen=True)
class Ranking:
    """What alerts are ordered by, as of a moment.

    `earlier`: by episode when its client last heard of the type before it; `stakes` by client; `foresight` by source.
    """

    earlier: Mapping[str, datetime] = field(default_factory=dict)
    stakes: Mapping[str, Stake] = field(default_factory=dict)
    foresight: Mapping[str, Score] = field(default_factory=dict)


@dataclass(frozen=True)
class Factor:
    """One part of a priority: what it is called in the reason, and its value, 0-1."""

    phrase: str
    value: float


def strength_of(candidate: Candidate, spec: SignalSpec) -> float:
    """How strong the signal itself is, 0-1: probability x relevance x severity x weight of the status."""
    return prod(factor.value for factor in strength_factors(candidate, spec))


def strength_factors(candidate: Candidate, spec: SignalSpec) -> tuple[Factor, ...]:
    """The parts of the strength."""
    status = STATUS_WEIGHT[candidate.status]
    return (
        Factor(f"probability {candidate.probability:.2f}", candidate.probability),
        Factor(f"relevance {candidate.relevance} %", candidate.relevance / 100),
        Factor(f"severity {spec.severity:.2f}", spec.severity),
        Factor(f"{candidate.status} {status:.1f}", status),
    )


def priority_factors(candidate: Candidate, spec: SignalSpec, ranking: Ranking, now: datetime) -> tuple[Factor, ...]:
    """All parts of a priority, in the order in which they are read."""
    return (
        *strength_factors(candidate, spec),
        _novelty_factor(candidate, spec, ranking),
        _freshness_factor(candidate, spec, now),
        _money_factor(candidate, ranking),
        _source_factor(candidate, ranking),
    )


def priority_of(factors: Iterable[Factor]) -> float:
    """The product, 0-1."""
    return prod(factor.value for factor in factors)


def reason_of(factors: Iterable[Factor]) -> str:
    """The arithmetic as words."""
    return " x ".join(factor.phrase for factor in factors)


def read_factors(reason: str) -> list[Factor]:
    """The parts of a stored reason; those that end in a per cent sign are shares."""
    return [Factor(phrase, _value(phrase)) for phrase in reason.split(" x ")]


def novelty(gap_days: float | None, half_life_days: float) -> float:
    """1 without an episode of the client and type in 90 days, else 1 - exp(-gap x ln 2 / half-life).

    The gap runs from the last signal of the earlier episode to the first of this one. After 30 days at a half-life of
    30: .5.
    """
    if gap_days is None or gap_days >= NEWS_AFTER:
        return 1.0
    return 1 - exp(-max(gap_days, 0.0) * log(2) / half_life_days)


def freshness(age_days: float, half_life_days: float) -> float:
    """Half after one half-life of the type since it was told, 1 for what is told now."""
    return float(2 ** (-max(age_days, 0.0) / half_life_days))


def stake_share(side: str, stake: Stake) -> tuple[str, float]:
    """What is at stake, as a word and a place among the clients, 0-1: what is lent at a risk, the limit otherwise.

    Where the one amount is not known the other speaks, then the size of the firm.
    """
    amounts = [("balance", stake.balance), ("limit", stake.limit)]
    for word, share in amounts if side == "risk" else reversed(amounts):
        if share is not None:
            return word, share
    if stake.size_band in SIZES:
        return "size", SIZES[stake.size_band]
    return "size unknown", UNKNOWN_STAKE


def source_trust(category: str, score: Score | None) -> float:
    """How far ahead a source tends to be, 0-1: its published foresight, shrunk towards the prior of its category."""
    prior = PRIORS.get(category, USUAL)
    n, value = (score.n, score.value) if score and score.value is not None else (0, 0.0)
    share = (PRIOR_EPISODES * prior + n * value) / (PRIOR_EPISODES + n)
    return share / (share + USUAL)


def earlier_signals(candidates: Iterable[Candidate], signals: Sequence[Signal]) -> dict[str, datetime]:
    """By episode when its client last heard of the type before it began, in an earlier live episode."""
    heard: dict[tuple[str, str], list[Signal]] = {}
    for signal in signals:
        if signal.arm == "live":
            heard.setdefault((signal.client_id, signal.type), []).append(signal)
    found = {}
    for candidate in candidates:
        own = heard.get((candidate.client_id, candidate.type), ())
        before = [s.known_at for s in own if s.episode_id != candidate.episode_id]
        if earlier := [moment for moment in before if moment < candidate.started_at]:
            found[candidate.episode_id] = max(earlier)
    return found


def reading_order(alert: Alert) -> tuple[float, str, str, str]:
    """The key that sorts alerts by priority; equal ones by client, type and event."""
    return -alert.priority, alert.client_id, alert.type, alert.event_key


def in_reading_order(alerts: Iterable[Alert]) -> list[Alert]:
    """Alerts as they are read: best first, but a client's worst risk after at most two of its opportunities.

    However much good is written about a firm, it does not bury what is bad.
    """
    ordered = sorted(alerts, key=reading_order)
    by_client: dict[str, list[Alert]] = {}
    for alert in ordered:
        by_client.setdefault(alert.client_id, []).append(alert)
    for own in by_client.values():
        risk = next((at for at, alert in enumerate(own) if alert.side == "risk"), 0)
        if risk > BEFORE_RISK:
            worst = own[risk]
            ordered.remove(worst)
            ordered.insert(ordered.index(own[BEFORE_RISK - 1]) + 1, worst)
    return ordered


def _value(phrase: str) -> float:
    """The number at the end of a phrase; 1 where there is none."""
    words = phrase.removesuffix(" %").split()
    try:
        return float(words[-1]) / (100 if phrase.endswith("%") else 1)
    except (IndexError, ValueError):
        return 1.0


def _novelty_factor(candidate: Candidate, spec: SignalSpec, ranking: Ranking) -> Factor:
    earlier = ranking.earlier.get(candidate.episode_id)
    gap = None if earlier is None else (candidate.started_at - earlier) / DAY
    value = novelty(gap, spec.half_life_days)
    if gap is None or gap >= NEWS_AFTER:
        return Factor(f"new {value:.2f}", value)
    return Factor(f"again after {gap:.0f} days {value:.2f}", value)


def _freshness_factor(candidate: Candidate, spec: SignalSpec, now: datetime) -> Factor:
    told_at = min(candidate.told_at or candidate.started_at, candidate.started_at)
    value = freshness((now - told_at) / DAY, spec.half_life_days)
    return Factor(f"freshness {value:.2f}", value)


def _money_factor(candidate: Candidate, ranking: Ranking) -> Factor:
    word, share = stake_share(candidate.side, ranking.stakes.get(candidate.client_id, Stake()))
    value = LEAST + (1 - LEAST) * share
    known = f"{word} above {100 * share:.0f} % of the clients" if word in ("balance", "limit") else word
    return Factor(f"{known} {value:.2f}", value)


def _source_factor(candidate: Candidate, ranking: Ranking) -> Factor:
    score = ranking.foresight.get(candidate.source)
    value = LEAST + (1 - LEAST) * source_trust(candidate.category, score)
    known = f"foresight of the source (n={score.n})" if score else "source without a record"
    return Factor(f"{known} {value:.2f}", value)
