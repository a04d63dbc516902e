"""What only the pages need: reports that take minutes to make, and which sources people paused."""

from sqlalchemy import JSON, Column, Date, Index, Integer, Table

from .base import code, key, metadata, moment, text

# A whole report as a page shows it. `language` is empty where its words are chosen when it is read.
stored_reports = Table(
    "stored_reports",
    metadata,
    key(),
    code("kind"),
    code("language"),
    Column("as_of", Date, nullable=False),
    Column("content", JSON, nullable=False),
    moment("published_at"),
    code("version"),
    Index(None, "kind", "language", "as_of"),
)

# The newest row of a source counts; `kind` is pause or resume.
source_moves = Table(
    "source_moves",
    metadata,
    Column("seq", Integer, primary_key=True),
    code("source"),
    code("kind"),
    text("reason"),
    code("moved_by"),
    moment("moved_at"),
    Index(None, "source"),
)
