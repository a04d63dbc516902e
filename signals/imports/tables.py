"""A table as it came: cells by row with the line each row stands on, from a file or a query, values not yet read.

CSV cells are text. Where the file knows types (XLSX, JSON lines, SQL) numbers stay numbers, so that 1.234 typed as a
number is never taken for the Turkish text "1.234"; dates become ISO text, truth values "true" and "false".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from oncu.config.problems import Problem

SHOWN = 40  # characters of a cell in a message


class TableError(Problem):
    """A table that cannot be imported at all: which one, what was found, what to do (one line)."""


@dataclass(frozen=True)
class Percent:
    """A number cell that its sheet shows with a percent sign; `value` is in per cent (Excel's 0.05 is 5)."""

    value: float


Cell = str | int | float | Percent


@dataclass(frozen=True)
class Bad:
    """Why a cell cannot be used: what was found and what to write."""

    reason: str


@dataclass(frozen=True)
class BadRow:
    """One fault of one row; `column` is empty where the whole row is meant."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True)
class Table:
    """Header, rows (each as wide as the header), the line of each row, and what could not be read.

    `digest` is the SHA-256 of the file's bytes, or of the rows of a query.
    """

    name: str
    header: tuple[str, ...]
    lines: Sequence[int]
    rows: Sequence[Sequence[Cell]]
    digest: str
    bad: tuple[BadRow, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Content:
    """What a reader of one format found in a file."""

    header: Sequence[str]
    lines: Sequence[int]
    rows: Sequence[Sequence[Cell]]
    bad: Sequence[BadRow] = ()
    notes: Sequence[str] = ()


def as_cell(value: object) -> Cell:
    """A typed value as a cell: nothing is "", a date its ISO text (without a clock at midnight), a Decimal a number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float | Percent):
        return value
    if isinstance(value, datetime):
        is_day = value.tzinfo is None and value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal) and value.is_finite():
        return int(value) if value == value.to_integral_value() else float(value)
    return "" if value is None else str(value)


def show(cell: Cell) -> str:
    """A cell as it is quoted in a message, cut where it is long."""
    text = f"{cell.value:g}%" if isinstance(cell, Percent) else str(cell)
    return repr(text if len(text) <= SHOWN else text[:SHOWN] + "…")
