"""What each stage has still to look at, with what waits in this database."""

import sqlalchemy as sa
from alembic import op

from oncu.storage.models import Moment

revision = "0023"
down_revision = "0022"

UNREAD = """
INSERT INTO waiting (stage, first_seen_at, document_id)
SELECT 'read', d.first_seen_at, d.id
FROM documents d JOIN texts t ON t.document_id = d.id
WHERE d.quarantine IS NULL AND t.erased_at IS NULL
AND NOT EXISTS (SELECT 1 FROM readings r WHERE r.document_id = d.id AND r.stage = 'read')
"""
UNMASKED = """
INSERT INTO waiting (stage, first_seen_at, document_id)
SELECT 'mask', d.first_seen_at, d.id
FROM documents d JOIN texts t ON t.document_id = d.id
WHERE d.category IN ('complaint', 'social') AND t.erased_at IS NULL
AND NOT EXISTS (SELECT 1 FROM readings r WHERE r.document_id = d.id AND r.stage = 'mask')
AND (
    d.quarantine IS NOT NULL
    OR EXISTS (SELECT 1 FROM readings r WHERE r.document_id = d.id AND r.stage = 'read')
)
"""
UNDETECTED = """
INSERT INTO waiting (stage, first_seen_at, document_id)
SELECT DISTINCT 'detect', d.first_seen_at, d.id
FROM documents d JOIN mentions m ON m.document_id = d.id JOIN tags t ON t.mention_id = m.id
WHERE m.accepted AND t.accepted
AND NOT EXISTS (SELECT 1 FROM readings r WHERE r.document_id = d.id AND r.stage = 'detect ' || t.version)
AND (
    NOT EXISTS (SELECT 1 FROM readings r WHERE r.document_id = d.id AND r.stage = 'detect')
    OR EXISTS (
        SELECT 1 FROM readings r WHERE r.document_id = d.id AND r.stage = 'read' AND r.done_at < t.known_at
    )
)
"""
UNHEARD = """
INSERT INTO waiting (stage, first_seen_at, document_id)
SELECT DISTINCT 'complaints', d.first_seen_at, d.id
FROM documents d JOIN mentions m ON m.document_id = d.id
WHERE m.accepted AND d.category IN ('complaint', 'social') AND d.quarantine IS NULL
AND NOT EXISTS (SELECT 1 FROM readings r WHERE r.document_id = d.id AND r.stage = 'complaints')
"""


def upgrade() -> None:
    """Add the table, have wait what no stage has seen, and have signals found by their story."""
    op.create_table(
        "waiting",
        sa.Column("stage", sa.String(64), nullable=False),
        sa.Column("first_seen_at", Moment(), nullable=False),
        sa.Column("document_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_waiting_document_id")),
        sa.PrimaryKeyConstraint("stage", "first_seen_at", "document_id", name=op.f("pk_waiting")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_signals_story_id"), "signals", ["story_id"])
    for statement in (UNREAD, UNMASKED, UNDETECTED, UNHEARD):
        op.execute(statement)
