"""People's decisions, what the bank tells us, and the scores of the past."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, PrimaryKeyConstraint, String, Table

from .base import code, flag, key, metadata, moment, number, ref, text

reviews = Table(
    "reviews",
    metadata,
    key(),
    ref("alert_id", "alerts.id"),
    code("reviewer"),
    code("verdict"),
    code("reason", nullable=True),
    text("note", nullable=True),
    moment("reviewed_at"),
    Index(None, "alert_id"),
    Index(None, "reason"),
)

decisions = Table(
    "decisions",
    metadata,
    key(),
    code("kind"),
    text("subject"),
    text("object"),
    code("verdict"),
    text("reason", nullable=True),
    code("decided_by"),
    moment("decided_at"),
    Index(None, "kind", "subject"),
)

outcomes = Table(
    "outcomes",
    metadata,
    key(),
    ref("client_id", "clients.client_id"),
    code("kind"),
    text("subtype", nullable=True),
    moment("occurred_at"),
    moment("recorded_at"),
    number("amount", nullable=True),
    code("currency", nullable=True),
    flag("competing"),
    code("initiator", nullable=True),
    text("note", nullable=True),
    Index(None, "client_id", "occurred_at"),
    Index(None, "recorded_at"),
)

exposure = Table(
    "exposure",
    metadata,
    key(),
    ref("client_id", "clients.client_id"),
    Column("from", Date, nullable=False),
    Column("to", Date, nullable=True),
    text("sector", nullable=True),
    code("size_band", nullable=True),
    text("region", nullable=True),
    moment("recorded_at"),
    Index(None, "client_id"),
)

# `made_by`: who wrote the row down on a page, empty for a file's. `removed_at`: when they took it back; before that
# moment it still was.
offers = Table(
    "offers",
    metadata,
    Column("offer_id", String(64), primary_key=True),
    ref("client_id", "clients.client_id"),
    code("signal_id", nullable=True),
    code("product"),
    number("amount"),
    number("tenor_months"),
    moment("offered_at"),
    number("price"),
    number("cost"),
    number("floor", nullable=True),
    number("list_price", nullable=True),
    code("status"),
    moment("decided_at", nullable=True),
    code("loss_reason", nullable=True),
    code("loss_reason_source", nullable=True),
    text("winner", nullable=True),
    number("rival_price", nullable=True),
    code("rival_price_source", nullable=True),
    Column("n_bidders", Integer, nullable=True),
    number("delta_randomised", nullable=True),
    number("approver_discretion", nullable=True),
    code("manager", nullable=True),
    Column("signal_led", Boolean, nullable=True),
    text("rivals", nullable=True),
    moment("recorded_at"),
    code("made_by", nullable=True),
    moment("removed_at", nullable=True),
    Index(None, "client_id"),
    Index(None, "status", "offered_at"),
    Index(None, "offered_at", "offer_id"),
)

actions = Table(
    "actions",
    metadata,
    key(),
    ref("client_id", "clients.client_id"),
    code("signal_id", nullable=True),
    code("kind"),
    moment("acted_at"),
    code("arm", nullable=True),
    number("propensity", nullable=True),
    text("note", nullable=True),
    number("amount", nullable=True),  # of a limit cut or collateral: by how much less is at stake
    moment("recorded_at"),
    code("made_by", nullable=True),
    moment("removed_at", nullable=True),
    Index(None, "client_id", "acted_at"),
    Index(None, "acted_at"),
)

scores = Table(
    "scores",
    metadata,
    key(),
    Column("as_of", Date, nullable=False),
    code("side"),
    code("subject_kind"),
    code("subject"),
    code("metric"),
    Column("horizon_days", Integer, nullable=False),
    number("value", nullable=True),
    number("low", nullable=True),
    number("high", nullable=True),
    Column("n", Integer, nullable=False),
    moment("published_at"),
    code("version"),
    Index(None, "subject_kind", "subject", "metric", "as_of"),
)

versions = Table(
    "versions",
    metadata,
    code("stage"),
    code("version"),
    text("detail"),
    moment("first_used_at"),
    PrimaryKeyConstraint("stage", "version"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True),
    moment("at"),
    code("actor"),
    code("action"),
    text("object"),
    code("before_digest", nullable=True),
    code("after_digest", nullable=True),
    text("reason", nullable=True),
    code("previous_hash"),
    code("hash"),
    Index(None, "at"),
    Index(None, "actor"),
    Index(None, "action"),
    Index(None, "object", postgresql_ops={"object": "text_pattern_ops"}),  # finds what begins with something
)
