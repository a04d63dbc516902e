"""The queue of the desk: which alerts a view of it holds, in the order in which they are worked off."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from oncu.storage.clients import clients_of
from oncu.storage.database import Transaction
from oncu.storage.queue import alerts_in, count_in
from oncu.storage.signals import load_steps

from ..flow.level import level_at
from .desk import Case, Desk
from .standing import ACCEPTED, CLOSED, PROPOSED, UNDECIDED

VIEWS = ("all", "mine", "unassigned", "overdue", "second", "snoozed", "followed", "closed")
STATES = {"followed": (ACCEPTED,), "closed": CLOSED}  # of the views that do not list what is undecided


@dataclass(frozen=True)
class Holder:
    """Whose an alert is: the person it was given to, or else the manager of its client, a code of the client list."""

    name: str | None
    is_given: bool


@dataclass(frozen=True)
class Queued:
    """A case with what orders it: its client's level (0-100), the money at risk (None: not known), and whose it is.

    `client` is the legal name, `manager` the code of the client list.
    """

    case: Case
    level: float
    money: float | None
    holder: Holder
    client: str
    manager: str = ""


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
    states = STATES.get(view, UNDECIDED)
    cases = desk.cases(connection, alerts_in(connection, states, since=since), now)
    rows = queued(connection, cases.values(), now)
    own = [row for row in rows if view in STATES or belongs(row, view, names, now)]
    counts = {} if view in STATES else {name: _count(rows, name, names, now) for name in VIEWS if name not in STATES}
    return Queue(in_order(own), counts, count_in(connection, UNDECIDED, before=since))


def queued(connection: Transaction, cases: Iterable[Case], now: datetime) -> list[Queued]:
    """Cases with what orders them."""
    found = list(cases)
    ids = {case.alert.client_id for case in found}
    clients, steps = clients_of(connection, ids), load_steps(connection, at=now, client_ids=ids)
    levels = {client_id: level_at(own, now) for client_id, own in steps.items()}
    rows = []
    for case in found:
        client = clients[case.alert.client_id]
        holder = Holder(case.standing.owner or client.manager, case.standing.owner is not None)
        level, money = levels.get(client.client_id, 0.0), client.balance or client.limit
        rows.append(Queued(case, level, money, holder, client.legal_name, client.manager or ""))
    return rows


def belongs(row: Queued, view: str, names: Collection[str], now: datetime) -> bool:
    """Whether an undecided alert stands in a view; `names`: by which the reader is known."""
    standing = row.case.standing
    if view == "snoozed":
        return standing.is_put_off(now)
    if not standing.is_shown(now):
        return False
    deadline = row.case.deadline
    return {
        "mine": row.holder.name in names,
        "unassigned": not row.holder.is_given,
        "overdue": deadline is not None and deadline.is_late,
        "second": standing.state == PROPOSED,
    }.get(view, True)


def in_order(rows: Iterable[Queued]) -> list[Queued]:
    """As the queue is worked off: what is overdue, then the client's level, the money at risk, and what is due first.

    Ties by the alert's id, so that everybody sees the same order.
    """

    def key(row: Queued) -> tuple[object, ...]:
        deadline = row.case.deadline
        is_late = deadline is not None and deadline.is_late
        due = deadline.due_at.timestamp() if deadline else -row.case.alert.created_at.timestamp()
        return not is_late, -row.level, -(row.money or 0.0), due, row.case.id

    return sorted(rows, key=key)


def _count(rows: Iterable[Queued], view: str, names: Collection[str], now: datetime) -> int:
    return sum(belongs(row, view, names, now) for row in rows)
