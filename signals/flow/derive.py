"""The stage between detecting and routing: what open risks say together, and what they say of other clients.

It looks at what is stored and not at what is new, so a relation that is imported late counts, and a run that was
killed is made up for by the next; but it reads only the risks from which something may follow: severe ones of firms
with ties, those of clients with risks of several types, and what was told before. What follows is looked for as of
the moment; what was told before is known whenever that was, so days that are played again bring nothing new.
Contagion comes first: it may be a link of a chain, never the other way round.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from oncu.config.specs import SignalSpec
from oncu.storage.clients import client_ids
from oncu.storage.database import Database, Transaction
from oncu.storage.derived import Cause, Derived, causes_since, save_derived
from oncu.storage.heard import endings_of, risk_onsets, signals_in
from oncu.storage.relations import ties_among
from oncu.storage.signals import Ending

from .chains import CHAIN, find_chains
from .contagion import CONTAGION, find_contagion, severe_risks, severe_types
from .risks import Follow, Risk, build_rows, causes_by_episode, end_rows, join_rows, read_risks

REMEMBERED = timedelta(days=400)  # how long a derived episode can still be ended by what ends its causes

Types = Mapping[str, SignalSpec]
Look = Callable[[Transaction, Types, datetime], set[str]]  # the episodes from which something may follow
Find = Callable[[Transaction, list[Risk], list[Cause], Types, datetime], list[Follow]]


def derive_pending(database: Database, types: Types, now: datetime) -> int:
    """Make and end derived signals as of a moment; returns how many are new."""
    found = 0
    for code, look, find in ((CONTAGION, _may_spread, _contagion), (CHAIN, _may_chain, _chains)):
        if code in types:
            with database.write() as connection:
                rows = _derive(connection, code, look, find, types, now)
                save_derived(connection, rows)
            found += len(rows.detected.signals)
    return found


def ending_of(causes: list[Cause], endings: Mapping[str, Ending], least: int) -> Ending | None:
    """What ends a derived episode: the newest ending, where fewer than `least` of its causes still stand."""
    by_cause = {cause.cause_episode_id: endings.get(cause.cause_episode_id) for cause in causes}
    ended = [ending for ending in by_cause.values() if ending]
    if not ended or len(by_cause) - len(ended) >= least:
        return None
    return max(ended, key=lambda ending: (ending.known_at, ending.id))


def _derive(connection: Transaction, code: str, look: Look, find: Find, types: Types, now: datetime) -> Derived:
    spec, since = types[code], now - REMEMBERED
    causes = causes_since(connection, code, since)
    wanted = {cause.cause_episode_id for cause in causes} | look(connection, types, now)
    wanted |= {onset.episode_id for onset in risk_onsets(connection, [code], since=since, until=now)}
    endings = endings_of(connection, wanted, until=now)
    risks = read_risks(signals_in(connection, wanted, until=now), endings)
    raises = spec.chain is None  # the links of a chain have raised the level already
    own = [risk for risk in risks if risk.signal.type == code]
    rows = build_rows(find(connection, risks, causes, types, now), own, spec, now, raises=raises)
    least = spec.chain.least if spec.chain else 1
    told = causes_by_episode(causes)
    grown = {signal.episode_id for signal in rows.detected.signals}
    for risk in own:
        episode_id = risk.signal.episode_id
        ending = ending_of(told.get(episode_id, []), endings, least)
        if ending and risk.ending is None and episode_id not in grown:
            rows = join_rows(rows, end_rows(risk, ending, now, raises=raises))
    return rows


def _may_spread(connection: Transaction, types: Types, now: datetime) -> set[str]:
    """The open and severe risks of firms that are tied to others."""
    rule = types[CONTAGION].contagion
    if rule is None:
        return set()
    since = now - timedelta(days=rule.window_days)
    found = risk_onsets(connection, severe_types(types, rule), since=since, until=now, standing=True)
    tied = ties_among(connection, {onset.client_id for onset in found})
    return {onset.episode_id for onset in found if onset.client_id in tied}


def _contagion(
    connection: Transaction, risks: list[Risk], causes: list[Cause], types: Types, now: datetime
) -> list[Follow]:
    spec = types[CONTAGION]
    if spec.contagion is None:
        return []
    severe = severe_risks(risks, types, spec.contagion, now)
    if not severe:
        return []
    told = {(cause.client_id, cause.cause_episode_id) for cause in causes}
    return find_contagion(
        severe, lambda firms: ties_among(connection, firms), told, client_ids(connection), spec, spec.contagion
    )


def _may_chain(connection: Transaction, types: Types, now: datetime) -> set[str]:
    """The open risks of clients that have as many types of them as make a chain."""
    rule = types[CHAIN].chain
    if rule is None:
        return set()
    since = now - timedelta(days=rule.window_days)
    found = risk_onsets(connection, types.keys() - {CHAIN}, since=since, until=now, standing=True)
    kinds: dict[str, set[str]] = {}
    for onset in found:
        kinds.setdefault(onset.client_id, set()).add(onset.type)
    return {onset.episode_id for onset in found if len(kinds[onset.client_id]) >= rule.least}


def _chains(
    connection: Transaction, risks: list[Risk], causes: list[Cause], types: Types, now: datetime
) -> list[Follow]:
    spec = types[CHAIN]
    if spec.chain is None:
        return []
    told = {
        episode_id: [cause.cause_episode_id for cause in found]
        for episode_id, found in causes_by_episode(causes).items()
    }
    known = [risk for risk in risks if risk.signal.type in types]
    return find_chains(known, told, spec, spec.chain, now)
