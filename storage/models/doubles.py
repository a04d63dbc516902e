"""Clients that may be one firm, as they were found last."""

from sqlalchemy import Index, Table

from .base import code, key, metadata, moment, number, ref, text

# Derived: the whole list is made anew by each search. What people said of a pair stands in `decisions`.
doubles = Table(
    "doubles",
    metadata,
    key(),
    ref("one", "clients.client_id"),
    ref("other", "clients.client_id"),
    number("score"),
    code("basis"),
    text("reason"),
    moment("found_at"),
    Index(None, "score"),
    Index(None, "one"),
    Index(None, "other"),
)
