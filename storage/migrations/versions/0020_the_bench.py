"""The analyst's bench: whom to ask about what, models side by side, clients that may be one firm."""

import sqlalchemy as sa
from alembic import op

from oncu.storage.models import Moment

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Add the three lists, and an index by who judged."""
    op.create_index(op.f("ix_labels_labeller_labelled_at"), "labels", ["labeller", "labelled_at"])
    _add_candidates()
    _add_matches()
    _add_doubles()


def _add_candidates() -> None:
    op.create_table(
        "label_candidates",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("mention_id", sa.String(32), nullable=False),
        sa.Column("client_id", sa.String(64), nullable=False),
        sa.Column("margin", sa.Float(), nullable=False),
        sa.Column("drawn", sa.Float(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["mention_id"], ["mentions.id"], name=op.f("fk_label_candidates_mention_id")),
        sa.ForeignKeyConstraint(["client_id"], ["clients.client_id"], name=op.f("fk_label_candidates_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label_candidates")),
    )
    for columns in (["mention_id"], ["people", "margin"], ["people", "drawn"], ["is_disputed"], ["seen_at"]):
        op.create_index(op.f(f"ix_label_candidates_{'_'.join(columns)}"), "label_candidates", columns)


def _add_matches() -> None:
    op.create_table(
        "model_matches",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("new_id", sa.String(32), nullable=False),
        sa.Column("old_id", sa.String(32), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["new_id"], ["trained_models.id"], name=op.f("fk_model_matches_new_id")),
        sa.ForeignKeyConstraint(["old_id"], ["trained_models.id"], name=op.f("fk_model_matches_old_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_matches")),
    )
    op.create_index(op.f("ix_model_matches_new_id"), "model_matches", ["new_id"])


def _add_doubles() -> None:
    op.create_table(
        "doubles",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("one", sa.String(64), nullable=False),
        sa.Column("other", sa.String(64), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("basis", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("found_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["one"], ["clients.client_id"], name=op.f("fk_doubles_one")),
        sa.ForeignKeyConstraint(["other"], ["clients.client_id"], name=op.f("fk_doubles_other")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubles")),
    )
    for column in ("score", "one", "other"):
        op.create_index(op.f(f"ix_doubles_{column}"), "doubles", [column])
