"""Clients, what happened to them and firms that are none, as the API tells them."""

from datetime import datetime

from pydantic import Field

from .act_shapes import ActShape
from .alert_shapes import AlertLine, LevelStepShape, OpenType
from .shapes import Number, Shape

Known = str | float | None


class ClientLine(Shape):
    """One client as a row."""

    client_id: str
    legal_name: str
    city: str | None
    sector: str | None
    manager: str | None = Field(description="The code of its manager.")
    tax_id: str | None


class FieldShape(Shape):
    """One field of what is known of a client, with where it comes from."""

    field: str
    value: Known = Field(description="Null where it is not known, or is not the caller's to see (money).")
    source: str | None = Field(description="The record it comes from.")
    others: dict[str, Known] = Field(description="What other records say instead, by record.")


class Tie(Shape):
    """How a client stands to another firm."""

    other_id: str
    other_name: str | None = Field(description="Null for a firm that is no client of the caller's.")
    kind: str = Field(description="parent, customer, supplier, guarantor or partner.")
    is_forward: bool = Field(description="True: the other is that to the client; false: the client is it to the other.")
    share: float | None = Field(description="0-1.")


class OutcomeShape(Shape):
    """Something that happened to a client."""

    kind: str
    subtype: str | None
    occurred_at: datetime
    recorded_at: datetime = Field(description="When the bank told us.")
    amount: float | None
    currency: str | None
    competing: bool = Field(description="True where it rules out the end that is waited for.")
    initiator: str | None = Field(description="Of an application: bank or client.")


class OfferShape(Shape):
    """One offer; prices are per cent per year."""

    offer_id: str
    client_id: str
    product: str
    amount: float
    tenor_months: float
    offered_at: datetime
    price: float = Field(description="Per cent per year.")
    status: str = Field(description="open, won, lost, withdrawn or expired.")
    decided_at: datetime | None
    loss_reason: str | None
    winner: str | None
    rival_price: float | None = Field(description="Per cent per year.")
    manager: str | None
    signal_led: bool | None = Field(description="Whether a signal led to it.")


class ClientWhole(Shape):
    """One client: what is known of it, and what was heard, offered and happened in two years."""

    client_id: str = Field(description="The id of today, whatever was asked for.")
    merged: list[str] = Field(description="The ids of clients that turned out to be this one.")
    fields: list[FieldShape]
    names: list[str] = Field(description="The short names in use.")
    sites: list[str] = Field(description="Addresses.")
    relations: list[Tie]
    level: float = Field(description="Its standing risk level now, 0-100.")
    is_flagged: bool
    threshold: float = Field(description="From which level on a client is flagged.")
    steps: list[LevelStepShape] = Field(description="Every step of the level, oldest first.")
    open_types: list[OpenType] = Field(description="What is open now.")
    alerts: list[AlertLine] = Field(description="Of two years, the newest first.")
    acts: list[ActShape] = Field(description="What was done about it, the newest first.")
    outcomes: list[OutcomeShape] = Field(description="The newest first.")
    offers: list[OfferShape] = Field(description="The newest first; empty where they are not the caller's to see.")


class FlaggedLine(Shape):
    """One flagged client."""

    client_id: str
    client: str = Field(description="Its legal name.")
    manager: str | None
    level: float = Field(description="0-100.")
    threshold: float
    why: str = Field(description="What holds the level up, in a sentence.")
    steps: list[LevelStepShape] = Field(description="The steps that still count, oldest first.")
    limit: Number = Field(description="Its limit in lira; null where it is not the caller's to see.")


class ProspectLine(Shape):
    """One firm that is heard of and is no client."""

    name: str
    tax_id: str | None
    city: str | None
    documents: int = Field(description="In how many documents it was heard of.")
    types: dict[str, int] = Field(description="By the code of a signal type, how often.")
    last_known_at: datetime
