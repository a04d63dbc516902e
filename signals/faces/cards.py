"""What a reader is shown of alerts: one card a client, and on it each alert with quote, reasons, record, next step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise

from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec, SourceSpec
from oncu.storage.alerts import Alert, Evidence, evidence_of
from oncu.storage.clients import Client, clients_of
from oncu.storage.database import Transaction
from oncu.storage.derived import Cause, causes_of
from oncu.storage.heard import story_aliases_of
from oncu.storage.scores import Score, newest_scores
from oncu.storage.signals import Step, load_steps, open_sides

from ..flow.level import level_at, raising_steps
from ..flow.novelty import first_stories
from ..flow.priority import in_reading_order, read_factors
from ..flow.tellers import count_copies, count_independent, publisher_of, trace_tellers
from ..words import Words
from .because import cause_story, level_story, own_stories, rank_story
from .links import domain_of
from .quote import Quote, quote_evidence

ENOUGH_HISTORY = 20  # below so many episodes a share says more about chance than about the type


@dataclass(frozen=True)
class Face:
    """Who reads: in which language, with which types and sources, under which settings."""

    words: Words
    types: Mapping[str, SignalSpec]
    sources: Mapping[str, SourceSpec]
    settings: Settings

    def title(self, code: str) -> str:
        """The title of a type; its code where the type file is gone."""
        return self.text(code, "title") or code

    def outlet(self, source: str) -> str:
        """The title of a source; of one of our own the word for it, of one whose file is gone its name."""
        spec = self.sources.get(source)
        return spec.title if spec else self.words.texts.get(f"source_{source}", source)

    def text(self, code: str, field: str) -> str:
        """A text of a type in the language of the reader; nothing where the type file is gone."""
        return str(getattr(getattr(self.types[code], field), self.words.language)) if code in self.types else ""


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
    copies: int
    why: str
    match: str
    confidence: str
    record: str
    next_step: str
    priority: float
    because: str = ""
    rank: str = ""


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
    level_story: str = ""

    @property
    def kind(self) -> str:
        """both | opportunity | risk: the section the card stands in."""
        return "both" if self.conflict else self.alerts[0].side


@dataclass(frozen=True)
class Shown:
    """What cards are made from, as known at a moment."""

    face: Face
    clients: Mapping[str, Client]
    evidence: Mapping[str, Sequence[Evidence]]
    records: Mapping[str, Score]
    steps: Mapping[str, Sequence[Step]]
    open_types: Mapping[str, set[str]]
    at: datetime
    first_stories: Mapping[tuple[str, str, str], str]
    causes: Mapping[str, Sequence[Cause]]
    next_alert: Mapping[Alert, Alert]
    ids: Mapping[Alert, str]  # of a merged client's alert it is not the one its values give

    def event_of(self, alert: Alert, item: Evidence) -> str:
        """The first story of the event that a document tells."""
        return self.first_stories.get((alert.client_id, alert.type, item.story_id), item.story_id)

    @property
    def words(self) -> Words:
        """The language of the reader."""
        return self.face.words

    @cached_property
    def names(self) -> dict[str, str]:
        """The legal names by id."""
        return {key: client.legal_name for key, client in self.clients.items()}

    def for_reader(self, alerts: Iterable[Alert]) -> "Shown":
        """The same for a reader of some of the alerts: what stands before and after another is theirs alone."""
        return replace(self, next_alert=dict(pairwise(in_reading_order(alerts))))

    def name(self, client_id: str) -> str:
        """The legal name of a client; its id where it is gone."""
        return self.clients[client_id].legal_name if client_id in self.clients else client_id

    def title(self, code: str) -> str:
        """The title of a type in the language of the reader."""
        return self.face.title(code)


def gather_shown(
    connection: Transaction,
    carried: Mapping[str, Alert],
    face: Face,
    *,
    at: datetime,
    day: date,
    named: Iterable[str] = (),
) -> Shown:
    """What the cards of some alerts (by id) show as known at a moment; records are those published until the day.

    `named`: clients without a card whose names are told as well.
    """
    alerts = {alert: key for key, alert in carried.items()}
    ids = sorted({alert.client_id for alert in alerts})
    episodes = [alert.episode_id for alert in alerts]
    causes = causes_of(connection, episodes, at=at)
    on_the_way = {hop.client_id for found in causes.values() for cause in found for hop in cause.path}
    return Shown(
        face=face,
        clients=clients_of(connection, {*ids, *on_the_way, *named}),
        evidence=evidence_of(connection, episodes, at=at),
        records=newest_scores(connection, "type", "conversion", until=day),
        steps=load_steps(connection, at=at, client_ids=ids),
        open_types=open_sides(connection, ids, at=at, days=face.settings.digest.conflict_days),
        at=at,
        first_stories=first_stories(story_aliases_of(connection, at=at, client_ids=ids)),
        causes=causes,
        next_alert=dict(pairwise(in_reading_order(alerts))),
        ids=alerts,
    )


def show_cards(alerts: Iterable[Alert], shown: Shown) -> list[Card]:
    """One card a client, in the order of the alerts."""
    by_client: dict[str, list[Alert]] = {}
    for alert in alerts:
        by_client.setdefault(alert.client_id, []).append(alert)
    return [_card(shown.clients[client_id], found, shown) for client_id, found in by_client.items()]


def _card(client: Client, alerts: Sequence[Alert], shown: Shown) -> Card:
    steps = shown.steps.get(client.client_id, ())
    level = level_at(steps, shown.at)
    raised = raising_steps(steps, shown.at)
    limit, balance = shown.words.money(client.limit), shown.words.money(client.balance)
    threshold = shown.face.settings.level.threshold
    return Card(
        client_id=client.client_id,
        client=client.legal_name,
        money=shown.words("money", limit=limit, balance=balance) if client.limit or client.balance else "",
        level=round(level, 3),  # shown without decimals: rounding it to one first would round twice
        is_flagged=level >= threshold,
        conflict=_conflict(client.client_id, shown),
        alerts=tuple(show_alert(alert, shown) for alert in alerts),
        level_story=level_story(raised, shown.words, shown.title, threshold=threshold),
    )


def _conflict(client_id: str, shown: Shown) -> str | None:
    """One sentence when opportunity and risk are both open at a client; they never cancel."""
    sides: dict[str, list[str]] = {"opportunity": [], "risk": []}
    for found in sorted(shown.open_types.get(client_id, ())):
        side, code = found.split(":")
        sides[side].append(shown.title(code))
    if not all(sides.values()):
        return None
    opportunities, risks = (", ".join(sides[side]) for side in ("opportunity", "risk"))
    return shown.words("conflict", opportunities=opportunities, risks=risks)


def show_alert(alert: Alert, shown: Shown) -> AlertView:
    """One alert as it is read."""
    words, causes = shown.words, shown.causes.get(alert.episode_id, ())
    evidence = own_stories(shown.evidence[alert.episode_id], causes)
    best = max(evidence, key=lambda e: (e.tag_probability * e.mention_probability, e.known_at, e.document_id))
    tellers = trace_tellers(evidence, words.zone)
    events = 1 if causes else len({shown.event_of(alert, item) for item in evidence})
    # Nobody wrote a derived signal: how sure it is stands in its arithmetic alone.
    sure = best.tag_probability * best.mention_probability
    probability = read_factors(alert.reason)[0].value if causes else sure
    return AlertView(
        id=shown.ids[alert],
        side=alert.side,
        type=alert.type,
        verdict=words(f"side_{alert.side}"),
        title=shown.title(alert.type),
        definition=shown.face.text(alert.type, "definition"),
        novelty=words("first_time") if events == 1 else words("nth_story", n=events),
        status=words(f"status_{best.status}"),
        quote=_quote(best, words),
        source=shown.face.outlet(best.source),
        domain=domain_of(best.url) or words("no_link"),
        url=best.url if domain_of(best.url) else None,
        published=words.day(best.published_at) if best.published_at else words("undated"),
        sources=count_independent(tellers, publisher_of(shown.face.sources)),
        copies=count_copies(tellers),
        why=words.reason(best.tag_reason),
        match=words.reason(best.mention_reason),
        confidence=f"{words.confidence(probability)} ({words.share(probability)})",
        record=_record(shown.records.get(alert.type), words),
        next_step=shown.face.text(alert.type, "talking_point"),
        priority=round(alert.priority, 4),
        because=cause_story(causes, words, shown.title, shown.names) if causes else "",
        rank=rank_story(alert, shown.next_alert.get(alert), words),
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
