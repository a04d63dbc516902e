"""What is at stake at a client: money as a place among all clients, which needs no currency and does not inflate."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from .clients import client_rows
from .models import clients


@dataclass(frozen=True)
class Stake:
    """`balance` and `limit` are the shares of the clients with less, 0-1; none where the amount is not known."""

    balance: float | None = None
    limit: float | None = None
    size_band: str | None = None


def stakes_of(connection: Connection, client_ids: Iterable[str]) -> dict[str, Stake]:
    """What is at stake at some clients."""
    rows = client_rows(connection, client_ids)
    if not rows:
        return {}
    query = select(clients.c.balance, clients.c.limit).where(clients.c.merged_into.is_(None))
    amounts = connection.execute(query).all()
    balances = sorted(row.balance for row in amounts if row.balance is not None)
    limits = sorted(row.limit for row in amounts if row.limit is not None)
    return {
        client_id: Stake(_place(row["balance"], balances), _place(row["limit"], limits), row["size_band"])
        for client_id, row in rows.items()
    }


def _place(amount: float | None, ordered: Sequence[float]) -> float | None:
    return None if amount is None else bisect_left(ordered, amount) / len(ordered)
