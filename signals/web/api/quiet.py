"""What is not told: silences that people set, and what was withheld, for people to judge."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from oncu.storage.audited import Judgement, judge_withheld
from oncu.storage.clients import Client, clients_of
from oncu.storage.signals import client_of_signal
from oncu.storage.silences import Silence, all_silences, silences_at
from oncu.storage.withheld import Withheld, withheld_on

from ...faces.held import held_reason
from ..found import known
from ..silencing import set_silence, unset_silence
from ..site import Visit
from .caller import acting, note_part, reading
from .faults import CHANGING, documented
from .moves import AnswerAsked
from .shapes import Asked, Changed, Cursor, Day, Id, IdPath, Limit, Manager, Part, Reason, Shape, Side, part_of

router = APIRouter(tags=["quiet"])
Reader = Annotated[Visit, Depends(reading("unshown"))]
Actor = Annotated[Visit, Depends(acting("unshown"))]
Kind = Literal["weak", "quiet", "silenced", "muted", "no_room", "routed"]


class SilenceShape(Shape):
    """What is not told for a while: everything that meets client, type and source where they are given."""

    id: str
    client_id: str | None
    type: str | None
    source: str | None
    until: datetime = Field(description="From this moment on it is told again, UTC.")
    reason: str
    set_by: str
    set_at: datetime
    removed_at: datetime | None
    removed_by: str | None
    is_open: bool = Field(description="Whether it is in force now.")


class SilenceAsked(Asked):
    """A silence: name a client, a type, a source or several of them."""

    client_id: Id | None = None
    type: Id | None = None
    source: Id | None = None
    until: Day
    reason: Reason


class WithheldShape(Shape):
    """Something that was heard and not told."""

    signal_id: str
    alert_id: str | None = Field(description="Null: it was not thought worth an alert.")
    client_id: str
    client: str = Field(description="Its legal name.")
    manager: str | None
    side: Side
    type: str
    kind: Kind
    why: str = Field(description="What is behind it, in words.")
    day: date = Field(description="The day on which it was not told (last).")
    known_at: datetime


@router.get("/silences", responses=documented())
def list_silences(
    visit: Reader, is_open: bool | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Part[SilenceShape]:
    """The silences the caller may know of, the newest first."""
    with visit.database.read() as connection:
        in_force = {one.id for one in silences_at(connection, visit.now)}
        found = [one for one in all_silences(connection) if is_open in (None, one.id in in_force)]
    shown, after = part_of(found, limit, cursor)
    note_part(visit, "silences", shown)
    items = [_silence(one, is_open=one.id in in_force) for one in shown]
    return Part[SilenceShape](items=items, next=after, total=len(found))


@router.post("/silences", responses=documented(*CHANGING))
def add_silence(visit: Actor, asked: SilenceAsked) -> SilenceShape:
    """Keep quiet to the end of a day. A repeat answers with the one in force."""
    what = {"client_id": asked.client_id, "code": asked.type, "source": asked.source}
    return _silence(set_silence(visit, **what, until=asked.until, reason=asked.reason), is_open=True)


@router.post("/silences/{silence_id}/end", responses=documented(*CHANGING))
def stop_silence(visit: Actor, silence_id: IdPath) -> SilenceShape:
    """End a silence before its time. A repeat answers 404: it is in force no more."""
    unset_silence(visit, silence_id)
    with visit.database.read() as connection:
        ended = next(one for one in all_silences(connection) if one.id == silence_id)
    return _silence(ended, is_open=False)


@router.get("/withheld", responses=documented())
def list_withheld(
    visit: Reader,
    days: Annotated[int, Query(ge=1, le=366)] = 30,
    kind: Kind | None = None,
    manager: Manager = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Part[WithheldShape]:
    """What was heard and not told in a period, the newest first."""
    first = visit.day - timedelta(days=days - 1)
    with visit.database.read() as connection:
        found = [one for one in withheld_on(connection, first, visit.day, manager=manager) if kind in (None, one.kind)]
        found.sort(key=lambda one: (one.day, one.known_at, one.signal_id), reverse=True)
        shown, after = part_of(found, limit, cursor)
        clients = clients_of(connection, {one.client_id for one in shown})
    note_part(visit, "withheld", shown)
    return Part[WithheldShape](items=[_withheld(visit, one, clients) for one in shown], next=after, total=len(found))


@router.post("/withheld/{signal_id}/answer", responses=documented(*CHANGING))
def answer_withheld(visit: Actor, signal_id: IdPath, asked: AnswerAsked) -> Changed:
    """Say whether something withheld should have been told. A repeat changes nothing and says so."""
    with visit.database.read() as connection:
        client = known(client_of_signal(connection, signal_id))
    with visit.about([client]).write() as connection:
        given = Judgement(signal_id, asked.answer, visit.actor, visit.now)
        return Changed(changed=judge_withheld(connection, given))


def _silence(one: Silence, *, is_open: bool) -> SilenceShape:
    return SilenceShape(**vars(one), is_open=is_open)


def _withheld(visit: Visit, row: Withheld, clients: Mapping[str, Client]) -> WithheldShape:
    client = clients.get(row.client_id)
    kept = ("signal_id", "alert_id", "client_id", "side", "type", "kind", "day", "known_at")
    return WithheldShape.model_validate(
        {name: getattr(row, name) for name in kept}
        | {
            "client": client.legal_name if client else row.client_id,
            "manager": client.manager if client else row.manager,
            "why": held_reason(row, visit.words, visit.face.title),
        }
    )
