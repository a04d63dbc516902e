"""What people do with alerts at the review desk."""

import sqlalchemy as sa
from alembic import op

from oncu.storage.models import Moment

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the table of moves."""
    op.create_table(
        "moves",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("alert_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("made_by", sa.String(64), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("reason", sa.String(64), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("whom", sa.String(64), nullable=True),
        sa.Column("until", Moment(), nullable=True),
        sa.Column("undoes", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_moves_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moves")),
        sa.UniqueConstraint("alert_id", "number", name=op.f("uq_moves_alert_id_number")),
    )
    op.create_index(op.f("ix_moves_made_at"), "moves", ["made_at"])
