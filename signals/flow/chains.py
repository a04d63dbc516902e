"""Chains: several different risks of one client in a short time say more than each of them.

A local rival reports that a loss usually takes three chained events; here the number, the window and the weights are
data (`config/signals/chain.yml`), and whether chains foretell more than their links is what scoring has to say.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from oncu.config.derived import ChainRule
from oncu.config.specs import SignalSpec

from .risks import Follow, Risk, is_open

CHAIN = "chain"


def find_chains(
    risks: Iterable[Risk], told: Mapping[str, Iterable[str]], spec: SignalSpec, rule: ChainRule, now: datetime
) -> list[Follow]:
    """The chains that open risks make and that were not told before, by client.

    `told`: by chain episode the episodes it has told of. What a chain has told of counts in no later one (unless that
    chain was denied), so the same three never alert twice; while a chain is open, a further type makes it longer.
    """
    by_client: dict[str, list[Risk]] = {}
    denied: set[str] = set()
    for risk in risks:
        by_client.setdefault(risk.signal.client_id, []).append(risk)
        if risk.ending:
            denied.add(risk.signal.episode_id)
    spent = {episode for chain, episodes in told.items() if chain not in denied for episode in episodes}
    found = (_find(own, told, spent, spec, rule, now) for _, own in sorted(by_client.items()))
    return [follow for follow in found if follow]


def at_least(least: int, probabilities: Iterable[float]) -> float:
    """How probable it is that at least so many of independent events happened: three of .8 each, all three: .512."""
    counts = [1.0]
    for p in probabilities:
        counts = [a * (1 - p) + b * p for a, b in zip([*counts, 0.0], [0.0, *counts], strict=True)]
    return min(1.0, sum(counts[least:]))


def pick_links(risks: Sequence[Risk], rule: ChainRule) -> list[Risk]:
    """The strongest risk of each type, oldest first, each begun by a story of its own: one event is one link.

    Types that have the fewest stories choose first, so that one with many does not take the only story of another.
    """
    by_type: dict[str, list[Risk]] = {}
    for risk in sorted(risks, key=lambda risk: (-link_weight(risk, rule), risk.started_at, risk.signal.id)):
        by_type.setdefault(risk.signal.type, []).append(risk)
    taken: dict[str, Risk] = {}
    for code in sorted(by_type, key=lambda code: (_stories(by_type[code]), -link_weight(by_type[code][0], rule), code)):
        free = (risk for risk in by_type[code] if risk.signal.story_id not in taken)
        if link := next(free, None):
            taken[link.signal.story_id] = link
    return sorted(taken.values(), key=lambda risk: (risk.started_at, risk.signal.id))


def link_weight(risk: Risk, rule: ChainRule) -> float:
    """How much a risk counts as a link, 0-1: how sure it is, times the weight of its type."""
    return risk.strength * rule.weights.get(risk.signal.type, 1.0)


def _find(
    own: Sequence[Risk],
    told: Mapping[str, Iterable[str]],
    spent: set[str],
    spec: SignalSpec,
    rule: ChainRule,
    now: datetime,
) -> Follow | None:
    grown = next((risk for risk in own if risk.signal.type == CHAIN and is_open(risk, spec, now)), None)
    known = set(told.get(grown.signal.episode_id, ())) if grown else set()
    types = {risk.signal.type for risk in own if risk.signal.episode_id in known}
    fresh = [risk for risk in own if risk.signal.episode_id not in spent and risk.signal.type not in types]
    kept = [risk for risk in own if risk.signal.episode_id in known]
    links = pick_links([risk for risk in (*kept, *fresh) if _counts(risk, rule, now)], rule)
    is_new = any(link.signal.episode_id not in known for link in links)
    weights = [link_weight(link, rule) for link in links]
    probability = at_least(rule.least, weights)
    if not is_new or len(links) < rule.least or probability < spec.threshold:
        return None
    key = "+".join(sorted(link.signal.episode_id for link in links))
    causes = tuple((link, weight, ()) for link, weight in zip(links, weights, strict=True))
    relevance = min(link.relevance for link in links)
    return Follow(own[0].signal.client_id, CHAIN, key, "fact", probability, relevance, causes)


def _counts(risk: Risk, rule: ChainRule, now: datetime) -> bool:
    is_recent = now - risk.started_at <= timedelta(days=rule.window_days)
    return is_recent and risk.ending is None and risk.signal.type != CHAIN and link_weight(risk, rule) > 0


def _stories(risks: Iterable[Risk]) -> int:
    return len({risk.signal.story_id for risk in risks})
