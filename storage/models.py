"""Every table, in the order of the flow: crawl, clients, mentions to alerts, people, outcomes, scores.

Times: `published_at` is what a page claims, `first_seen_at` our crawler's clock (never back-filled), `known_at` when a
row existed for a reader, `occurred_at` when something happened, `recorded_at` when we were told. Mentions, tags,
signals and story membership are append-only and carry the version that made them. Text that may hold personal data
lives in `texts` alone, so that erasing a person touches one table.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Moment(TypeDecorator[datetime]):
    """An instant, UTC in storage; a datetime without a zone is refused because it would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = String(32)


def _id() -> Column[Any]:
    return Column("id", Id, primary_key=True)


def _ref(name: str, target: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Id if target.endswith(".id") else String(64), ForeignKey(target), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Moment, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=nullable)


def _code(name: str, *, nullable: bool = False, **rest: Any) -> Column[Any]:
    return Column(name, String(64), nullable=nullable, **rest)


def _number(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Float, nullable=nullable)


def _flag(name: str) -> Column[Any]:
    return Column(name, Boolean, nullable=False)


def _share(name: str) -> CheckConstraint:
    return CheckConstraint(f"{name} >= 0 AND {name} <= 1", name=f"{name}_is_share")


# ----------------------------------------------------------------------------------------------- crawl

runs = Table(
    "runs",
    metadata,
    _id(),
    _code("stage"),
    _code("subject", nullable=True),
    _code("version"),
    _moment("started_at"),
    _moment("finished_at", nullable=True),
    _code("status"),
    Column("counts", JSON, nullable=False),
    Index(None, "stage", "started_at"),
    Index(None, "subject", "started_at"),
)

issues = Table(
    "issues",
    metadata,
    _id(),
    _ref("run_id", "runs.id", nullable=True),
    _code("source", nullable=True),
    _code("kind"),
    _text("place"),
    _text("problem"),
    _moment("occurred_at"),
    Index(None, "source", "occurred_at"),
)

documents = Table(
    "documents",
    metadata,
    _id(),
    _code("source"),
    _text("natural_key"),
    Column("version", Integer, nullable=False),
    _text("url", nullable=True),
    _code("language"),
    _code("category"),
    _code("origin"),
    _moment("published_at", nullable=True),
    _moment("first_seen_at"),
    _code("content_digest"),
    Column("fields", JSON, nullable=False),
    _text("quarantine", nullable=True),
    UniqueConstraint("source", "natural_key", "content_digest"),
    Index(None, "first_seen_at"),
    Index(None, "source", "first_seen_at"),
)

texts = Table(
    "texts",
    metadata,
    Column("document_id", Id, ForeignKey("documents.id"), primary_key=True),
    _text("title"),
    _text("body"),
    _code("author_digest", nullable=True),
    _moment("erased_at", nullable=True),
)

validators = Table(
    "validators",
    metadata,
    _id(),
    _code("source"),
    _text("address"),
    _code("fingerprint"),
    _text("etag", nullable=True),
    _text("last_modified", nullable=True),
    _code("digest", nullable=True),
    _moment("read_at"),
    Index(None, "source", "read_at"),
)

robots = Table(
    "robots",
    metadata,
    _id(),
    _text("place"),
    _code("agent"),
    Column("rules", JSON, nullable=False),
    _number("delay", nullable=True),
    _moment("read_at"),
    Index(None, "read_at"),
)

backfills = Table(
    "backfills",
    metadata,
    _id(),
    _code("source"),
    _moment("window_start"),
    _moment("window_end"),
    Column("pending", JSON, nullable=False),
    _moment("started_at"),
    _moment("saved_at"),
    Index(None, "source", "window_start"),
)

readings = Table(
    "readings",
    metadata,
    _ref("document_id", "documents.id"),
    _code("stage"),
    _code("version"),
    _moment("done_at"),
    PrimaryKeyConstraint("document_id", "stage"),
)

