"""The queue of the desk: which alerts a view of it holds, in the order in which they are worked off."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from oncu.storage.database import Transaction
from oncu.storage.queue import Brief, briefs_in, count_in
from oncu.storage.signals import load_steps

from ..flow.level import level_at
from .desk import Desk
from .standing import ACCEPTED, CLOSED, PROPOSED, UNDECIDED, UNTOUCHED, Standing, standings_of

VIEWS = ("all", "mine", "unassigned", "overdue", "second", "snoozed", "followed", "closed")
STATES = {"followed": (ACCEPTED,), "closed": CLOSED}  # of the views that do not list what is undecided


class Queued(NamedTuple):
    """An alert in brief with what orders it: where it stands, until when something is due, its client's level (0-100).

    `due_at` is None where nothing is due any more.
    """

    alert: Brief
    standing: Standing
    due_at: datetime | None
    is_late: bool
    level: float

    @property
    def id(self) -> str:
        """The alert's."""
        return self.alert.id

    @property
    def money(self) -> float | None:
        """The client's money at risk; None where it is not known."""
        return self.alert.balance or self.alert.limit

    @property
    def holder(self) -> str | None:
        """Whose it is: the person it was given to, or else the manager of its client, a code of the client list."""
        return self.standing.owner or self.alert.manager

    @property
    def is_given(self) -> bool:
        """Whether somebody gave it to its holder."""
        return self.standing.owner is not None


@dataclass(frozen=True)
class Queue:
    """A view of the desk in order; `older`: undecided alerts too old to be listed."""

    rows: Sequence[Queued]
    counts: Mapping[str, int]
    older: int


def gather_queue(connection: Transaction, desk: Desk, view: str, names: Collection[str], now: datetime) -> Queue:
    """A view of the queue in order, with how many alerts each view of what is undecided holds.

    `names`: by which the reader is known. Undecided alerts older than `review.queue_days` are only counted.
    """
    since = now - timedelta(days=desk.settings.review.queue_days)
    rows = _queued(connection, desk, briefs_in(connection, STATES.get(view, UNDECIDED), since=since), now)
    older = count_in(connection, UNDECIDED, before=since)
    if view in STATES:
        return Queue(in_order(rows), {}, older)
    views = [tuple(views_of(row, names, now)) for row in rows]
    counted = Counter(chain.from_iterable(views))
    own = [row for row, held_by in zip(rows, views, strict=True) if view in held_by]
    return Queue(in_order(own), {name: counted[name] for name in VIEWS if name not in STATES}, older)


def views_of(row: Queued, names: Collection[str], now: datetime) -> Iterator[str]:
    """The views in which an undecided alert stands; `names`: by which the reader is known."""
    standing = row.standing
    if standing.is_put_off(now):
        yield "snoozed"
    if not standing.is_shown(now):
        return
    yield "all"
    if row.holder in names:
        yield "mine"
    if not row.is_given:
        yield "unassigned"
    if row.is_late:
        yield "overdue"
    if standing.state == PROPOSED:
        yield "second"


def in_order(rows: Iterable[Queued]) -> list[Queued]:
    """As the queue is worked off: what is overdue, then the client's level, the money at risk, and what is due first.

    Ties by the alert's id, so that everybody sees the same order.
    """

    def key(row: Queued) -> tuple[object, ...]:
        due = row.due_at.timestamp() if row.due_at else -row.alert.created_at.timestamp()
        return not row.is_late, -row.level, -(row.money or 0.0), due, row.id

    return sorted(rows, key=key)


def _queued(connection: Transaction, desk: Desk, alerts: Sequence[Brief], now: datetime) -> list[Queued]:
    """Alerts with what orders them."""
    standings = standings_of(connection, [alert.id for alert in alerts if alert.is_touched])
    steps = load_steps(connection, at=now, client_ids={alert.client_id for alert in alerts})
    levels = {client_id: level_at(own, now) for client_id, own in steps.items()}
    rows = []
    for alert in alerts:
        standing = standings.get(alert.id, UNTOUCHED)
        due_at = desk.due_at(alert.created_at, standing, alert.act_by, now)
        is_late = due_at is not None and now >= due_at
        rows.append(Queued(alert, standing, due_at, is_late, levels.get(alert.client_id, 0.0)))
    return rows
