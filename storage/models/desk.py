"""The review desk: every move people make on an alert."""

from sqlalchemy import Column, Index, Integer, Table, UniqueConstraint

from .base import code, key, metadata, moment, ref, text

# Append-only: where an alert stands follows from its moves in the order of their numbers. `undoes`: the move that this
# one takes back.
moves = Table(
    "moves",
    metadata,
    key(),
    ref("alert_id", "alerts.id"),
    Column("number", Integer, nullable=False),
    code("kind"),
    code("made_by"),
    moment("made_at"),
    code("reason", nullable=True),
    text("note", nullable=True),
    code("whom", nullable=True),
    moment("until", nullable=True),
    code("undoes", nullable=True),
    UniqueConstraint("alert_id", "number"),
    Index(None, "made_at"),
)
