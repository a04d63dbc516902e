"""Signal types as analysts changed them: every version with its reason; the newest stands before the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from .audit import write_audit
from .keys import digest_of
from .models import documents, texts, type_versions


@dataclass(frozen=True)
class TypeVersion:
    """One saved state of a signal type, numbered from 1 on; the newest is in force."""

    code: str
    number: int
    text: str
    saved_by: str
    saved_at: datetime
    reason: str


def newest_types(connection: Connection) -> dict[str, TypeVersion]:
    """By code the version in force of every type that was ever changed."""
    last = select(type_versions.c.code, func.max(type_versions.c.number).label("number")).group_by(type_versions.c.code)
    newest = last.subquery()
    query = select(type_versions).join(
        newest, (type_versions.c.code == newest.c.code) & (type_versions.c.number == newest.c.number)
    )
    return {row["code"]: TypeVersion(**row) for row in connection.execute(query).mappings()}


def type_history(connection: Connection, code: str | None = None) -> Sequence[TypeVersion]:
    """Every version of a type, or of all types, newest first."""
    query = select(type_versions).order_by(type_versions.c.saved_at.desc(), type_versions.c.number.desc())
    if code is not None:
        query = query.where(type_versions.c.code == code)
    return [TypeVersion(**row) for row in connection.execute(query).mappings()]


def save_type(connection: Connection, code: str, text: str, *, by: str, reason: str, now: datetime) -> TypeVersion:
    """Keep a type as the version in force, with a row in the trail; the text must have been checked."""
    before = newest_types(connection).get(code)
    version = TypeVersion(code, before.number + 1 if before else 1, text, by, now, reason)
    connection.execute(insert(type_versions).values(**vars(version)))
    write_audit(
        connection,
        by,
        "type.save",
        f"{code} version {version.number}",
        now,
        before=digest_of(before.text) if before else None,
        after=digest_of(text),
        reason=reason,
    )
    return version


def newest_texts(connection: Connection, most: int) -> list[tuple[str, str]]:
    """Title and body of the documents seen last, the newest first."""
    query = select(texts.c.title, texts.c.body).join(documents, documents.c.id == texts.c.document_id)
    query = query.order_by(documents.c.first_seen_at.desc()).limit(most)
    return [(title or "", body or "") for title, body in connection.execute(query)]
