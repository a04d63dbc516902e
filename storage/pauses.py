"""Sources that people paused: they are not visited until somebody lets them go on."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, func, insert, select

from .audit import write_audit
from .models import source_moves

Kind = Literal["pause", "resume"]


@dataclass(frozen=True)
class SourceMove:
    """Who paused a source or let it go on, when and why."""

    source: str
    kind: Kind
    reason: str
    moved_by: str
    moved_at: datetime


def move_source(connection: Connection, move: SourceMove) -> bool:
    """Pause a source or let it go on, and note it in the trail; False where it was so already."""
    is_paused = move.source in paused_sources(connection)
    if is_paused == (move.kind == "pause"):
        return False
    last = connection.execute(select(func.max(source_moves.c.seq))).scalar_one()
    connection.execute(insert(source_moves).values(seq=(last or 0) + 1, **vars(move)))
    write_audit(
        connection, move.moved_by, f"source.{move.kind}", move.source, move.moved_at, reason=move.reason or None
    )
    return True


def paused_sources(connection: Connection) -> dict[str, SourceMove]:
    """The sources that are paused now, with the move that did it."""
    newest: dict[str, SourceMove] = {}
    for move in _moves(connection):
        newest[move.source] = move
    return {source: move for source, move in newest.items() if move.kind == "pause"}


def moves_of(connection: Connection, source: str) -> list[SourceMove]:
    """Every pause and resumption of a source, newest first."""
    return [move for move in reversed(_moves(connection)) if move.source == source]


def _moves(connection: Connection) -> list[SourceMove]:
    query = select(*(source_moves.c[name] for name in SourceMove.__dataclass_fields__)).order_by(source_moves.c.seq)
    return [SourceMove(*row) for row in connection.execute(query)]
