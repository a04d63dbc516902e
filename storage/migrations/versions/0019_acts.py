"""What people write down on a page: by whom, and when it was taken back."""

import sqlalchemy as sa
from alembic import op

from oncu.storage.models import Moment

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the columns, and find acts by their day and offers that are open."""
    for table in ("actions", "offers"):
        op.add_column(table, sa.Column("made_by", sa.String(64), nullable=True))
        op.add_column(table, sa.Column("removed_at", Moment(), nullable=True))
    op.create_index(op.f("ix_actions_acted_at"), "actions", ["acted_at"])
    op.create_index(op.f("ix_offers_status_offered_at"), "offers", ["status", "offered_at"])
