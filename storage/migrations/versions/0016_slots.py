"""What the scheduler took, did and finished."""

import sqlalchemy as sa
from alembic import op

from oncu.storage.models import Moment

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the table of slots."""
    op.create_table(
        "slots",
        sa.Column("job", sa.String(64), nullable=False),
        sa.Column("slot", Moment(), nullable=False),
        sa.Column("status", sa.String(64), nullable=False),
        sa.Column("taken_by", sa.Text(), nullable=False),
        sa.Column("taken_at", Moment(), nullable=False),
        sa.Column("lease_until", Moment(), nullable=False),
        sa.Column("finished_at", Moment(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("job", "slot", name=op.f("pk_slots")),
    )
    op.create_index(op.f("ix_slots_taken_at"), "slots", ["taken_at"])
