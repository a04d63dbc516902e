"""Which client an id means: the one place that knows of records, and of clients that turned out to be one.

What happened to a client is kept under the id it was told of. A merged client only points at the survivor, readers
follow the pointer, and taking the merge back is clearing it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, update

from .changes import LOOKUP_ROWS, chunks
from .database import save_new
from .keys import key_id
from .models import clients, decisions, records

DEFAULT_SOURCE = "clients"  # the source of a client list that names none
SAME, DIFFERENT, UNDECIDED = "same", "different", "undecided"
SKIPPED, TAKEN_UP = "skipped", "taken up"  # put off, and no longer: these decide nothing
PAIR = "client-pair"
TICK = timedelta(microseconds=1)


def owner_of(client_id: ColumnElement[Any]) -> ColumnElement[str]:
    """In a query: the client that an id of a client stands for today."""
    twin = clients.alias()
    found = select(func.coalesce(twin.c.merged_into, twin.c.client_id)).where(twin.c.client_id == client_id)
    return found.correlate_except(twin).scalar_subquery()


def is_merged() -> ColumnElement[bool]:
    """In a query: a client turned out to be another. Said as a comparison, for which SQLite reads the index."""
    return clients.c.merged_into > ""


def survivors(connection: Connection) -> dict[str, str]:
    """By merged client the one it turned out to be; the others are not in it."""
    query = select(clients.c.client_id, clients.c.merged_into).where(is_merged())
    return {row.client_id: row.merged_into for row in connection.execute(query)}


def as_today(row: Row[Any], merged: Mapping[str, str]) -> dict[str, Any]:
    """The values of a row under the client it stands for today: what was told of a merged client is the survivor's."""
    values = dict(row._mapping)
    return values | {"client_id": merged.get(values["client_id"], values["client_id"])}


def with_merged(connection: Connection, client_ids: Iterable[str]) -> list[str]:
    """The ids and those of the clients merged into them."""
    wanted = set(client_ids)
    return sorted(wanted | {old for old, new in survivors(connection).items() if new in wanted})


def client_of_id(connection: Connection, client_id: str) -> str | None:
    """What `client_of_every_id` says of one id, without reading those of all clients."""
    return _by_id(connection, DEFAULT_SOURCE, client_id).get(client_id)


def client_of_every_id(connection: Connection, source: str = DEFAULT_SOURCE) -> dict[str, str]:
    """Every id that a file may name a client by, with the client it was told of (which may be a merged one).

    A bare id means the record of `source`, else the client of that id, else the one record of any source that has it;
    "source:id" always means that record.
    """
    return _by_id(connection, source)


def _by_id(connection: Connection, source: str, only: str | None = None) -> dict[str, str]:
    found: dict[str, str] = {}
    unsure: set[str] = set()
    own: dict[str, str] = {}
    for name, record_id, client_id in connection.execute(_records(only)):
        found[f"{name}:{record_id}"] = client_id
        if found.setdefault(record_id, client_id) != client_id:
            unsure.add(record_id)
        if name == source:
            own[record_id] = client_id
    for record_id in unsure:
        del found[record_id]
    return found | {client_id: client_id for client_id in connection.execute(_clients(only)).scalars()} | own


def save_decision(
    connection: Connection, one: str, other: str, verdict: str, *, by: str, note: str | None, now: datetime
) -> None:
    """Keep what a person says of two clients; the newest word on a pair counts, and is later than all before it."""
    first, second = sorted((one, other))
    before = select(func.max(decisions.c.decided_at)).where(decisions.c.kind == PAIR, decisions.c.subject == first)
    last = connection.execute(before.where(decisions.c.object == second)).scalar_one()
    now = max(now, last + TICK) if last else now
    row: dict[str, Any] = {"id": key_id(PAIR, first, second, verdict, now.isoformat()), "kind": PAIR, "subject": first}
    row |= {"object": second, "verdict": verdict, "reason": note, "decided_by": by, "decided_at": now}
    save_new(connection, decisions, [row])


def load_decisions(connection: Connection) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The word in force on each pair (ids in order): `verdict`, `decided_by`, `decided_at`, `reason`."""
    query = select(decisions).where(decisions.c.kind == PAIR, decisions.c.verdict.in_((SAME, DIFFERENT, UNDECIDED)))
    query = query.order_by(decisions.c.decided_at, decisions.c.id)
    found = {(row["subject"], row["object"]): dict(row) for row in connection.execute(query).mappings()}
    return {pair: row for pair, row in found.items() if row["verdict"] != UNDECIDED}


def point_at_survivors(connection: Connection, wanted: Mapping[str, str]) -> None:
    """Make `wanted` (merged client → survivor) what is stored; clients that are not in it stand for themselves."""
    stored = survivors(connection)
    moved: dict[str | None, list[str]] = {}
    for client_id in stored.keys() | wanted.keys():
        if stored.get(client_id) != wanted.get(client_id):
            moved.setdefault(wanted.get(client_id), []).append(client_id)
    for target, ids in moved.items():
        _point(connection, ids, target)


def oldest_first(connection: Connection, client_ids: Sequence[str]) -> list[str]:
    """Clients in the order in which they became known; which of two survives is decided by it."""
    query = select(clients.c.client_id).order_by(clients.c.recorded_at, clients.c.client_id)
    wanted = set(client_ids)
    if len(wanted) <= LOOKUP_ROWS:  # after one decision; asking for all clients would take longer than all the rest
        query = query.where(clients.c.client_id.in_(wanted))
    return [client_id for client_id in connection.execute(query).scalars() if client_id in wanted]


def _point(connection: Connection, ids: Sequence[str], target: str | None) -> None:
    for batch in chunks(ids, LOOKUP_ROWS):
        connection.execute(update(clients).where(clients.c.client_id.in_(batch)).values(merged_into=target))


def _records(only: str | None) -> Any:
    query = select(records.c.source, records.c.record_id, records.c.client_id).order_by(records.c.source)
    return query if only is None else query.where(records.c.record_id.in_((only, only.partition(":")[2])))


def _clients(only: str | None) -> Any:
    query = select(clients.c.client_id)
    return query if only is None else query.where(clients.c.client_id == only)
