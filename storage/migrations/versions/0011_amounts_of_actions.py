"""By how much an action lowered what is at stake."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; of actions imported before nothing is known."""
    op.add_column("actions", sa.Column("amount", sa.Float(), nullable=True))
