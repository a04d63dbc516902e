"""What derived signals follow from."""

import sqlalchemy as sa
from alembic import op

from oncu.storage.models import Moment

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table of derivations."""
    op.create_table(
        "derivations",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("signal_id", sa.String(length=32), nullable=False),
        sa.Column("cause_id", sa.String(length=32), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.Column("path", sa.JSON(), nullable=False),
        sa.Column("known_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["signal_id"], ["signals.id"], name=op.f("fk_derivations_signal_id")),
        sa.ForeignKeyConstraint(["cause_id"], ["signals.id"], name=op.f("fk_derivations_cause_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_derivations")),
        sa.UniqueConstraint("signal_id", "cause_id", name=op.f("uq_derivations_signal_id_cause_id")),
    )
    op.create_index(op.f("ix_derivations_known_at"), "derivations", ["known_at"])
