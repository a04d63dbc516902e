"""What is sent to write something down of a client, and what comes back."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from .shapes import PLAIN, AlertId, Asked, Day, Id, Said, Shape

Amount = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]
Percent = Annotated[float, Field(ge=-100, le=1000, allow_inf_nan=False)]


class ActAsked(Asked):
    """A visit or a call, or what the risk team did; of limit cuts and collateral `amount` says by how much."""

    kind: Literal["visit", "call", "limit_cut", "collateral", "watchlist"]
    acted_on: Day
    note: Said | None = None
    amount: Amount | None = None
    alert_id: AlertId | None = None


class TipAsked(Asked):
    """What was heard of a client; personal data is masked before anything is kept."""

    said: Said
    heard_on: Day
    origin: Literal["self", "employee", "customer", "competitor", "independent"]


class OfferAsked(Asked):
    """An offer that was made; prices are per cent per year. Without a number of the bank's own it gets one."""

    offered_on: Day
    product: Annotated[str, Field(min_length=1, max_length=200, pattern=PLAIN)]
    amount: Amount
    tenor_months: Annotated[float, Field(gt=0, le=1200, allow_inf_nan=False)]
    price: Percent
    cost: Percent
    floor: Percent | None = None
    list_price: Percent | None = None
    offer_id: Id | None = None
    alert_id: AlertId | None = None


class CloseAsked(Asked):
    """How an offer ended; a lost one says why, to whom and at what price of the rival as far as it is known."""

    status: Literal["open", "won", "lost", "withdrawn", "expired"]
    decided_on: Day | None = None
    loss_reason: Literal["price", "service", "speed", "terms", "relationship", "other", "unknown"] | None = None
    loss_reason_source: Literal["client", "manager", "inferred"] | None = None
    winner: Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")] | None = None
    rival_price: Percent | None = None


class Kept(Shape):
    """What was kept."""

    id: str


class TakenBack(Shape):
    """Whose it was."""

    client_id: str


class ActShape(Shape):
    """Something that was done about a client."""

    id: str
    kind: str
    acted_at: datetime
    note: str | None
    amount: float | None = Field(description="By how much it lowered what is at stake, in lira.")
    signal_id: str | None = Field(description="The signal that was the reason; null without one.")
    made_by: str | None = Field(description="Who wrote it down; null where a file brought it.")
    recorded_at: datetime
