"""What people say of mentions, the models trained on it, and which of them reads."""

import sqlalchemy as sa
from alembic import op

from oncu.storage.models import Moment

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the tables of labels, models and moves."""
    op.create_table(
        "labels",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("mention_id", sa.String(length=32), nullable=False),
        sa.Column("labeller", sa.String(length=64), nullable=False),
        sa.Column("holds", sa.JSON(), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=True),
        sa.Column("noise", sa.String(length=64), nullable=True),
        sa.Column("is_unsure", sa.Boolean(), nullable=False),
        sa.Column("how", sa.String(length=64), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=True),
        sa.Column("labelled_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mentions.id"], name=op.f("fk_labels_mention_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_labels")),
    )
    op.create_index(op.f("ix_labels_mention_id"), "labels", ["mention_id"])
    op.create_index(op.f("ix_labels_labelled_at"), "labels", ["labelled_at"])
    op.create_table(
        "trained_models",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("library", sa.String(length=64), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("trained_by", sa.String(length=64), nullable=False),
        sa.Column("trained_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trained_models")),
    )
    op.create_table(
        "model_moves",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("moved_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moved_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["trained_models.id"], name=op.f("fk_model_moves_model_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_model_moves")),
    )