stories = Table("stories", metadata, _id(), _ref("first_document_id", "documents.id"), _moment("known_at"))

story_members = Table(
    "story_members",
    metadata,
    _ref("document_id", "documents.id"),
    _ref("story_id", "stories.id"),
    _number("similarity"),
    _flag("is_copy"),
    Column("sketch", LargeBinary, nullable=False),
    _moment("known_at"),
    _code("version"),
    PrimaryKeyConstraint("document_id", "version"),
    Index(None, "known_at"),
    Index(None, "story_id"),
)

# --------------------------------------------------------------------------------------------- clients

clients = Table(
    "clients",
    metadata,
    Column("client_id", String(64), primary_key=True),
    _text("legal_name"),
    _code("tax_id", nullable=True),
    _code("mersis", nullable=True),
    _code("lei", nullable=True),
    _code("ticker", nullable=True),
    _text("website", nullable=True),
    _text("city", nullable=True),
    _text("sector", nullable=True),
    _code("size_band", nullable=True),
    _code("manager", nullable=True),
    _code("deputy", nullable=True),
    _code("parent_id", nullable=True),
    _number("limit", nullable=True),
    _number("balance", nullable=True),
    _text("collateral", nullable=True),
    _moment("recorded_at"),
    _code("merged_into", nullable=True),  # the client this one turned out to be; never a merged one itself
    Column("origins", JSON, nullable=True),  # field: key of the record it came from; none where there is one record
    Index(None, "manager"),
    Index(None, "tax_id"),
    Index(None, "merged_into"),
)

# What each source's file says of each firm; no reference to clients, whose rows are made from these.
records = Table(
    "records",
    metadata,
    _id(),
    _code("source"),
    _code("record_id"),
    _code("client_id"),
    _code("basis"),
    _text("reason"),
    _moment("recorded_at"),
    UniqueConstraint("source", "record_id"),
    Index(None, "client_id"),
)

record_versions = Table(
    "record_versions",
    metadata,
    _id(),
    _ref("record_key", "records.id"),
    Column("fields", JSON, nullable=False),
    _moment("recorded_at"),
    _moment("retired_at", nullable=True),
    Index(None, "record_key"),
)

aliases = Table(
    "aliases",
    metadata,
    _id(),
    _ref("client_id", "clients.client_id"),
    _text("alias"),
    _code("origin"),
    _moment("known_at"),
    _moment("retired_at", nullable=True),
    Index(None, "client_id"),
)

sites = Table(
    "sites",
    metadata,
    _id(),
    _ref("client_id", "clients.client_id"),
    _text("address"),
    _text("city", nullable=True),
    _text("district", nullable=True),
    _text("zone", nullable=True),
    _moment("known_at"),
    _moment("retired_at", nullable=True),
    Index(None, "client_id"),
)

relations = Table(
    "relations",
    metadata,
    _id(),
    _ref("client_id", "clients.client_id"),
    _code("other_id"),
    _code("kind"),
    _number("share", nullable=True),
    _moment("recorded_at"),
    Index(None, "client_id"),
    Index(None, "other_id"),
)

# Firms that are no clients (yet), and where they were heard of; `linked_at`: when one became a client.
prospects = Table(
    "prospects",
    metadata,
    _id(),
    _text("name"),
    _code("tax_id", nullable=True),
    _text("city", nullable=True),
    _moment("known_at"),
    _code("client_id", nullable=True),
    _moment("linked_at", nullable=True),
    Index(None, "client_id"),
)

prospect_mentions = Table(
    "prospect_mentions",
    metadata,
    _id(),
    _ref("prospect_id", "prospects.id"),
    _ref("document_id", "documents.id"),
    _code("type"),
    _text("reason"),
    _moment("known_at"),
    _code("version"),
    Index(None, "prospect_id"),
)

# ------------------------------------------------------------------------------------ mentions to alerts

