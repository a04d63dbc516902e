"""Signal types as analysts changed them."""

import sqlalchemy as sa
from alembic import op

from oncu.storage.models import Moment

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the table of the versions of types."""
    op.create_table(
        "type_versions",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.String(64), nullable=False),
        sa.Column("saved_at", Moment(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", "number", name=op.f("pk_type_versions")),
    )
