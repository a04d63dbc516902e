"""Lists of offers as they stood at a moment, a part at a time, the newest first."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, collate, func, select

from .identity import as_today, survivors
from .models import offers
from .outcomes import Offer, as_known, still_said

STORED = tuple(offers.c[field.name] for field in fields(Offer))


@dataclass(frozen=True)
class Wanted:
    """Which offers: those recorded by a moment, in a state at that moment, and of a manager; None asks for all."""

    as_of: datetime
    status: str | None = None
    manager: str | None = None


def newest_offers(connection: Connection, wanted: Wanted, *, skip: int = 0, limit: int | None = None) -> list[Offer]:
    """At most `limit` of the wanted offers after the first `skip`; of those offered at once the last by id first."""
    query = _narrowed(select(*STORED), wanted).order_by(offers.c.offered_at.desc(), _by_letters(connection).desc())
    merged = survivors(connection)
    rows = connection.execute(query.offset(skip).limit(limit))
    return [as_known(Offer(**as_today(row, merged)), wanted.as_of) for row in rows]


def count_offers(connection: Connection, wanted: Wanted) -> int:
    """How many the wanted offers are."""
    found: int = connection.execute(_narrowed(select(func.count()).select_from(offers), wanted)).scalar_one()
    return found


def offering_managers(connection: Connection, as_of: datetime) -> list[str]:
    """Who made offers that were recorded by a moment, by name."""
    query = _narrowed(select(offers.c.manager).where(offers.c.manager > "").distinct(), Wanted(as_of))
    return sorted(connection.execute(query).scalars())


def offer_as_of(connection: Connection, offer_id: str, as_of: datetime) -> Offer | None:
    """One offer as it stood at a moment; None where it was not recorded by then."""
    row = connection.execute(_narrowed(select(*STORED).where(offers.c.offer_id == offer_id), Wanted(as_of))).first()
    return None if row is None else as_known(Offer(**as_today(row, survivors(connection))), as_of)


def _narrowed(query: Select[Any], wanted: Wanted) -> Select[Any]:
    query = query.where(offers.c.recorded_at <= wanted.as_of, *still_said(offers, wanted.as_of))
    if wanted.status is not None:
        status = case((offers.c.decided_at > wanted.as_of, "open"), else_=offers.c.status)
        query = query.where(status == wanted.status)
    return query if wanted.manager is None else query.where(offers.c.manager == wanted.manager)


def _by_letters(connection: Connection) -> ColumnElement[str]:
    """The ids in the order of their letters' codes, whatever language the server sorts by."""
    return offers.c.offer_id if connection.dialect.name == "sqlite" else collate(offers.c.offer_id, "C")