mentions = Table(
    "mentions",
    metadata,
    _id(),
    _ref("document_id", "documents.id"),
    _ref("client_id", "clients.client_id"),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    _number("probability"),
    _flag("accepted"),
    Column("relevance", Integer, nullable=False),
    _code("role"),
    _text("reason"),
    _moment("known_at"),
    _code("version"),
    _share("probability"),
    Index(None, "client_id", "known_at", "document_id"),
    Index(None, "document_id"),
)

tags = Table(
    "tags",
    metadata,
    _id(),
    _ref("mention_id", "mentions.id"),
    _code("type"),
    _code("side"),
    _number("probability"),
    _flag("accepted"),
    _code("status"),
    _code("origin"),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    _text("reason"),
    _moment("known_at"),
    _code("version"),
    _share("probability"),
    Index(None, "mention_id"),
)

episodes = Table(
    "episodes",
    metadata,
    _id(),
    _ref("client_id", "clients.client_id"),
    _code("side"),
    _code("type"),
    _moment("started_at"),
    _code("arm"),
    Index(None, "client_id", "type", "started_at"),
)

signals = Table(
    "signals",
    metadata,
    _id(),
    _ref("client_id", "clients.client_id"),
    _code("type"),
    _code("side"),
    _ref("story_id", "stories.id"),
    _ref("episode_id", "episodes.id"),
    _ref("tag_id", "tags.id"),
    _ref("document_id", "documents.id"),
    _text("event_key"),
    _code("source"),
    _code("category"),
    _code("origin"),
    _code("status"),
    _number("probability"),
    Column("relevance", Integer, nullable=False),
    _moment("published_at", nullable=True),
    _moment("first_seen_at"),
    _moment("known_at"),
    _code("arm"),
    _code("version"),
    UniqueConstraint("client_id", "type", "story_id"),
    _share("probability"),
    Index(None, "client_id", "known_at"),
    Index(None, "known_at"),
    Index(None, "episode_id"),
)

signal_evidence = Table(
    "signal_evidence",
    metadata,
    _ref("signal_id", "signals.id"),
    _ref("tag_id", "tags.id"),
    _ref("document_id", "documents.id"),
    _code("source"),
    _code("status"),
    _code("novelty", nullable=True),
    _moment("known_at"),
    PrimaryKeyConstraint("signal_id", "document_id"),
)

# As far as a client and type go, one story turned out to tell what an earlier one tells, in other words.
story_aliases = Table(
    "story_aliases",
    metadata,
    _id(),
    _ref("client_id", "clients.client_id"),
    _code("type"),
    _ref("story_id", "stories.id"),
    _code("same_as"),
    _text("reason"),
    _moment("known_at"),
    _code("version"),
    UniqueConstraint("client_id", "type", "story_id"),
)

# What a derived signal follows from: the links of a chain, or the cause of a contagion and the way it came.
derivations = Table(
    "derivations",
    metadata,
    _id(),
    _ref("signal_id", "signals.id"),
    _ref("cause_id", "signals.id"),
    _number("weight"),
    Column("path", JSON, nullable=False),
    _moment("known_at"),
    UniqueConstraint("signal_id", "cause_id"),
    Index(None, "known_at"),
)

episode_endings = Table(
    "episode_endings",
    metadata,
    _id(),
    _ref("episode_id", "episodes.id"),
    _ref("signal_id", "signals.id"),
    _code("kind"),
    _moment("known_at"),
    UniqueConstraint("episode_id", "kind"),
)

level_steps = Table(
    "level_steps",
    metadata,
    _id(),
    _ref("client_id", "clients.client_id"),
    _ref("episode_id", "episodes.id"),
    _code("kind"),
    _number("height"),
    _number("half_life_days"),
    _text("reason"),
    _moment("known_at"),
    UniqueConstraint("episode_id", "kind"),
    Index(None, "client_id", "known_at"),
)

