"""Whole reports for the pages, and sources that people paused."""

import sqlalchemy as sa
from alembic import op

from oncu.storage.models import Moment

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "stored_reports",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("language", sa.String(64), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("published_at", Moment(), nullable=False),
        sa.Column("version", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_reports")),
    )
    op.create_index(op.f("ix_stored_reports_kind_language_as_of"), "stored_reports", ["kind", "language", "as_of"])
    op.create_table(
        "source_moves",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moved_by", sa.String(64), nullable=False),
        sa.Column("moved_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_source_moves")),
    )
    op.create_index(op.f("ix_source_moves_source"), "source_moves", ["source"])
