"""Records of several sources behind one client, where its plants lie, and firms that are no clients yet."""

import sqlalchemy as sa
from alembic import op

from oncu.storage.models import Moment

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns and create the four tables."""
    op.add_column("clients", sa.Column("merged_into", sa.String(length=64), nullable=True))
    op.add_column("clients", sa.Column("origins", sa.JSON(), nullable=True))
    op.create_index(op.f("ix_clients_merged_into"), "clients", ["merged_into"])
    for name in ("city", "district", "zone"):
        op.add_column("sites", sa.Column(name, sa.Text(), nullable=True))
    _create_records()
    _create_prospects()


def _create_records() -> None:
    op.create_table(
        "records",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_records")),
        sa.UniqueConstraint("source", "record_id", name=op.f("uq_records_source_record_id")),
    )
    op.create_index(op.f("ix_records_client_id"), "records", ["client_id"])
    op.create_table(
        "record_versions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("record_key", sa.String(length=32), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("retired_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["record_key"], ["records.id"], name=op.f("fk_record_versions_record_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_versions")),
    )
    op.create_index(op.f("ix_record_versions_record_key"), "record_versions", ["record_key"])


def _create_prospects() -> None:
    op.create_table(
        "prospects",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tax_id", sa.String(length=64), nullable=True),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("known_at", Moment(), nullable=False),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.Column("linked_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prospects")),
    )
    op.create_index(op.f("ix_prospects_client_id"), "prospects", ["client_id"])
    op.create_table(
        "prospect_mentions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("prospect_id", sa.String(length=32), nullable=False),
        sa.Column("document_id", sa.String(length=32), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("known_at", Moment(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["prospect_id"], ["prospects.id"], name=op.f("fk_prospect_mentions_prospect_id")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_prospect_mentions_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prospect_mentions")),
    )
    op.create_index(op.f("ix_prospect_mentions_prospect_id"), "prospect_mentions", ["prospect_id"])
