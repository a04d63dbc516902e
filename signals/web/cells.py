"""What a report tells somebody who does not see every client: no group so small that it tells of single ones.

Clients appear where the reader sees them, colleagues where the reader is one or leads them, and a group of fewer than
five (banks, products, reasons …) not at all: its sum would be somebody's business with the bank.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from ..score.figures import Answer, Label, Number, Remark, Row, Section, Table
from ..score.keep import KeptReport

LEAST = 5  # members of a group that may be told of
FIXED = (
    "row",
    "side",
    "days",
    "stage",
    "change",
    "axis",
    "band",
    "class",
    "said",
    "shift",
    "third",
    "threshold",
    "led",
)
PUBLIC = ("source", "type", "category", "origin", "reason", "pair")  # words of the product, not of the bank's business
COLLEAGUES = ("manager", "person")


@dataclass(frozen=True)
class Sight:
    """Whom a reader may read of: the ids of clients, and the names and portfolio codes of colleagues."""

    clients: Collection[str]
    colleagues: Collection[str]

    def allows(self, row: Row) -> bool:
        """Whether a row may be told."""
        label = row.label
        if label.kind == "client":
            return label.key in self.clients
        if label.kind in COLLEAGUES:
            return label.key in self.colleagues
        return label.kind in (*FIXED, *PUBLIC) or _size(row.numbers) >= LEAST


def coarsen(report: KeptReport, sight: Sight) -> KeptReport:
    """The report without the rows that a reader may not be told, each table saying how many are missing; a sentence or
    a note that names what a missing row is about is missing too."""
    hidden: set[tuple[str, str]] = set()
    sections = [_section(section, sight.allows, hidden) for section in report.sections]
    answers = tuple(one for one in report.answers if not _names(one) & hidden)
    untold = {key for _, key in hidden}
    return replace(report, sections=tuple(_without_notes(section, untold) for section in sections), answers=answers)


def _without_notes(section: Section, untold: Collection[str]) -> Section:
    return replace(
        section,
        tables=tuple(replace(table, rows=tuple(_quiet(row, untold) for row in table.rows)) for table in section.tables),
    )


def _quiet(row: Row, untold: Collection[str]) -> Row:
    names_one = row.note is not None and any(str(value) in untold for value in row.note.values.values())
    return replace(row, note=None) if names_one else row


def _section(section: Section, allows: Callable[[Row], bool], hidden: set[tuple[str, str]]) -> Section:
    return replace(section, tables=tuple(_table(table, allows, hidden) for table in section.tables))


def _table(table: Table, allows: Callable[[Row], bool], hidden: set[tuple[str, str]]) -> Table:
    shown = tuple(row for row in table.rows if allows(row))
    hidden |= {_key(row.label) for row in table.rows if not allows(row)}
    missing = len(table.rows) - len(shown)
    remarks = (Remark("web_small_groups", {"n": missing, "least": LEAST}),) if missing else ()
    return replace(table, rows=shown, remarks=table.remarks + remarks)


def _size(numbers: Collection[Number]) -> float:
    """How many a row is about: what was counted, else the smallest n of its numbers, which may be that of a whole."""
    counted = [one.value for one in numbers if one.unit == "count" and one.value is not None]
    return min(counted or [one.n for one in numbers if one.n is not None], default=0)


def _names(answer: Answer) -> set[tuple[str, str]]:
    return {_key(label) for label in answer.names.values()}


def _key(label: Label) -> tuple[str, str]:
    return label.kind, label.key
