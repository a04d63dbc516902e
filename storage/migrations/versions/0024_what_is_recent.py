"""What is recent is found by index: a run, a page or a digest looks past the years before."""

from alembic import op

revision = "0024"
down_revision = "0023"

ADDED = (
    ("episodes", "started_at"),
    ("episode_endings", "known_at"),
    ("alert_updates", "known_at"),
    ("digests", "manager", "created_at"),
    ("dispatches", "sent_at", "created_at"),
    ("alerts", "state", "created_at", "client_id"),
    ("prospect_mentions", "prospect_id", "known_at"),
    ("level_steps", "client_id", "known_at", "height"),  # how high a level can be is read off the index alone
    ("slots", "job", "status", "finished_at"),
    ("labels", "noise"),
    ("reviews", "reason"),
    ("derivations", "cause_id"),
    ("offers", "offered_at", "offer_id"),
)
# Each is the beginning of one that was added.
REPLACED = (
    ("alerts", "state", "created_at"),
    ("prospect_mentions", "prospect_id"),
    ("level_steps", "client_id", "known_at"),
)


def upgrade() -> None:
    """Add the indexes, and drop those they take the place of."""
    for table, *columns in ADDED:
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    for table, *columns in REPLACED:
        op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table)
