"""Clients, the records they are made of, and firms that are no clients."""

from sqlalchemy import JSON, Column, Index, String, Table, UniqueConstraint

from .base import code, key, metadata, moment, number, ref, text

clients = Table(
    "clients",
    metadata,
    Column("client_id", String(64), primary_key=True),
    text("legal_name"),
    code("tax_id", nullable=True),
    code("mersis", nullable=True),
    code("lei", nullable=True),
    code("ticker", nullable=True),
    text("website", nullable=True),
    text("city", nullable=True),
    text("sector", nullable=True),
    code("size_band", nullable=True),
    code("manager", nullable=True),
    code("deputy", nullable=True),
    code("parent_id", nullable=True),
    number("limit", nullable=True),
    number("balance", nullable=True),
    text("collateral", nullable=True),
    moment("recorded_at"),
    code("merged_into", nullable=True),  # the client this one turned out to be; never a merged one itself
    Column("origins", JSON, nullable=True),  # field: key of the record it came from; none where there is one record
    Index(None, "manager"),
    Index(None, "tax_id"),
    Index(None, "merged_into"),
)

# What each source's file says of each firm; no reference to clients, whose rows are made from these.
records = Table(
    "records",
    metadata,
    key(),
    code("source"),
    code("record_id"),
    code("client_id"),
    code("basis"),
    text("reason"),
    moment("recorded_at"),
    UniqueConstraint("source", "record_id"),
    Index(None, "client_id"),
)

record_versions = Table(
    "record_versions",
    metadata,
    key(),
    ref("record_key", "records.id"),
    Column("fields", JSON, nullable=False),
    moment("recorded_at"),
    moment("retired_at", nullable=True),
    Index(None, "record_key"),
)

aliases = Table(
    "aliases",
    metadata,
    key(),
    ref("client_id", "clients.client_id"),
    text("alias"),
    code("origin"),
    moment("known_at"),
    moment("retired_at", nullable=True),
    Index(None, "client_id"),
)

sites = Table(
    "sites",
    metadata,
    key(),
    ref("client_id", "clients.client_id"),
    text("address"),
    text("city", nullable=True),
    text("district", nullable=True),
    text("zone", nullable=True),
    moment("known_at"),
    moment("retired_at", nullable=True),
    Index(None, "client_id"),
)

relations = Table(
    "relations",
    metadata,
    key(),
    ref("client_id", "clients.client_id"),
    code("other_id"),
    code("kind"),
    number("share", nullable=True),
    moment("recorded_at"),
    Index(None, "client_id"),
    Index(None, "other_id"),
)

# Firms that are no clients (yet), and where they were heard of; `linked_at`: when one became a client.
prospects = Table(
    "prospects",
    metadata,
    key(),
    text("name"),
    code("tax_id", nullable=True),
    text("city", nullable=True),
    moment("known_at"),
    code("client_id", nullable=True),
    moment("linked_at", nullable=True),
    Index(None, "client_id"),
)

prospect_mentions = Table(
    "prospect_mentions",
    metadata,
    key(),
    ref("prospect_id", "prospects.id"),
    ref("document_id", "documents.id"),
    code("type"),
    text("reason"),
    moment("known_at"),
    code("version"),
    Index(None, "prospect_id", "known_at"),
)
