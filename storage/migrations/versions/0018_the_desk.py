"""Answers become moves; alerts say where they stand; and the outbox tells of deadlines."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from alembic import op

from oncu.storage.keys import key_id
from oncu.storage.models import Moment

revision = "0018"
down_revision = "0017"

VERDICTS = {"accepted": "accept", "dismissed": "dismiss"}
# Where an alert stood after its last move of these kinds, by the program of that time.
STATES = {
    "acknowledge": "acknowledged",
    "accept": "accepted",
    "dismiss": "dismissed",
    "propose": "dismissal_proposed",
    "confirm": "dismissed",
    "refuse": "acknowledged",
    "escalate": "escalated",
    "resolve": "resolved",
    "reopen": "acknowledged",
}
alerts = sa.table("alerts", sa.column("id"), sa.column("state"))
reviews = sa.table(
    "reviews",
    *map(sa.column, ("id", "alert_id", "reviewer", "verdict", "reason", "note")),
    sa.column("reviewed_at", Moment()),
)
MOVE = ("id", "alert_id", "number", "kind", "made_by", "reason", "note", "whom", "undoes")
moves = sa.table("moves", *map(sa.column, MOVE), sa.column("made_at", Moment()), sa.column("until", Moment()))


def upgrade() -> None:
    """Turn the newest answer to each alert without moves into a move, and note where every alert stands."""
    connection = op.get_bind()
    _move_answers(connection)
    _note_states(connection)
    op.create_index(op.f("ix_alerts_state_created_at"), "alerts", ["state", "created_at"])
    op.create_index(op.f("ix_alerts_created_at"), "alerts", ["created_at"])
    with op.batch_alter_table("dispatches") as table:
        table.add_column(sa.Column("step", sa.String(64), nullable=False, server_default=""))
        table.drop_constraint(op.f("uq_dispatches_alert_id_recipient_channel"), type_="unique")
        table.create_unique_constraint(
            op.f("uq_dispatches_alert_id_recipient_channel_step"), ["alert_id", "recipient", "channel", "step"]
        )


def _move_answers(connection: sa.Connection) -> None:
    touched = set(connection.execute(sa.select(moves.c.alert_id)).scalars())
    query = sa.select(reviews).where(reviews.c.verdict.in_(VERDICTS)).order_by(reviews.c.reviewed_at, reviews.c.id)
    newest = {row.alert_id: row for row in connection.execute(query) if row.alert_id not in touched}
    if newest:
        connection.execute(moves.insert(), [_as_move(row) for row in newest.values()])


def _as_move(row: Any) -> dict[str, Any]:
    values = {"id": key_id("move", row.id), "alert_id": row.alert_id, "number": 1, "kind": VERDICTS[row.verdict]}
    said = {"made_by": row.reviewer, "made_at": row.reviewed_at, "reason": row.reason, "note": row.note}
    return dict.fromkeys(MOVE) | values | said | {"until": None}


def _note_states(connection: sa.Connection) -> None:
    query = sa.select(moves).order_by(moves.c.alert_id, moves.c.number)
    for alert_id, state in _last_states(list(connection.execute(query))).items():
        connection.execute(alerts.update().where(alerts.c.id == alert_id).values(state=state))


def _last_states(rows: Iterable[Any]) -> dict[str, str]:
    undone = {row.undoes for row in rows if row.undoes}
    return {row.alert_id: STATES[row.kind] for row in rows if row.kind in STATES and row.id not in undone}
