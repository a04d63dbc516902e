"""What becomes of an alert: where it goes, who is told at once, what is not told, and who is away."""

from sqlalchemy import (
    JSON,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from .base import code, key, metadata, moment, ref, text

# Where an alert goes: the routing rule that took it when it was made, and what that rule said.
alert_routes = Table(
    "alert_routes",
    metadata,
    Column("alert_id", String(32), ForeignKey("alerts.id"), primary_key=True),
    code("rule"),
    Column("whom", JSON, nullable=False),
    Column("channels", JSON, nullable=False),
    moment("due_at"),
    moment("known_at"),
)

# The outbox: who is told of an alert at once, over which channel; written with the alert, sent afterwards.
# `step`: empty where the alert itself is told, else which deadline of it has come how far.
dispatches = Table(
    "dispatches",
    metadata,
    key(),
    ref("alert_id", "alerts.id"),
    text("recipient"),
    code("channel"),
    moment("created_at"),
    Column("tries", Integer, nullable=False),
    moment("next_try_at"),
    moment("sent_at", nullable=True),
    text("problem", nullable=True),
    code("step"),
    UniqueConstraint("alert_id", "recipient", "channel", "step"),
    Index(None, "sent_at", "next_try_at"),
    Index(None, "sent_at", "created_at"),
)

# What was heard and not told, why, and on which day.
withheld = Table(
    "withheld",
    metadata,
    key(),
    ref("episode_id", "episodes.id"),
    ref("signal_id", "signals.id"),
    ref("alert_id", "alerts.id", nullable=True),
    ref("client_id", "clients.client_id"),
    code("type"),
    code("side"),
    code("manager", nullable=True),
    code("kind"),
    text("reason"),
    Column("day", Date, nullable=False),
    moment("known_at"),
    Index(None, "day", "manager"),
    Index(None, "episode_id"),
)

# What a person does not want to be told of for a while.
silences = Table(
    "silences",
    metadata,
    key(),
    code("client_id", nullable=True),
    code("type", nullable=True),
    code("source", nullable=True),
    moment("until"),
    text("reason"),
    code("set_by"),
    moment("set_at"),
    moment("removed_at", nullable=True),
    code("removed_by", nullable=True),
    Index(None, "until"),
)

absences = Table(
    "absences",
    metadata,
    key(),
    code("manager"),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    code("deputy"),
    code("set_by"),
    moment("set_at"),
    moment("removed_at", nullable=True),
    Index(None, "manager", "last_day"),
)

# A signal type as an analyst changed it; the newest version of a code stands before the file of that name.
type_versions = Table(
    "type_versions",
    metadata,
    Column("code", String(64), nullable=False),
    Column("number", Integer, nullable=False),
    text("text"),
    code("saved_by"),
    moment("saved_at"),
    text("reason"),
    PrimaryKeyConstraint("code", "number"),
)

routing_versions = Table(
    "routing_versions",
    metadata,
    Column("number", Integer, primary_key=True),
    text("text"),
    code("saved_by"),
    moment("saved_at"),
    text("reason"),
)
