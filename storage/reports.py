"""Whole reports that took minutes to make, kept so that a page can show them at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, select

from .database import save_over
from .keys import key_id
from .models import stored_reports

Kind = Literal["score", "offers"]


@dataclass(frozen=True)
class StoredReport:
    """A report as plain values; `language` is empty where its words are chosen when it is read."""

    kind: Kind
    language: str
    as_of: date
    content: Mapping[str, Any]
    published_at: datetime
    version: str

    @property
    def id(self) -> str:
        """One report a kind, language and day."""
        return key_id("report", self.kind, self.language, self.as_of.isoformat())


def save_report(connection: Connection, report: StoredReport) -> None:
    """Keep a report; that of the same day is replaced."""
    save_over(connection, stored_reports, [vars(report) | {"id": report.id}])


def find_report(connection: Connection, kind: Kind, *, until: date, language: str = "") -> tuple[str, datetime] | None:
    """The id of the newest report of a kind for a day up to `until`, and when it was made; None without any."""
    query = select(stored_reports.c.id, stored_reports.c.published_at).where(
        stored_reports.c.kind == kind, stored_reports.c.language == language, stored_reports.c.as_of <= until
    )
    row = connection.execute(query.order_by(stored_reports.c.as_of.desc()).limit(1)).first()
    return (row.id, row.published_at) if row else None


def load_report(connection: Connection, report_id: str) -> StoredReport:
    """The report with an id that `find_report` gave."""
    row = connection.execute(select(stored_reports).where(stored_reports.c.id == report_id)).one()
    return StoredReport(**{name: value for name, value in row._mapping.items() if name != "id"})
