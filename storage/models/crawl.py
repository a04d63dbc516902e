"""What was fetched, and what is known of pages and hosts."""

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from .base import Id, code, flag, key, metadata, moment, number, ref, text

runs = Table(
    "runs",
    metadata,
    key(),
    code("stage"),
    code("subject", nullable=True),
    code("version"),
    moment("started_at"),
    moment("finished_at", nullable=True),
    code("status"),
    Column("counts", JSON, nullable=False),
    Index(None, "stage", "started_at"),
    Index(None, "subject", "started_at"),
)

issues = Table(
    "issues",
    metadata,
    key(),
    ref("run_id", "runs.id", nullable=True),
    code("source", nullable=True),
    code("kind"),
    text("place"),
    text("problem"),
    moment("occurred_at"),
    Index(None, "source", "occurred_at"),
)

documents = Table(
    "documents",
    metadata,
    key(),
    code("source"),
    text("natural_key"),
    Column("version", Integer, nullable=False),
    text("url", nullable=True),
    code("language"),
    code("category"),
    code("origin"),
    moment("published_at", nullable=True),
    moment("first_seen_at"),
    code("content_digest"),
    Column("fields", JSON, nullable=False),
    text("quarantine", nullable=True),
    UniqueConstraint("source", "natural_key", "content_digest"),
    Index(None, "first_seen_at"),
    Index(None, "source", "first_seen_at"),
)

texts = Table(
    "texts",
    metadata,
    Column("document_id", Id, ForeignKey("documents.id"), primary_key=True),
    text("title"),
    text("body"),
    code("author_digest", nullable=True),
    moment("erased_at", nullable=True),
)

validators = Table(
    "validators",
    metadata,
    key(),
    code("source"),
    text("address"),
    code("fingerprint"),
    text("etag", nullable=True),
    text("last_modified", nullable=True),
    code("digest", nullable=True),
    moment("read_at"),
    Index(None, "source", "read_at"),
)

# Alarms of sources, and their ends, that keepers are told of.
alarms = Table(
    "alarms",
    metadata,
    key(),
    code("source"),
    code("kind"),
    code("state"),
    moment("since"),
    Column("visits", Integer, nullable=False),
    text("problem"),
    moment("noted_at"),
    moment("sent_at", nullable=True),
    Index(None, "sent_at"),
)

robots = Table(
    "robots",
    metadata,
    key(),
    text("place"),
    code("agent"),
    Column("rules", JSON, nullable=False),
    number("delay", nullable=True),
    moment("read_at"),
    Index(None, "read_at"),
)

backfills = Table(
    "backfills",
    metadata,
    key(),
    code("source"),
    moment("window_start"),
    moment("window_end"),
    Column("pending", JSON, nullable=False),
    moment("started_at"),
    moment("saved_at"),
    Index(None, "source", "window_start"),
)

readings = Table(
    "readings",
    metadata,
    ref("document_id", "documents.id"),
    code("stage"),
    code("version"),
    moment("done_at"),
    PrimaryKeyConstraint("document_id", "stage"),
)

waiting = Table(
    "waiting",
    metadata,
    code("stage"),
    moment("first_seen_at"),
    ref("document_id", "documents.id"),
    PrimaryKeyConstraint("stage", "first_seen_at", "document_id"),
    sqlite_with_rowid=False,
)

stories = Table("stories", metadata, key(), ref("first_document_id", "documents.id"), moment("known_at"))

story_members = Table(
    "story_members",
    metadata,
    ref("document_id", "documents.id"),
    ref("story_id", "stories.id"),
    number("similarity"),
    flag("is_copy"),
    Column("sketch", LargeBinary, nullable=False),
    moment("known_at"),
    code("version"),
    PrimaryKeyConstraint("document_id", "version"),
    Index(None, "known_at"),
    Index(None, "story_id"),
)
