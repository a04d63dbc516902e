"""From mentions to alerts: what was heard of clients, and what was made of it."""

from sqlalchemy import JSON, Column, Date, Index, Integer, PrimaryKeyConstraint, Table, UniqueConstraint

from .base import code, flag, key, metadata, moment, number, ref, share, text

mentions = Table(
    "mentions",
    metadata,
    key(),
    ref("document_id", "documents.id"),
    ref("client_id", "clients.client_id"),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    number("probability"),
    flag("accepted"),
    Column("relevance", Integer, nullable=False),
    code("role"),
    text("reason"),
    moment("known_at"),
    code("version"),
    share("probability"),
    Index(None, "client_id", "known_at", "document_id"),
    Index(None, "document_id"),
)

tags = Table(
    "tags",
    metadata,
    key(),
    ref("mention_id", "mentions.id"),
    code("type"),
    code("side"),
    number("probability"),
    flag("accepted"),
    code("status"),
    code("origin"),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    text("reason"),
    moment("known_at"),
    code("version"),
    Column("facts", JSON, nullable=True),
    share("probability"),
    Index(None, "mention_id"),
)

episodes = Table(
    "episodes",
    metadata,
    key(),
    ref("client_id", "clients.client_id"),
    code("side"),
    code("type"),
    moment("started_at"),
    code("arm"),
    Index(None, "client_id", "type", "started_at"),
    Index(None, "started_at"),
)

signals = Table(
    "signals",
    metadata,
    key(),
    ref("client_id", "clients.client_id"),
    code("type"),
    code("side"),
    ref("story_id", "stories.id"),
    ref("episode_id", "episodes.id"),
    ref("tag_id", "tags.id"),
    ref("document_id", "documents.id"),
    text("event_key"),
    code("source"),
    code("category"),
    code("origin"),
    code("status"),
    number("probability"),
    Column("relevance", Integer, nullable=False),
    moment("published_at", nullable=True),
    moment("first_seen_at"),
    moment("known_at"),
    code("arm"),
    code("version"),
    UniqueConstraint("client_id", "type", "story_id"),
    share("probability"),
    Index(None, "client_id", "known_at"),
    Index(None, "known_at"),
    Index(None, "episode_id"),
    Index(None, "story_id"),
)

signal_evidence = Table(
    "signal_evidence",
    metadata,
    ref("signal_id", "signals.id"),
    ref("tag_id", "tags.id"),
    ref("document_id", "documents.id"),
    code("source"),
    code("status"),
    code("novelty", nullable=True),
    moment("known_at"),
    PrimaryKeyConstraint("signal_id", "document_id"),
)

# As far as a client and type go, one story turned out to tell what an earlier one tells, in other words.
story_aliases = Table(
    "story_aliases",
    metadata,
    key(),
    ref("client_id", "clients.client_id"),
    code("type"),
    ref("story_id", "stories.id"),
    code("same_as"),
    text("reason"),
    moment("known_at"),
    code("version"),
    UniqueConstraint("client_id", "type", "story_id"),
)

# What a derived signal follows from: the links of a chain, or the cause of a contagion and the way it came.
derivations = Table(
    "derivations",
    metadata,
    key(),
    ref("signal_id", "signals.id"),
    ref("cause_id", "signals.id"),
    number("weight"),
    Column("path", JSON, nullable=False),
    moment("known_at"),
    UniqueConstraint("signal_id", "cause_id"),
    Index(None, "known_at"),
    Index(None, "cause_id"),
)

episode_endings = Table(
    "episode_endings",
    metadata,
    key(),
    ref("episode_id", "episodes.id"),
    ref("signal_id", "signals.id"),
    code("kind"),
    moment("known_at"),
    UniqueConstraint("episode_id", "kind"),
    Index(None, "known_at"),
)

level_steps = Table(
    "level_steps",
    metadata,
    key(),
    ref("client_id", "clients.client_id"),
    ref("episode_id", "episodes.id"),
    code("kind"),
    number("height"),
    number("half_life_days"),
    text("reason"),
    moment("known_at"),
    UniqueConstraint("episode_id", "kind"),
    Index(None, "client_id", "known_at", "height"),
)

# `state`: where the alert stands after its moves, kept beside them so that what is open is found without folding all.
alerts = Table(
    "alerts",
    metadata,
    key(),
    ref("client_id", "clients.client_id"),
    code("type"),
    code("side"),
    text("event_key"),
    ref("episode_id", "episodes.id"),
    ref("signal_id", "signals.id"),
    code("manager", nullable=True),
    number("priority"),
    text("reason"),
    code("state"),
    moment("created_at"),
    UniqueConstraint("client_id", "type", "event_key"),
    UniqueConstraint("episode_id"),
    Index(None, "manager", "created_at"),
    Index(None, "state", "created_at", "client_id"),
    Index(None, "created_at"),
)

alert_updates = Table(
    "alert_updates",
    metadata,
    key(),
    ref("alert_id", "alerts.id"),
    ref("signal_id", "signals.id"),
    code("kind"),
    moment("known_at"),
    Index(None, "alert_id", "known_at"),
    Index(None, "known_at"),
)

digests = Table(
    "digests",
    metadata,
    key(),
    code("manager"),
    Column("day", Date, nullable=False),
    moment("created_at"),
    moment("sent_at", nullable=True),
    Column("counts", JSON, nullable=False),
    UniqueConstraint("manager", "day"),
    Index(None, "manager", "created_at"),
)

digest_alerts = Table(
    "digest_alerts",
    metadata,
    ref("digest_id", "digests.id"),
    ref("alert_id", "alerts.id"),
    Column("rank", Integer, nullable=False),
    PrimaryKeyConstraint("digest_id", "alert_id"),
    UniqueConstraint("alert_id"),
)

# What customers complain of, one row a complaint and client.
complaints = Table(
    "complaints",
    metadata,
    key(),
    ref("document_id", "documents.id"),
    ref("client_id", "clients.client_id"),
    ref("mention_id", "mentions.id"),
    code("source"),
    code("story_id"),
    Column("day", Date, nullable=True),
    code("topic"),
    number("severity"),
    number("probability"),
    flag("is_resolved"),
    number("answer_hours", nullable=True),
    moment("known_at"),
    code("version"),
    Index(None, "client_id", "day"),
    Index(None, "day"),
)

# Days on which a client had more complaints than chance explains: surges, and floods that are no news of the client.
surges = Table(
    "surges",
    metadata,
    key(),
    ref("client_id", "clients.client_id"),
    Column("day", Date, nullable=False),
    code("kind"),
    Column("count", Integer, nullable=False),
    Column("authors", Integer, nullable=False),
    Column("sources", Integer, nullable=False),
    number("expected"),
    number("p_value"),
    number("q_value"),
    text("reason"),
    code("signal_id", nullable=True),
    moment("known_at"),
    code("version"),
    UniqueConstraint("client_id", "day", "kind"),
    Index(None, "day"),
)
