"""The desk: its queue, moves on alerts, taking the last one back, and answers of one word."""

from collections.abc import Collection
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from starlette.exceptions import HTTPException

from oncu.storage.alerts import load_alerts

from ...review.answering import answer_alert
from ...review.desk import take_back
from ..cases import desk_of, reader_names
from ..hands import Asked as Hand
from ..hands import move_alerts
from ..queues import Wanted, read_queue
from ..site import Visit
from .alert_shapes import AlertLine, MoveShape
from .alerts import lines_of
from .caller import acting, note_part, reading
from .faults import CHANGING, documented
from .shapes import (
    AlertId,
    AlertPath,
    Asked,
    Cursor,
    Id,
    Limit,
    Manager,
    Moment,
    Number,
    Part,
    Said,
    Shape,
    Side,
    part_of,
)

router = APIRouter(tags=["desk"])
Actor = Annotated[Visit, Depends(acting("desk"))]
View = Literal["all", "mine", "unassigned", "overdue", "second", "snoozed", "followed", "closed"]
Kind = Literal[
    "acknowledge", "accept", "dismiss", "confirm", "refuse", "escalate", "assign", "snooze", "archive", "wait",
    "resume", "resolve", "reopen", "note",
]  # fmt: skip
# Why an alert is dismissed, and what came of one that is resolved.
Reasons = Literal[
    "wrong_firm", "wrong_type", "old", "duplicate", "unimportant", "known", "unreliable", "other",
    "happened", "business", "secured", "nothing",
]  # fmt: skip
Answer = Literal["right", "wrong_firm", "wrong_type", "old", "unimportant"]


class MoveAsked(Asked):
    """One move on one or more alerts: on all of them, or on none."""

    alert_ids: list[AlertId] = Field(min_length=1, max_length=50)
    kind: Kind
    reason: Reasons | None = None
    note: Said | None = None
    whom: Id | None = None
    until: Moment | None = None


class Moved(Shape):
    """The moves that were made; a dismissal of a severe risk comes back as `propose`."""

    moves: list[MoveShape]


class QueuedShape(AlertLine):
    """One alert of the queue, with what orders it."""

    level: float = Field(description="The client's risk level, 0-100.")
    money: Number = Field(description="The money at risk in lira; null where it is not known, or not to be seen.")
    holder: str | None = Field(description="Whose it is: to whom it was given, else the client's manager.")
    is_given: bool = Field(description="Whether somebody gave it to them.")


class AnswerAsked(Asked):
    """What the caller says of an alert."""

    answer: Answer


@router.get("/desk", responses=documented())
def read_desk(
    visit: Annotated[Visit, Depends(reading("desk"))],
    view: Annotated[View, Query()] = "all",
    side: Side | None = None,
    manager: Manager = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Part[QueuedShape]:
    """A view of the queue in the order in which it is worked off."""
    _, rows = read_queue(visit, Wanted(view, side or "", manager or ""))
    shown, after = part_of(rows, limit, cursor)
    with visit.database.read() as connection:
        found = load_alerts(connection, [row.id for row in shown])
        lines = lines_of(connection, visit, {row.id: found[row.id] for row in shown})
    note_part(visit, "desk", shown)
    items = [
        QueuedShape(
            **line.model_dump(),
            level=round(row.level, 3),
            money=row.money,
            holder=row.holder,
            is_given=row.is_given,
        )
        for row, line in zip(shown, lines, strict=True)
    ]
    return Part[QueuedShape](items=items, next=after, total=len(rows))


@router.post("/moves", responses=documented(*CHANGING))
def make_moves(visit: Actor, asked: MoveAsked) -> Moved:
    """Make one move on each of up to 50 alerts. A repeat answers 409 with where the alert stands."""
    move = Hand(asked.kind, asked.reason, asked.note, asked.whom, asked.until)
    made = move_alerts(visit, sorted(set(asked.alert_ids)), move)
    if made is None:
        raise HTTPException(404)
    return Moved(moves=[MoveShape.model_validate(one) for one in made])


@router.post("/alerts/{alert_id}/undo", responses=documented(*CHANGING))
def undo_move(visit: Actor, alert_id: AlertPath) -> MoveShape:
    """Take the caller's last move back, within seconds of it. A repeat answers 409."""
    database = visit.about(_clients_of(visit, [alert_id]))
    return MoveShape.model_validate(take_back(database, desk_of(visit), alert_id, by=visit.actor, now=visit.now))


@router.post("/alerts/{alert_id}/answer", responses=documented(*CHANGING))
def give_answer(visit: Actor, alert_id: AlertPath, asked: AnswerAsked) -> Moved:
    """Say whether an alert was right: the moves that stand for it. A repeat makes none."""
    made = answer_alert(
        visit.about(_clients_of(visit, [alert_id])),
        desk_of(visit),
        alert_id,
        asked.answer,
        by=visit.actor,
        now=visit.now,
        note=visit.words("api_reopened"),
        known_as=reader_names(visit),
    )
    return Moved(moves=[MoveShape.model_validate(move) for move in made])


def _clients_of(visit: Visit, alert_ids: Collection[str]) -> set[str]:
    """Whose alerts they are; 404 unless the caller sees all of them."""
    with visit.database.read() as connection:
        found = load_alerts(connection, list(alert_ids))
    if len(found) < len(alert_ids):
        raise HTTPException(404)
    return {alert.client_id for alert in found.values()}