alerts = Table(
    "alerts",
    metadata,
    _id(),
    _ref("client_id", "clients.client_id"),
    _code("type"),
    _code("side"),
    _text("event_key"),
    _ref("episode_id", "episodes.id"),
    _ref("signal_id", "signals.id"),
    _code("manager", nullable=True),
    _number("priority"),
    _text("reason"),
    _code("state"),
    _moment("created_at"),
    UniqueConstraint("client_id", "type", "event_key"),
    UniqueConstraint("episode_id"),
    Index(None, "manager", "created_at"),
)

alert_updates = Table(
    "alert_updates",
    metadata,
    _id(),
    _ref("alert_id", "alerts.id"),
    _ref("signal_id", "signals.id"),
    _code("kind"),
    _moment("known_at"),
    Index(None, "alert_id", "known_at"),
)

digests = Table(
    "digests",
    metadata,
    _id(),
    _code("manager"),
    Column("day", Date, nullable=False),
    _moment("created_at"),
    _moment("sent_at", nullable=True),
    Column("counts", JSON, nullable=False),
    UniqueConstraint("manager", "day"),
)

digest_alerts = Table(
    "digest_alerts",
    metadata,
    _ref("digest_id", "digests.id"),
    _ref("alert_id", "alerts.id"),
    Column("rank", Integer, nullable=False),
    PrimaryKeyConstraint("digest_id", "alert_id"),
    UniqueConstraint("alert_id"),
)

# What customers complain of, one row a complaint and client.
complaints = Table(
    "complaints",
    metadata,
    _id(),
    _ref("document_id", "documents.id"),
    _ref("client_id", "clients.client_id"),
    _ref("mention_id", "mentions.id"),
    _code("source"),
    _code("story_id"),
    Column("day", Date, nullable=True),
    _code("topic"),
    _number("severity"),
    _number("probability"),
    _flag("is_resolved"),
    _number("answer_hours", nullable=True),
    _moment("known_at"),
    _code("version"),
    Index(None, "client_id", "day"),
    Index(None, "day"),
)

# Days on which a client had more complaints than chance explains: surges, and floods that are no news of the client.
surges = Table(
    "surges",
    metadata,
    _id(),
    _ref("client_id", "clients.client_id"),
    Column("day", Date, nullable=False),
    _code("kind"),
    Column("count", Integer, nullable=False),
    Column("authors", Integer, nullable=False),
    Column("sources", Integer, nullable=False),
    _number("expected"),
    _number("p_value"),
    _number("q_value"),
    _text("reason"),
    _code("signal_id", nullable=True),
    _moment("known_at"),
    _code("version"),
    UniqueConstraint("client_id", "day", "kind"),
    Index(None, "day"),
)

# ---------------------------------------------------------------------------- people, outcomes and scores

reviews = Table(
    "reviews",
    metadata,
    _id(),
    _ref("alert_id", "alerts.id"),
    _code("reviewer"),
    _code("verdict"),
    _code("reason", nullable=True),
    _text("note", nullable=True),
    _moment("reviewed_at"),
    Index(None, "alert_id"),
)

decisions = Table(
    "decisions",
    metadata,
    _id(),
    _code("kind"),
    _text("subject"),
    _text("object"),
    _code("verdict"),
    _text("reason", nullable=True),
    _code("decided_by"),
    _moment("decided_at"),
    Index(None, "kind", "subject"),
)

outcomes = Table(
    "outcomes",
    metadata,
    _id(),
    _ref("client_id", "clients.client_id"),
    _code("kind"),
    _text("subtype", nullable=True),
    _moment("occurred_at"),
    _moment("recorded_at"),
    _number("amount", nullable=True),
    _code("currency", nullable=True),
    _flag("competing"),
    _code("initiator", nullable=True),
    _text("note", nullable=True),
    Index(None, "client_id", "occurred_at"),
    Index(None, "recorded_at"),
)

exposure = Table(
    "exposure",
    metadata,
    _id(),
    _ref("client_id", "clients.client_id"),
    Column("from", Date, nullable=False),
    Column("to", Date, nullable=True),
    _text("sector", nullable=True),
    _code("size_band", nullable=True),
    _text("region", nullable=True),
    _moment("recorded_at"),
    Index(None, "client_id"),
)

