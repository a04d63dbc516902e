"""Who else bid for an offer."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the names of the other bidders."""
    op.add_column("offers", sa.Column("rivals", sa.Text(), nullable=True))
