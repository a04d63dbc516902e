"""Clients that may be one firm, as they were found last, and which of them still wait for a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, delete, exists, func, or_, select

from .database import save_new
from .identity import DIFFERENT, PAIR, SAME, SKIPPED, is_merged
from .keys import key_id
from .models import clients, decisions, doubles


@dataclass(frozen=True)
class StoredDouble:
    """Two clients (ids in order) that may be one: the probability, what it rests on, and why."""

    one: str
    other: str
    score: float
    basis: str
    reason: str
    found_at: datetime

    @property
    def id(self) -> str:
        """One row a pair."""
        return key_id("double", self.one, self.other)


@dataclass(frozen=True)
class SaidOfPair:
    """One word of a person on two clients: same, different, undecided, skipped or taken up."""

    one: str
    other: str
    verdict: str
    by: str
    at: datetime
    reason: str | None


def replace_doubles(connection: Connection, found: Iterable[StoredDouble]) -> None:
    """Keep what a search found in place of what the one before it had found."""
    connection.execute(delete(doubles))
    save_new(connection, doubles, (vars(one) | {"id": one.id} for one in found))


def waiting_doubles(connection: Connection, limit: int, *, skipped: bool = False) -> list[StoredDouble]:
    """The likeliest pairs of which nobody has said anything; those that were put off where `skipped`."""
    query = _waiting(skipped).order_by(doubles.c.score.desc(), doubles.c.id).limit(limit)
    return [_double(row) for row in connection.execute(query)]


def count_doubles(connection: Connection, *, skipped: bool = False) -> int:
    """How many pairs wait, or were put off."""
    return connection.execute(select(func.count()).select_from(_waiting(skipped).subquery())).scalar_one()


def find_double(connection: Connection, double_id: str) -> StoredDouble | None:
    """A pair by its id, whatever was said of it."""
    row = connection.execute(select(doubles).where(doubles.c.id == double_id)).first()
    return _double(row) if row else None


def doubles_found_at(connection: Connection) -> datetime | None:
    """When the last search was."""
    found: datetime | None = connection.execute(select(func.max(doubles.c.found_at))).scalar_one()
    return found


def words_on_pairs(connection: Connection, limit: int) -> list[SaidOfPair]:
    """What people said of pairs, the newest first."""
    query = select(decisions).where(decisions.c.kind == PAIR)
    query = query.order_by(decisions.c.decided_at.desc(), decisions.c.id).limit(limit)
    return [
        SaidOfPair(row.subject, row.object, row.verdict, row.decided_by, row.decided_at, row.reason)
        for row in connection.execute(query)
    ]


def _waiting(skipped: bool) -> Select[Any]:
    """Pairs of two clients that are still two, by the last word on each."""
    said = _last_word_is(SKIPPED) if skipped else ~_last_word_is(SAME, DIFFERENT, SKIPPED)
    merged = [exists().where(clients.c.client_id == side, is_merged()) for side in (doubles.c.one, doubles.c.other)]
    return select(doubles).where(said, *(~one for one in merged))


def _last_word_is(*verdicts: str) -> ColumnElement[bool]:
    last, later = decisions.alias("last"), decisions.alias("later")
    pair = [
        and_(one.c.kind == PAIR, one.c.subject == doubles.c.one, one.c.object == doubles.c.other)
        for one in (last, later)
    ]
    is_later = or_(
        later.c.decided_at > last.c.decided_at, and_(later.c.decided_at == last.c.decided_at, later.c.id > last.c.id)
    )
    return exists().where(pair[0], last.c.verdict.in_(verdicts), ~exists().where(pair[1], is_later))


def _double(row: Any) -> StoredDouble:
    return StoredDouble(row.one, row.other, row.score, row.basis, row.reason, row.found_at)
