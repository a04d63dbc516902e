"""What is at stake at a client: money as a place among all clients, which needs no currency and does not inflate."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, select

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
    balances, limits = _ordered(connection, clients.c.balance), _ordered(connection, clients.c.limit)
    return {
        client_id: Stake(_place(row["balance"], balances), _place(row["limit"], limits), row["size_band"])
        for client_id, row in rows.items()
    }


def _ordered(connection: Connection, amount: Column[Any]) -> list[float]:
    """The known amounts of all clients that stand for themselves, the least first."""
    known = select(amount).where(clients.c.merged_into.is_(None), amount.is_not(None)).order_by(amount)
    return list(connection.execute(known).scalars())


def _place(amount: float | None, ordered: Sequence[float]) -> float | None:
    return None if amount is None else bisect_left(ordered, amount) / len(ordered)
