"""Alarms of sources that keepers are told of."""

import sqlalchemy as sa
from alembic import op

from oncu.storage.models import Moment

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add the table of alarms."""
    op.create_table(
        "alarms",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("visits", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("noted_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarms")),
    )
    op.create_index(op.f("ix_alarms_sent_at"), "alarms", ["sent_at"])
