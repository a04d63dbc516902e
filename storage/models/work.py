"""What the scheduler does: every slot of every job, by whom it was taken and how it ended."""

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table

from .base import code, metadata, moment, text

# `lease_until`: who took a slot says again and again that they live; past that moment another may take it.
slots = Table(
    "slots",
    metadata,
    code("job"),
    moment("slot"),
    code("status"),
    text("taken_by"),
    moment("taken_at"),
    moment("lease_until"),
    moment("finished_at", nullable=True),
    Column("tries", Integer, nullable=False),
    text("said", nullable=True),
    PrimaryKeyConstraint("job", "slot"),
    Index(None, "taken_at"),
    Index(None, "job", "status", "finished_at"),
)
