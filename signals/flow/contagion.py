"""Contagion: a severe risk of one firm reaches the clients that are tied to it, and how it came is kept."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from oncu.config.derived import ContagionRule
from oncu.config.specs import SignalSpec
from oncu.storage.access import PRIVATE_CATEGORY
from oncu.storage.derived import Hop
from oncu.storage.relations import Tie

from .risks import Follow, Risk

CONTAGION = "contagion"
# What a firm is to the other end of its tie; "customer, forward" says that the other end is its customer.
ROLES = {
    ("parent", False): "parent",
    ("parent", True): "subsidiary",
    ("customer", False): "customer",
    ("customer", True): "supplier",
    ("supplier", False): "supplier",
    ("supplier", True): "customer",
    ("guarantor", False): "guarantor",
    ("guarantor", True): "guaranteed",
    ("partner", False): "partner",
    ("partner", True): "partner",
}
# Whose share the list tells: of the sales of the client to its customer, not of the purchases of that customer.
MIRRORED = (("customer", True), ("supplier", True))

Ways = Mapping[str, tuple[float, tuple[Hop, ...]]]  # by firm that is reached: how much of the risk, over which ties
Ties = Callable[[Collection[str]], Mapping[str, Sequence[Tie]]]


def find_contagion(
    causes: Iterable[Risk],
    ties_among: Ties,
    told: Collection[tuple[str, str]],
    clients: Collection[str],
    spec: SignalSpec,
    rule: ContagionRule,
) -> list[Follow]:
    """The clients that severe risks of others reach, each once a cause, the best way each.

    `told`: the (client, episode of the cause) that are known; `clients`: who can be reached.
    """
    risks = sorted(causes, key=lambda risk: (risk.started_at, risk.signal.id))
    firms = {risk.signal.client_id for risk in risks}
    ways = find_ways(firms, ties_among, rule, least=spec.threshold)
    return [
        _follow(risk, client_id, weight, path)
        for risk in risks
        for client_id, (weight, path) in sorted(ways.get(risk.signal.client_id, {}).items())
        if client_id in clients
        and (client_id, risk.signal.episode_id) not in told
        and risk.strength * weight >= spec.threshold
    ]


def severe_types(types: Mapping[str, SignalSpec], rule: ContagionRule) -> set[str]:
    """The types that may reach others: severe enough, and read, for what was derived goes no further."""
    return {code for code, spec in types.items() if spec.severity >= rule.least_severity and not spec.derived}


def severe_risks(
    risks: Iterable[Risk], types: Mapping[str, SignalSpec], rule: ContagionRule, now: datetime
) -> list[Risk]:
    """The open risks that may reach others: read in public texts, recent, and of a severe type."""
    severe = severe_types(types, rule)
    return [
        risk
        for risk in risks
        if risk.ending is None
        and risk.signal.category != PRIVATE_CATEGORY  # whoever sees the one firm may not see the other
        and risk.signal.type in severe
        and now - risk.started_at <= timedelta(days=rule.window_days)
    ]


def find_ways(firms: Collection[str], ties_among: Ties, rule: ContagionRule, *, least: float) -> dict[str, Ways]:
    """By firm in trouble whom it reaches over at most `most_hops` ties, with at least so much of the risk.

    Of several ways the one over which most arrives counts; no way leads back to where it came from.
    """
    near = ties_among(firms)
    ways = {firm: _widen({firm: (1.0, ())}, firm, near, rule, least) for firm in sorted(firms)}
    if rule.most_hops > 1:
        reached = {other for found in ways.values() for other in found}
        far = ties_among(reached)
        ways = {firm: _widen(found, firm, far, rule, least) for firm, found in ways.items()}
    return {firm: {other: way for other, way in found.items() if other != firm} for firm, found in ways.items()}


def tie_weight(role: str, share: float | None, rule: ContagionRule) -> float:
    """How much of a risk a tie carries, 0-1; nothing over a kind the rule does not name."""
    tie = rule.ties.get(role)  # type: ignore[call-overload]
    if tie is None:
        return 0.0
    return float(tie.reach * min(1.0, (tie.share if share is None else share) / rule.full_share))


def _widen(found: Ways, firm: str, ties: Mapping[str, Sequence[Tie]], rule: ContagionRule, least: float) -> Ways:
    """What is reached, and what is reached from there by one tie more."""
    best = {other: way for other, way in found.items() if other != firm}
    for other, (weight, path) in sorted(found.items()):
        for tie in ties.get(other, ()):
            key = (tie.kind, tie.is_forward)
            role, share = ROLES.get(key, tie.kind), None if key in MIRRORED else tie.share
            way = (weight * tie_weight(role, share, rule), (Hop(other, role, share), *path))
            if tie.other_id != firm and way[0] >= least:
                known = best.get(tie.other_id)
                best[tie.other_id] = min(known, way, key=_worse) if known else way
    return best


def _worse(way: tuple[float, tuple[Hop, ...]]) -> tuple[object, ...]:
    weight, path = way
    return -weight, len(path), [(hop.client_id, hop.role, hop.share is None, -(hop.share or 0.0)) for hop in path]


def _follow(risk: Risk, client_id: str, weight: float, path: tuple[Hop, ...]) -> Follow:
    signal = risk.signal
    probability, causes = risk.probability * weight, ((risk, weight, path),)
    return Follow(client_id, CONTAGION, signal.episode_id, signal.status, probability, risk.relevance, causes)
