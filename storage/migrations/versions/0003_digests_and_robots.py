"""The digest of each page read, so that the same bytes are not read twice; what each host lets us fetch."""

import sqlalchemy as sa
from alembic import op

from oncu.storage.models import Moment

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column, the table and an index for the last runs of a subject."""
    op.add_column("validators", sa.Column("digest", sa.String(length=64), nullable=True))
    op.create_table(
        "robots",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("agent", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("delay", sa.Float(), nullable=True),
        sa.Column("read_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_robots")),
    )
    op.create_index(op.f("ix_robots_read_at"), "robots", ["read_at"])
    op.create_index(op.f("ix_runs_subject_started_at"), "runs", ["subject", "started_at"])
