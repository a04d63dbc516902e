"""What the tables are made of: the metadata, kinds of columns, and instants that know their zone."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    MetaData,
    String,
    Text,
    TypeDecorator,
)


class Moment(TypeDecorator[datetime]):
    """An instant, UTC in storage; a datetime without a zone is refused because it would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        if dialect.name != "sqlite":
            return super().result_processor(dialect, coltype)
        # A page reads tens of thousands; a text read as UTC at once takes a fifth of one that is given its zone later.
        return lambda stored: None if stored is None else datetime.fromisoformat(f"{stored}+00:00")


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = String(32)


def key() -> Column[Any]:
    return Column("id", Id, primary_key=True)


def ref(name: str, target: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Id if target.endswith(".id") else String(64), ForeignKey(target), nullable=nullable)


def moment(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Moment, nullable=nullable)


def text(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=nullable)


def code(name: str, *, nullable: bool = False, **rest: Any) -> Column[Any]:
    return Column(name, String(64), nullable=nullable, **rest)


def number(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Float, nullable=nullable)


def flag(name: str) -> Column[Any]:
    return Column(name, Boolean, nullable=False)


def share(name: str) -> CheckConstraint:
    return CheckConstraint(f"{name} >= 0 AND {name} <= 1", name=f"{name}_is_share")
