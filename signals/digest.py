"""A manager's day: which of MY clients should I call today, why, and what do I say.

`compose_digest` decides once what the day carries; `view_digest` gathers everything a reader sees of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec, SourceSpec
from oncu.storage.alerts import (
    Alert,
    Evidence,
    evidence_of,
    find_digest,
    load_alerts,
    save_digest,
    updates_for,
    waiting_alerts,
)
from oncu.storage.clients import Client, load_clients
from oncu.storage.database import Database
from oncu.storage.documents import count_documents
from oncu.storage.scores import Score, newest_scores
from oncu.storage.signals import Step, load_steps, open_sides

from .health import blind_spots
from .level import level_at
from .links import domain_of
from .quote import Quote, quote_evidence
from .route import reading_order
from .words import Words

ENOUGH_HISTORY = 20  # below so many episodes a share says more about chance than about the type


@dataclass(frozen=True)
class AlertView:
    """One alert as it is read: verdict, quote, why, confidence, record, next step."""

    id: str
    side: str
    type: str
    verdict: str
    title: str
    definition: str
    novelty: str
    status: str
    quote: Quote
    source: str
    domain: str
    url: str | None
    published: str
    sources: int
    why: str
    match: str
    confidence: str
    record: str
    next_step: str
    priority: float


@dataclass(frozen=True)
class Card:
    """Everything one digest says about one client."""

    client_id: str
    client: str
    money: str
    level: float
    is_flagged: bool
    conflict: str | None
    alerts: tuple[AlertView, ...]

    @property
    def kind(self) -> str:
        """both | opportunity | risk: the section the card stands in."""
        return "both" if self.conflict else self.alerts[0].side


@dataclass(frozen=True)
class Update:
    """What changed on an alert the manager was told of."""

    alert_id: str
    client: str
    title: str
    what: str


@dataclass(frozen=True)
class DigestView:
    """A whole digest, ready to be written as text, HTML or JSON."""

    manager: str
    day: str
    documents: int
    alerts: int
    waiting: int
    cards: tuple[Card, ...]
    updates: tuple[Update, ...]
    silent_sources: tuple[str, ...]

    def section(self, kind: str) -> list[Card]:
        """The cards of one section, best first."""
        return [card for card in self.cards if card.kind == kind]


def compose_digest(database: Database, manager: str, day: date, settings: Settings, now: datetime) -> None:
    """Fix which alerts a manager's digest of a day carries; a digest that exists is left as it is.

    An alert may be carried on the day it was made or on one of the `wait_days` after it.
    """
    since, until = _bounds(day, settings)
    with database.write() as connection:
        if find_digest(connection, manager, day) is not None:
            return
        start = since - timedelta(days=settings.digest.wait_days)
        waiting = waiting_alerts(connection, manager, since=start, until=until)
        chosen = waiting[: settings.digest.max_alerts]
        documents = count_documents(connection, since=since, until=until)
        counts = {"documents": documents, "waiting": len(waiting) - len(chosen)}
        save_digest(connection, manager, day, chosen, counts, now)


def view_digest(
    database: Database,
    manager: str,
    day: date,
    settings: Settings,
    words: Words,
    *,
    types: Mapping[str, SignalSpec],
    sources: Mapping[str, SourceSpec],
) -> DigestView:
    """Gather what a composed digest shows, as of the moment it was made: what comes later is told in the next one.

    Raises Problem where none was composed.
    """
    with database.read() as connection:
        found = find_digest(connection, manager, day)
        if found is None:
            raise Problem(f"no digest of {day} was made for {manager!r}; compose it first")
        at = min(found.made_at, _bounds(day, settings)[1] - timedelta(microseconds=1))
        alerts = sorted(load_alerts(connection, found.alert_ids).values(), key=reading_order)
        clients = {client.client_id: client for client in load_clients(connection)}
        ids = sorted({alert.client_id for alert in alerts})
        shown = _Shown(
            words=words,
            types=types,
            sources=sources,
            evidence=evidence_of(connection, [alert.episode_id for alert in alerts], at=at),
            records=newest_scores(connection, "type", "conversion", until=day),
            steps=load_steps(connection, at=at, client_ids=ids),
            open_types=open_sides(connection, ids, at=at, days=settings.digest.conflict_days),
            at=at,
            threshold=settings.level.threshold,
        )
        updates = updates_for(connection, found, at=at)
    silent = blind_spots(database, settings.health, at)
    return DigestView(
        manager=manager,
        day=words.day(_bounds(day, settings)[0]),
        documents=found.counts["documents"],
        alerts=len(alerts),
        waiting=found.counts["waiting"],
        cards=tuple(_cards(alerts, clients, shown)),
        updates=tuple(_update(row, clients, shown) for row in updates),
        silent_sources=tuple(sources[name].title if name in sources else name for name in silent),
    )


@dataclass(frozen=True)
class _Shown:
    """What the cards of one digest are made from."""

    words: Words
    types: Mapping[str, SignalSpec]
    sources: Mapping[str, SourceSpec]
    evidence: Mapping[str, Sequence[Evidence]]
    records: Mapping[str, Score]
    steps: Mapping[str, Sequence[Step]]
    open_types: Mapping[str, set[str]]
    at: datetime
    threshold: float

    def title(self, code: str) -> str:
        """The title of a type; its code where the type file is gone."""
        return self.text(code, "title") or code

    def text(self, code: str, field: str) -> str:
        """A text of a type in the language of the reader; nothing where the type file is gone."""
        return str(getattr(getattr(self.types[code], field), self.words.language)) if code in self.types else ""


def _bounds(day: date, settings: Settings) -> tuple[datetime, datetime]:
    """The local day as a half-open interval of instants."""
    start = datetime.combine(day, time(), ZoneInfo(settings.timezone))
    return start, datetime.combine(day + timedelta(days=1), time(), ZoneInfo(settings.timezone))


def _cards(alerts: Iterable[Alert], clients: Mapping[str, Client], shown: _Shown) -> list[Card]:
    by_client: dict[str, list[Alert]] = {}
    for alert in alerts:
        by_client.setdefault(alert.client_id, []).append(alert)
    return [_card(clients[client_id], found, shown) for client_id, found in by_client.items()]


def _card(client: Client, alerts: Sequence[Alert], shown: _Shown) -> Card:
    level = level_at(shown.steps.get(client.client_id, ()), shown.at)
    limit, balance = shown.words.money(client.limit), shown.words.money(client.balance)
    return Card(
        client_id=client.client_id,
        client=client.legal_name,
        money=shown.words("money", limit=limit, balance=balance) if client.limit or client.balance else "",
        level=round(level, 1),
        is_flagged=level >= shown.threshold,
        conflict=_conflict(client.client_id, shown),
        alerts=tuple(_alert_view(alert, shown) for alert in alerts),
    )


def _conflict(client_id: str, shown: _Shown) -> str | None:
    """One sentence when opportunity and risk are both open at a client; they never cancel."""
    sides: dict[str, list[str]] = {"opportunity": [], "risk": []}
    for found in sorted(shown.open_types.get(client_id, ())):
        side, code = found.split(":")
        sides[side].append(shown.title(code))
    if not all(sides.values()):
        return None
    opportunities, risks = (", ".join(sides[side]) for side in ("opportunity", "risk"))
    return shown.words("conflict", opportunities=opportunities, risks=risks)


def _alert_view(alert: Alert, shown: _Shown) -> AlertView:
    words, evidence = shown.words, shown.evidence[alert.episode_id]
    best = max(evidence, key=lambda e: (e.tag_probability * e.mention_probability, e.known_at, e.document_id))
    stories = len({e.signal_id for e in evidence})
    probability = best.tag_probability * best.mention_probability
    return AlertView(
        id=alert.id,
        side=alert.side,
        type=alert.type,
        verdict=words(f"side_{alert.side}"),
        title=shown.title(alert.type),
        definition=shown.text(alert.type, "definition"),
        novelty=words("first_time") if stories == 1 else words("nth_story", n=stories),
        status=words(f"status_{best.status}"),
        quote=_quote(best, words),
        source=shown.sources[best.source].title if best.source in shown.sources else best.source,
        domain=domain_of(best.url) or words("no_link"),
        url=best.url if domain_of(best.url) else None,
        published=words.day(best.published_at) if best.published_at else words("undated"),
        sources=len({e.source for e in evidence}),
        why=words.reason(best.tag_reason),
        match=words.reason(best.mention_reason),
        confidence=f"{words.confidence(probability)} ({words.share(probability)})",
        record=_record(shown.records.get(alert.type), words),
        next_step=shown.text(alert.type, "talking_point"),
        priority=round(alert.priority, 4),
    )


def _quote(evidence: Evidence, words: Words) -> Quote:
    return quote_evidence(evidence) if evidence.title or evidence.text else Quote(words("erased"), "", "")


def _record(score: Score | None, words: Words) -> str:
    """How often such signals came true, with n; no share below ENOUGH_HISTORY."""
    if score is None or score.value is None or score.n < ENOUGH_HISTORY or score.low is None or score.high is None:
        return words("record_short", n=score.n if score else 0)
    low, high = words.share(score.low), words.share(score.high)
    share = words.share(score.value)
    return words("record_line", share=share, low=low, high=high, n=score.n, horizon=score.horizon_days)


def _update(row: tuple[str, str, str, str], clients: Mapping[str, Client], shown: _Shown) -> Update:
    alert_id, client_id, code, kind = row
    return Update(alert_id, clients[client_id].legal_name, shown.title(code), shown.words(f"update_{kind}"))
