"""Reports kept whole, so that a page shows at once what took minutes to make, and read back as they were."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from pydantic import TypeAdapter

from oncu.storage.database import Database
from oncu.storage.reports import Kind, StoredReport, find_report, load_report, save_report

from .figures import Answer, Remark, Row, Section, Table
from .template import Report

VERSION = "reports-1"
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
KEPT = ("as_of", "horizon", "answers", "sections", "remarks")


@dataclass(frozen=True)
class KeptReport:
    """What a page shows of a report: its answers and sections as of a day, and when it was made."""

    as_of: date
    horizon: int
    answers: tuple[Answer, ...]
    sections: tuple[Section, ...]
    remarks: tuple[Remark, ...]
    published_at: datetime

    def section(self, key: str) -> Section | None:
        """The section of a key; None where the report has none."""
        return next((one for one in self.sections if one.key == key), None)

    def table(self, key: str, side: str = "") -> Table | None:
        """The table of a key (and side); None where the report has none."""
        tables = (table for section in self.sections for table in section.tables)
        return next((one for one in tables if one.key == key and one.side == side), None)


def keep_report(database: Database, report: Report, kind: Kind, now: datetime, *, language: str = "") -> None:
    """Keep a report for the pages; that of the same day is replaced."""
    whole = {name: getattr(report, name) for name in KEPT}
    content = json.loads(json.dumps(whole, default=_plain))
    with database.write() as connection:
        save_report(connection, StoredReport(kind, language, report.as_of, content, now, VERSION))


def read_report(database: Database, kind: Kind, *, until: date, language: str = "") -> KeptReport | None:
    """The newest report of a kind for a day up to `until`; None where none was kept."""
    with database.read() as connection:
        found = find_report(connection, kind, until=until, language=language)
    return _read(database, *found) if found else None


@lru_cache(maxsize=8)
def _read(database: Database, report_id: str, published_at: datetime) -> KeptReport:
    """A report that is kept; one that was made anew has another moment."""
    with database.read() as connection:
        content = dict(load_report(connection, report_id).content)
    found = _shape().validate_python(content | {"published_at": published_at})
    return replace(
        found,
        sections=tuple(_with_days(section) for section in found.sections),
        remarks=tuple(map(_dated, found.remarks)),
    )


@cache
def _shape() -> TypeAdapter[KeptReport]:
    return TypeAdapter(KeptReport)


def _with_days(section: Section) -> Section:
    tables = (replace(one, rows=tuple(map(_row, one.rows)), remarks=_all(one.remarks)) for one in section.tables)
    return replace(section, tables=tuple(tables), remarks=_all(section.remarks))


def _row(row: Row) -> Row:
    return replace(row, note=_dated(row.note)) if row.note else row


def _all(remarks: Iterable[Remark]) -> tuple[Remark, ...]:
    return tuple(map(_dated, remarks))


def _dated(remark: Remark) -> Remark:
    """A remark whose days are days again: as plain values they were texts."""
    return Remark(remark.key, {name: _day(value) for name, value in remark.values.items()})


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) and DAY.fullmatch(value) else value


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return dict(value) if isinstance(value, Mapping) else asdict(value)
