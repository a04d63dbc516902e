"""Who may use the pages: people, their sessions and tokens, and the last link of the audit trail."""

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, String, Table, UniqueConstraint

from .base import code, flag, metadata, moment, text

# `manager`: whose portfolio is theirs; `subject`: who they are to the bank's identity provider; `password_until`: of a
# password that somebody else chose, good until then and only to choose another with.
people = Table(
    "people",
    metadata,
    Column("name", String(64), primary_key=True),
    text("display"),
    code("team", nullable=True),
    code("manager", nullable=True),
    code("language"),
    flag("is_active"),
    text("password", nullable=True),
    moment("password_until", nullable=True),
    text("subject", nullable=True),
    Column("failures", Integer, nullable=False),
    moment("locked_until", nullable=True),
    moment("last_login_at", nullable=True),
    code("created_by"),
    moment("created_at"),
    UniqueConstraint("subject"),
    Index(None, "manager"),
    Index(None, "team"),
)

person_roles = Table(
    "person_roles",
    metadata,
    Column("person", String(64), ForeignKey("people.name"), nullable=False),
    code("role"),
    PrimaryKeyConstraint("person", "role"),
)

# `digest`: of the secret in the reader's cookie, which is kept nowhere.
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", String(64), ForeignKey("people.name"), nullable=False),
    moment("started_at"),
    moment("seen_at"),
    moment("ended_at", nullable=True),
    Index(None, "person"),
)

# Secrets of programs that ask in a person's name; `may_act`: whether they may also change things.
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person", String(64), ForeignKey("people.name"), nullable=False),
    text("purpose"),
    flag("may_act"),
    moment("created_at"),
    moment("expires_at"),
    moment("used_at", nullable=True),
    moment("ended_at", nullable=True),
    Index(None, "person"),
)

# The end of the trail, so that links cut off its end are missed; one row.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", Integer, nullable=False),
    code("hash"),
)
