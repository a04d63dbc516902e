"""What the bank tells us: relations, outcomes, offers, exposure and actions, saved by key and read as of a moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, or_, select

from .changes import Changes, Row, save_changes
from .identity import survivors, with_merged
from .keys import key_id
from .models import actions, exposure, offers, outcomes, relations

Loaded = TypeVar("Loaded")
DECIDED = ("decided_at", "loss_reason", "loss_reason_source", "winner", "rival_price", "rival_price_source")


@dataclass(frozen=True)
class Relation:
    """How a client stands to another firm: `other_id` is the client's parent, customer, supplier, guarantor…"""

    client_id: str
    other_id: str
    kind: str
    share: float | None


@dataclass(frozen=True)
class Outcome:
    """Something that happened to a client; `competing` is the end that rules out the one we wait for."""

    client_id: str
    kind: str
    subtype: str | None
    occurred_at: datetime
    recorded_at: datetime
    amount: float | None
    currency: str | None
    competing: bool
    initiator: str | None
    note: str | None


@dataclass(frozen=True)
class Exposure:
    """When a client was with the bank, both days included; `until` is None while it still is."""

    client_id: str
    begin: date
    until: date | None
    sector: str | None
    size_band: str | None
    region: str | None


@dataclass(frozen=True)
class Offer:
    """One offer; prices are per cent per year, `tenor_months` months, `rivals` who else bid (separated by ;)."""

    offer_id: str
    client_id: str
    signal_id: str | None
    product: str
    amount: float
    tenor_months: float
    offered_at: datetime
    price: float
    cost: float
    floor: float | None
    list_price: float | None
    status: str
    decided_at: datetime | None
    loss_reason: str | None
    loss_reason_source: str | None
    winner: str | None
    rival_price: float | None
    rival_price_source: str | None
    n_bidders: int | None
    delta_randomised: float | None
    approver_discretion: float | None
    manager: str | None
    signal_led: bool | None
    rivals: str | None


@dataclass(frozen=True)
class Action:
    """What the bank did about a client; `propensity` is the chance with which it acts at all, also where it did not.

    `amount`: by how much a limit cut or collateral lowered what is at stake.
    """

    client_id: str
    signal_id: str | None
    kind: str
    acted_at: datetime
    arm: str | None
    propensity: float | None
    note: str | None
    amount: float | None = None


def relation_key(row: Row) -> tuple[object, ...]:
    """What makes two relations the same."""
    return row["client_id"], row["other_id"], row["kind"]


def outcome_key(row: Row) -> tuple[object, ...]:
    """What makes two outcomes the same: client, kind, subtype, calendar day (UTC) and who began it."""
    day = row["occurred_at"].date()
    return row["client_id"], row["kind"], row.get("subtype"), day, row.get("initiator")


def exposure_key(row: Row) -> tuple[object, ...]:
    """What makes two exposures the same."""
    return row["client_id"], row["from"]


def action_key(row: Row) -> tuple[object, ...]:
    """What makes two actions the same."""
    return row["client_id"], row["kind"], row["acted_at"].isoformat()


def save_relations(connection: Connection, rows: Sequence[Row], now: datetime) -> Changes:
    """Insert or update relations; a row without `recorded_at` is recorded `now`, here and in the functions below."""
    return _save(connection, relations, rows, now, relation_key)


def save_outcomes(connection: Connection, rows: Sequence[Row], now: datetime) -> Changes:
    """Insert or update outcomes; one that does not say so is not competing."""
    return _save(connection, outcomes, [{"competing": False, **row} for row in rows], now, outcome_key)


def save_exposure(connection: Connection, rows: Sequence[Row], now: datetime) -> Changes:
    """Insert or update exposure."""
    return _save(connection, exposure, rows, now, exposure_key)


def save_actions(connection: Connection, rows: Sequence[Row], now: datetime) -> Changes:
    """Insert or update actions."""
    return _save(connection, actions, rows, now, action_key)


def save_offers(connection: Connection, rows: Sequence[Row], now: datetime) -> Changes:
    """Insert or update offers by `offer_id`."""
    return save_changes(connection, offers, [{**row, "recorded_at": row.get("recorded_at") or now} for row in rows])


def load_relations(connection: Connection, as_of: datetime) -> list[Relation]:
    """The relations recorded by then, each once; none of a client to itself."""
    merged = survivors(connection)
    found = _load(connection, relations, Relation, as_of)
    today = (replace(tie, other_id=merged.get(tie.other_id, tie.other_id)) for tie in found)
    return list(dict.fromkeys(tie for tie in today if tie.client_id != tie.other_id))


def load_outcomes(connection: Connection, as_of: datetime) -> list[Outcome]:
    """The outcomes recorded by then, in order of client and time; one that was told of a client and of the one merged
    into it counts once."""
    found = _load(connection, outcomes, Outcome, as_of, "occurred_at")
    once: dict[tuple[object, ...], Outcome] = {}
    for outcome in found:
        once.setdefault(outcome_key(vars(outcome)), outcome)
    return sorted(once.values(), key=lambda outcome: (outcome.client_id, outcome.occurred_at))


