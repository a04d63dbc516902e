"""What the sentence of a tag states: sums, dates, places, other firms."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the column; of tags read before nothing is stated."""
    op.add_column("tags", sa.Column("facts", sa.JSON(), nullable=True))
