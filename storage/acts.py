"""What people write down of a client on a page: visits, calls, offers, limit cuts; by whom, and what was taken back.

The rows are those that a file brings (storage/outcomes.py). Nothing is removed: what was taken back was never meant
from that moment on, and stays for whoever looks at an earlier one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, Table, case, func, select, update

from .audit import write_audit
from .changes import Row
from .identity import owner_of, survivors, with_merged
from .keys import digest_of, key_id
from .models import actions, clients, offers
from .outcomes import action_key, save_actions, save_offers, still_said

CONTACTS = ("visit", "call")
MADE_WITH_OFFER = "offer"  # the kind of the action that stands beside an offer: the client was met


@dataclass(frozen=True)
class Act:
    """One action with what a page needs beside it: its key, who wrote it down (nobody for a file's) and when."""

    id: str
    client_id: str
    signal_id: str | None
    kind: str
    acted_at: datetime
    note: str | None
    amount: float | None
    made_by: str | None
    recorded_at: datetime


@dataclass(frozen=True)
class Contacts:
    """How often one manager's clients were visited or called in a period, with a signal as the reason and without."""

    manager: str
    kind: str
    with_reason: int
    without: int


def write_act(connection: Connection, row: Row, *, by: str, now: datetime) -> str:
    """Keep an action somebody wrote down, with a row in the trail; returns its key."""
    key = key_id("actions", *action_key(row))
    save_actions(connection, [{**row, "made_by": by, "removed_at": None}], now)
    write_audit(connection, by, f"act.{row['kind']}", f"{row['client_id']} {key}", now, after=_digest(row))
    return key


def write_offer(connection: Connection, row: Row, *, by: str, now: datetime, before: Row | None = None) -> None:
    """Keep an offer as it is now; `before`: as it was, where only its end is written down."""
    action = "offer.close" if before else "offer.make"
    save_offers(connection, [row if before else {**row, "made_by": by, "removed_at": None}], now)
    then = _digest(before) if before else None
    write_audit(connection, by, action, str(row["offer_id"]), now, before=then, after=_digest(row))


def acts_of(connection: Connection, client_id: str, at: datetime) -> list[Act]:
    """What was done about a client by a moment, the newest first, without what was taken back."""
    own = actions.c.client_id.in_(with_merged(connection, [client_id]))
    query = select(*(actions.c[name] for name in Act.__dataclass_fields__)).where(
        own, actions.c.recorded_at <= at, actions.c.kind != MADE_WITH_OFFER, *still_said(actions, at)
    )
    merged = survivors(connection)
    rows = connection.execute(query.order_by(actions.c.acted_at.desc(), actions.c.id)).mappings()
    return [Act(**{**row, "client_id": merged.get(row["client_id"], row["client_id"])}) for row in rows]


def own_act(connection: Connection, act_id: str, by: str) -> Act | None:
    """An action that a person wrote down and did not take back."""
    query = select(*(actions.c[name] for name in Act.__dataclass_fields__))
    query = query.where(actions.c.id == act_id, actions.c.made_by == by, actions.c.removed_at.is_(None))
    row = connection.execute(query).mappings().first()
    return Act(**row) if row else None


def writer_of_offer(connection: Connection, offer_id: str) -> tuple[str | None, datetime] | None:
    """Who wrote an offer down, nobody for a file's, and when; None where there is none of the id."""
    query = select(offers.c.made_by, offers.c.recorded_at).where(offers.c.offer_id == offer_id)
    row = connection.execute(query.where(offers.c.removed_at.is_(None))).first()
    return (row.made_by, row.recorded_at) if row else None


def take_back_act(connection: Connection, act_id: str, *, by: str, now: datetime) -> None:
    """From now on the action was never meant."""
    _take_back(connection, actions, act_id, now)
    write_audit(connection, by, "act.take_back", act_id, now)


def take_back_offer(connection: Connection, offer_id: str, *, by: str, now: datetime) -> None:
    """From now on the offer was never meant, nor the meeting at which it was made."""
    _take_back(connection, offers, offer_id, now)
    meeting = actions.c.kind == MADE_WITH_OFFER, actions.c.note == offer_id, actions.c.made_by == by
    connection.execute(update(actions).where(*meeting).values(removed_at=now))
    write_audit(connection, by, "offer.take_back", offer_id, now)


def contacts_made(connection: Connection, *, since: datetime, until: datetime) -> list[Contacts]:
    """By manager (of today) and kind how many visits and calls fell in a period, with a reason and without."""
    in_time = actions.c.acted_at > since, actions.c.acted_at <= until
    return [Contacts(*row) for row in connection.execute(_contacts(until).where(*in_time))]


def contacts_of(connection: Connection, client_id: str, *, at: datetime) -> list[Contacts]:
    """The same of one client, of all time."""
    own = actions.c.client_id.in_(with_merged(connection, [client_id]))
    return [Contacts(*row) for row in connection.execute(_contacts(at).where(own))]


def _contacts(at: datetime) -> Select[Any]:
    has_reason = actions.c.signal_id.is_not(None)
    query = select(
        func.coalesce(clients.c.manager, "").label("manager"),
        actions.c.kind,
        func.sum(case((has_reason, 1), else_=0)).label("with_reason"),
        func.sum(case((has_reason, 0), else_=1)).label("without"),
    )
    query = query.select_from(actions).join(clients, clients.c.client_id == owner_of(actions.c.client_id))
    query = query.where(actions.c.kind.in_(CONTACTS), actions.c.recorded_at <= at, *still_said(actions, at))
    return query.group_by(clients.c.manager, actions.c.kind).order_by("manager", actions.c.kind.desc())


def _take_back(connection: Connection, table: Table, key: str, now: datetime) -> None:
    column: Any = next(iter(table.primary_key))
    connection.execute(update(table).where(column == key, table.c.removed_at.is_(None)).values(removed_at=now))


def _digest(row: Row) -> str:
    cells: Sequence[str] = [f"{name}={value}" for name, value in sorted(row.items()) if name != "recorded_at"]
    return digest_of(*cells)