offers = Table(
    "offers",
    metadata,
    Column("offer_id", String(64), primary_key=True),
    _ref("client_id", "clients.client_id"),
    _code("signal_id", nullable=True),
    _code("product"),
    _number("amount"),
    _number("tenor_months"),
    _moment("offered_at"),
    _number("price"),
    _number("cost"),
    _number("floor", nullable=True),
    _number("list_price", nullable=True),
    _code("status"),
    _moment("decided_at", nullable=True),
    _code("loss_reason", nullable=True),
    _code("loss_reason_source", nullable=True),
    _text("winner", nullable=True),
    _number("rival_price", nullable=True),
    _code("rival_price_source", nullable=True),
    Column("n_bidders", Integer, nullable=True),
    _number("delta_randomised", nullable=True),
    _number("approver_discretion", nullable=True),
    _code("manager", nullable=True),
    Column("signal_led", Boolean, nullable=True),
    _moment("recorded_at"),
    Index(None, "client_id"),
)

actions = Table(
    "actions",
    metadata,
    _id(),
    _ref("client_id", "clients.client_id"),
    _code("signal_id", nullable=True),
    _code("kind"),
    _moment("acted_at"),
    _code("arm", nullable=True),
    _number("propensity", nullable=True),
    _text("note", nullable=True),
    _moment("recorded_at"),
    Index(None, "client_id", "acted_at"),
)

scores = Table(
    "scores",
    metadata,
    _id(),
    Column("as_of", Date, nullable=False),
    _code("side"),
    _code("subject_kind"),
    _code("subject"),
    _code("metric"),
    Column("horizon_days", Integer, nullable=False),
    _number("value", nullable=True),
    _number("low", nullable=True),
    _number("high", nullable=True),
    Column("n", Integer, nullable=False),
    _moment("published_at"),
    _code("version"),
    Index(None, "subject_kind", "subject", "metric", "as_of"),
)

versions = Table(
    "versions",
    metadata,
    _code("stage"),
    _code("version"),
    _text("detail"),
    _moment("first_used_at"),
    PrimaryKeyConstraint("stage", "version"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True),
    _moment("at"),
    _code("actor"),
    _code("action"),
    _text("object"),
    _code("before_digest", nullable=True),
    _code("after_digest", nullable=True),
    _text("reason", nullable=True),
    _code("previous_hash"),
    _code("hash"),
)

# ---------------------------------------------------------------------------------------- labels and models

# What a person said of a mention, all of it kept; the newest row of a mention and labeller counts. `asked`: the types
# that were judged, none where all were. `model`: what had judged it before, which the labeller was not shown.
labels = Table(
    "labels",
    metadata,
    _id(),
    _ref("mention_id", "mentions.id"),
    _code("labeller"),
    Column("holds", JSON, nullable=False),
    Column("asked", JSON, nullable=True),
    _code("noise", nullable=True),
    _flag("is_unsure"),
    _code("how"),
    _code("model", nullable=True),
    _moment("labelled_at"),
    Index(None, "mention_id"),
    Index(None, "labelled_at"),
)

# `inputs`: what it was trained on with its digest; `report`: metrics, thresholds and calibration.
trained_models = Table(
    "trained_models",
    metadata,
    _id(),
    _text("file"),
    _code("sha256"),
    _code("library"),
    Column("inputs", JSON, nullable=False),
    Column("report", JSON, nullable=False),
    _code("trained_by"),
    _moment("trained_at"),
)

# Which model reads from when on; none is the cues alone.
model_moves = Table(
    "model_moves",
    metadata,
    Column("seq", Integer, primary_key=True),
    _ref("model_id", "trained_models.id", nullable=True),
    _code("kind"),
    _code("moved_by"),
    _text("reason"),
    _moment("moved_at"),
)
