"""Stories that tell one event in different words, and what each document adds to its signal."""

import sqlalchemy as sa
from alembic import op

from oncu.storage.models import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table of aliases and the column of novelty."""
    op.add_column("signal_evidence", sa.Column("novelty", sa.String(length=64), nullable=True))
    op.create_table(
        "story_aliases",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("story_id", sa.String(length=32), nullable=False),
        sa.Column("same_as", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("known_at", Moment(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.client_id"], name=op.f("fk_story_aliases_client_id")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_aliases_story_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_story_aliases")),
        sa.UniqueConstraint("client_id", "type", "story_id", name=op.f("uq_story_aliases_client_id_type_story_id")),
    )
