"""Moves at the review desk: what people did with an alert, in order, none ever removed."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from .audit import write_audit
from .changes import LOOKUP_ROWS, chunks
from .database import save_new
from .keys import key_id
from .models import alert_updates, alerts, moves, reviews

# The moves that say whether an alert was right, with the verdict they give in the reviews.
VERDICTS = {"accept": "accepted", "dismiss": "dismissed", "confirm": "dismissed"}


@dataclass(frozen=True)
class Move:
    """One thing done with an alert. `whom`: to whom it was given. `until`: how long it sleeps. `undoes`: the id of the
    move that is taken back. `number`: its place among the moves of its alert, from 1 on, given when it is kept."""

    alert_id: str
    kind: str
    made_by: str
    made_at: datetime
    reason: str | None = None
    note: str | None = None
    whom: str | None = None
    until: datetime | None = None
    undoes: str | None = None
    number: int = 0

    @property
    def id(self) -> str:
        """The same move of the same person at the same moment is the same row."""
        return key_id(
            "move", self.alert_id, self.kind, self.made_by, self.made_at.astimezone(UTC).isoformat(), self.undoes
        )


@dataclass(frozen=True)
class Update:
    """Something new about an alerted episode: `update`, or how it ended."""

    kind: str
    at: datetime


def save_move(connection: Connection, move: Move, state: str) -> None:
    """Keep a move with a row in the trail, the verdict it gives or takes back, and where the alert stands after it."""
    last = select(func.coalesce(func.max(moves.c.number), 0)).where(moves.c.alert_id == move.alert_id)
    number = connection.execute(last).scalar_one() + 1
    save_new(connection, moves, [vars(move) | {"id": move.id, "number": number}])
    connection.execute(update(alerts).where(alerts.c.id == move.alert_id).values(state=state))
    if move.undoes:
        connection.execute(delete(reviews).where(reviews.c.id == _review_key(move.alert_id, move.undoes)))
    elif verdict := VERDICTS.get(move.kind):
        row: dict[str, Any] = {
            "id": _review_key(move.alert_id, move.id),
            "alert_id": move.alert_id,
            "reviewer": move.made_by,
        }
        row |= {"verdict": verdict, "reason": move.reason, "note": move.note, "reviewed_at": move.made_at}
        save_new(connection, reviews, [row])
    write_audit(connection, move.made_by, f"alert.{move.kind}", move.alert_id, move.made_at, reason=move.reason)


def moves_of(connection: Connection, alert_ids: Iterable[str]) -> dict[str, list[Move]]:
    """By alert its moves, oldest first; alerts that nobody touched are not in it."""
    found: dict[str, list[Move]] = {}
    columns = [moves.c[field.name] for field in fields(Move)]
    for batch in chunks(sorted(set(alert_ids)), LOOKUP_ROWS):
        query = select(*columns).where(moves.c.alert_id.in_(batch)).order_by(moves.c.alert_id, moves.c.number)
        for row in connection.execute(query):
            found.setdefault(row.alert_id, []).append(Move(*row))
    return found


def moves_made(connection: Connection, *, since: datetime, until: datetime, by: str | None = None) -> list[Move]:
    """The moves from a moment until another, oldest first; of one person or of all."""
    query = select(*(moves.c[field.name] for field in fields(Move)))
    query = query.where(moves.c.made_at >= since, moves.c.made_at <= until)
    if by is not None:
        query = query.where(moves.c.made_by == by)
    return [Move(*row) for row in connection.execute(query.order_by(moves.c.made_at, moves.c.alert_id, moves.c.number))]


def updates_of(connection: Connection, alert_ids: Iterable[str]) -> dict[str, list[Update]]:
    """By alert what came after it, oldest first."""
    found: dict[str, list[Update]] = {}
    for batch in chunks(sorted(set(alert_ids)), LOOKUP_ROWS):
        query = select(alert_updates.c.alert_id, alert_updates.c.kind, alert_updates.c.known_at)
        query = query.where(alert_updates.c.alert_id.in_(batch)).order_by(alert_updates.c.known_at, alert_updates.c.id)
        for alert_id, kind, at in connection.execute(query):
            found.setdefault(alert_id, []).append(Update(kind, at))
    return found


def _review_key(alert_id: str, move_id: str) -> str:
    return key_id("review", alert_id, move_id)
