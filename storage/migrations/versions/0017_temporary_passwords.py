"""Passwords that somebody else chose, and finding what was done by whom and to what in a long trail."""

import sqlalchemy as sa
from alembic import op

from oncu.storage.models import Moment

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column and the indexes."""
    op.add_column("people", sa.Column("password_until", Moment(), nullable=True))
    for column in ("at", "actor", "action"):
        op.create_index(op.f(f"ix_audit_{column}"), "audit", [column])
    op.create_index(op.f("ix_audit_object"), "audit", ["object"], postgresql_ops={"object": "text_pattern_ops"})
