"""Alerts as the API tells them: as rows, and whole."""

from datetime import datetime
from typing import Any

from pydantic import Field

from .shapes import Number, Shape, Side


class DeadlineShape(Shape):
    """What is due of an alert."""

    kind: str = Field(description="acknowledge: somebody takes it up; decide: it is accepted or dismissed.")
    due_at: datetime = Field(description="Until when, UTC; business hours are counted.")
    passed: float = Field(description="The share of its business time that is gone; over 1 it is late.")
    step: str | None = Field(description="Who hears of it by now: reminder, lead or head.")


class AlertLine(Shape):
    """One alert as a row."""

    id: str = Field(description="The id of the alert.")
    client_id: str = Field(description="The client, as it stands today.")
    client: str = Field(description="The client's legal name.")
    manager: str | None = Field(description="The code of the client's manager.")
    side: Side = Field(description="opportunity or risk.")
    type: str = Field(description="The code of the signal type.")
    title: str = Field(description="The title of the type.")
    priority: float = Field(description="By what alerts are ranked; more is more urgent.")
    state: str = Field(description="Where it stands.")
    owner: str | None = Field(description="To whom it was given; null: to nobody but its manager.")
    deadline: DeadlineShape | None = Field(description="What is due; null where nothing is any more.")
    held: str | None = Field(description="Why a digest would not carry it now: silenced, muted or routed.")
    created_at: datetime = Field(description="When it was made, UTC.")


class EvidenceShape(Shape):
    """One document behind an alert."""

    document_id: str = Field(description="The id of the document.")
    source: str = Field(description="The name of its source.")
    url: str | None = Field(description="Its address.")
    published_at: datetime | None = Field(description="When it says it was published.")
    first_seen_at: datetime = Field(description="When the crawler saw it first.")
    known_at: datetime = Field(description="When the signal existed for a reader.")
    status: str = Field(description="fact, announced, rumour, denied, cancelled or past.")
    quote: str = Field(description="The sentence, word for word; empty where it was erased.")
    told: str = Field(description="How it tells: by itself, or as a copy.")
    copied_from: str | None = Field(description="The source it copies.")
    time_note: str | None = Field(description="What its times say against each other.")
    novelty: str | None = Field(description="What it adds to what was known.")
    same_event: str | None = Field(description="Why it is the event of an earlier document.")
    facts: dict[str, Any] = Field(description="What the sentence states: amount, currency, dates, places …")
    tag_probability: float = Field(description="How sure the type is, 0-1.")
    tag_reason: str = Field(description="Why the type was seen.")
    mention_probability: float = Field(description="How sure the client is, 0-1.")
    mention_reason: str = Field(description="By what the client was found.")


class RecordShape(Shape):
    """How often signals of the type came true, with the 95 % interval."""

    value: Number = Field(description="The share that came true, 0-1.")
    low: Number = Field(description="Lower end of the interval.")
    high: Number = Field(description="Upper end of the interval.")
    n: int = Field(description="On how many episodes it rests; below 20 it says little.")
    horizon_days: int = Field(description="Within how many days.")


class StandingShape(Shape):
    """Where an alert stands."""

    state: str
    owner: str | None
    asleep_until: datetime | None = Field(description="Snoozed until then.")
    is_archived: bool = Field(description="Not shown until it gets worse.")
    waiting_since: datetime | None = Field(description="The client was asked, and the clock stands since then.")
    acknowledged_at: datetime | None
    decided_at: datetime | None
    closed_at: datetime | None
    proposer: str | None = Field(description="Who wants it dismissed and needs a second person.")
    reason: str | None


class MoveShape(Shape):
    """One thing somebody did with an alert."""

    id: str
    alert_id: str
    kind: str
    made_by: str
    made_at: datetime
    reason: str | None
    note: str | None
    whom: str | None = Field(description="To whom it was given.")
    until: datetime | None = Field(description="How long it sleeps.")
    undoes: str | None = Field(description="The move that was taken back.")


class AnswerShape(Shape):
    """What one person said of an alert last."""

    by: str
    answer: str | None = Field(description="right, wrong_firm, wrong_type, old or unimportant; null: a review else.")
    at: datetime


class RouteShape(Shape):
    """The rule that took an alert when it was made."""

    rule: str
    whom: list[str]
    channels: list[str]
    due_at: datetime


class LeadStepShape(Shape):
    """One step of a lead in research."""

    stage: str
    by: str
    note: str | None
    at: datetime


class OpenType(Shape):
    """Something else that is open at the client."""

    side: Side
    type: str


class LevelStepShape(Shape):
    """One step of a client's risk level."""

    at: datetime
    kind: str = Field(description="raise, or withdraw where it was denied.")
    type: str = Field(description="The signal type that made it.")
    height: float = Field(description="Of 100: its share of what is left to 100.")
    level: float = Field(description="The level right after it, 0-100.")


class AlertWhole(AlertLine):
    """One alert with all that stands behind it."""

    definition: str = Field(description="What the type means.")
    novelty: str = Field(description="Whether it is told for the first time.")
    quote: str = Field(description="The best sentence, word for word.")
    sources: int = Field(description="How many independent sources tell it.")
    copies: int = Field(description="How many documents copy another.")
    why: str = Field(description="Why the type was seen in the sentence.")
    match: str = Field(description="By what the client was found in it.")
    confidence: str = Field(description="How sure both are, in a word and as a share.")
    record: RecordShape | None = Field(description="The past of such signals; null before the first scoreboard.")
    next_step: str = Field(description="What one may say to the client.")
    because: str = Field(description="What a derived alert follows from; empty for one that was read.")
    rank: str = Field(description="Why it stands where it stands.")
    priority_reason: str = Field(description="The arithmetic of the priority.")
    evidence: list[EvidenceShape] = Field(description="Every document behind it.")
    also_open: list[OpenType] = Field(description="What else is open at the client.")
    level: list[LevelStepShape] = Field(description="The client's risk level step by step.")
    standing: StandingShape
    moves: list[MoveShape] = Field(description="What was done with it, oldest first.")
    answers: list[AnswerShape] = Field(description="What people answered.")
    route: RouteShape | None = Field(description="Null for one made before there were rules.")
    lead: list[LeadStepShape] = Field(description="Its steps in research, oldest first.")