def load_exposure(connection: Connection, as_of: datetime) -> list[Exposure]:
    """The exposure recorded by then; an end after that moment is not known yet."""
    query = select(exposure).where(exposure.c.recorded_at <= as_of)
    rows = connection.execute(query.order_by(exposure.c.client_id, exposure.c["from"])).mappings()
    found = [
        Exposure(row["client_id"], row["from"], _unless_later(row["to"], as_of.date()), *_strata(row)) for row in rows
    ]
    merged = survivors(connection)
    return _as_one(found, merged) if merged else found


def load_offers(connection: Connection, as_of: datetime) -> list[Offer]:
    """The offers recorded by then; one that was decided later is still open, without what the decision brought."""
    return [as_known(offer, as_of) for offer in _load(connection, offers, Offer, as_of, "offered_at")]


def outcomes_of(connection: Connection, client_id: str, as_of: datetime) -> list[Outcome]:
    """The outcomes of one client recorded by then, oldest first."""
    return _load(connection, outcomes, Outcome, as_of, "occurred_at", client_id=client_id)


def offers_of(connection: Connection, client_id: str, as_of: datetime) -> list[Offer]:
    """The offers made to one client as recorded by then, oldest first."""
    found = _load(connection, offers, Offer, as_of, "offered_at", client_id=client_id)
    return [as_known(offer, as_of) for offer in found]


def open_offers(connection: Connection, as_of: datetime) -> list[Offer]:
    """The offers that nobody has said the end of, the one that waits longest first."""
    found = _load(connection, offers, Offer, as_of, "offered_at", only=offers.c.status == "open")
    return sorted(found, key=lambda offer: (offer.offered_at, offer.offer_id))


def offer_of_id(connection: Connection, offer_id: str, as_of: datetime) -> Offer | None:
    """One offer as its row is now, decided or not."""
    return next(iter(_load(connection, offers, Offer, as_of, "offered_at", only=offers.c.offer_id == offer_id)), None)


def load_actions(connection: Connection, as_of: datetime) -> list[Action]:
    """The actions recorded by then, in order of client and time."""
    return _load(connection, actions, Action, as_of, "acted_at")


def _save(
    connection: Connection, table: Table, rows: Sequence[Row], now: datetime, key: Callable[[Row], tuple[object, ...]]
) -> Changes:
    keyed = [{**row, "id": key_id(table.name, *key(row)), "recorded_at": row.get("recorded_at") or now} for row in rows]
    return save_changes(connection, table, keyed)


def _load(
    connection: Connection,
    table: Table,
    shape: type[Loaded],
    as_of: datetime,
    order: str = "client_id",
    *,
    client_id: str | None = None,
    only: ColumnElement[bool] | None = None,
) -> list[Loaded]:
    columns = [table.c[field.name] for field in fields(shape)]  # type: ignore[arg-type]
    query = select(*columns).where(table.c.recorded_at <= as_of, *still_said(table, as_of))
    if client_id is not None:
        query = query.where(table.c.client_id.in_(with_merged(connection, [client_id])))
    if only is not None:
        query = query.where(only)
    rows = connection.execute(query.order_by(table.c.client_id, table.c[order], *table.primary_key)).mappings()
    merged = survivors(connection)
    return [shape(**{**row, "client_id": merged.get(row["client_id"], row["client_id"])}) for row in rows]


def still_said(table: Table, as_of: datetime) -> list[ColumnElement[bool]]:
    """The condition that a row was not taken back by a moment, where rows of the table can be."""
    taken_back = table.c.get("removed_at")
    return [] if taken_back is None else [or_(taken_back.is_(None), taken_back > as_of)]


def _as_one(found: Sequence[Exposure], merged: Mapping[str, str]) -> list[Exposure]:
    """Exposure under the clients of today; periods of clients that are one now and overlap are one period."""
    ids = {client_id for pair in merged.items() for client_id in pair}
    joined: dict[str, list[Exposure]] = {}
    for period in sorted((p for p in found if p.client_id in ids), key=lambda p: p.begin):
        today = replace(period, client_id=merged.get(period.client_id, period.client_id))
        periods = joined.setdefault(today.client_id, [])
        last = periods[-1] if periods else None
        if last is not None and (last.until is None or today.begin <= last.until):
            until = None if last.until is None or today.until is None else max(last.until, today.until)
            periods[-1] = replace(last, until=until)
        else:
            periods.append(today)
    kept = [period for period in found if period.client_id not in ids]
    return sorted((*kept, *(p for several in joined.values() for p in several)), key=lambda p: (p.client_id, p.begin))


def _strata(row: RowMapping) -> tuple[Any, Any, Any]:
    return row["sector"], row["size_band"], row["region"]


def _unless_later(day: date | None, as_of: date) -> date | None:
    return day if day is None or day <= as_of else None


def as_known(offer: Offer, as_of: datetime) -> Offer:
    """An offer as it stood at a moment: open, without what the decision brought, where that came later."""
    if offer.decided_at is None or offer.decided_at <= as_of:
        return offer
    return Offer(**(vars(offer) | dict.fromkeys(DECIDED) | {"status": "open"}))
