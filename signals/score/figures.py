"""What a scoreboard is made of: numbers with interval, n and horizon, in rows, tables and sections."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, Literal

from oncu.scoring.estimates.intervals import Rate

Unit = Literal["share", "points", "times", "days", "count", "reads", "money", "score", "chance", "price", "gap"]
COUNTED = ("count", "money")  # units of what is known as it stands
ENOUGH = 5  # ends (or rows of a group); below, a number says nothing yet


@dataclass(frozen=True)
class Number:
    """One number: what it measures (`metric` names its definition), its 95 % interval and n; `horizon` in days.

    `is_early`: it rests on fewer than five ends; `until` is when the fifth is to be expected, None where nobody can
    say. `value` None: there is nothing to compute it from.
    """

    metric: str
    unit: Unit
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    horizon: int | None = None
    is_early: bool = False
    until: date | None = None

    def early(self, until: date | None) -> "Number":
        """The same number, marked as too early to say."""
        return replace(self, is_early=True, until=until)


@dataclass(frozen=True)
class Label:
    """What a row is about; `kind` says in which list its title stands (type, source, category …), or `title` is it."""

    kind: str
    key: str
    title: str | None = None


@dataclass(frozen=True)
class Row:
    """One line of a table; `note` is a sentence that belongs to it alone."""

    label: Label
    numbers: tuple[Number, ...]
    note: "Remark | None" = None

    @property
    def is_early(self) -> bool:
        """Is it too early for all its numbers?"""
        return bool(self.numbers) and all(one.is_early for one in self.numbers)

    def number(self, metric: str) -> Number | None:
        """The number of a column; None where the row has none."""
        return next((one for one in self.numbers if one.metric == metric), None)


@dataclass(frozen=True)
class Remark:
    """A sentence beside a table: its text's key and the values it is filled with."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """Rows under the same columns; `chart` names the drawing made of it, `shown` how many rows a page shows."""

    key: str
    side: str
    rows: tuple[Row, ...]
    remarks: tuple[Remark, ...] = ()
    chart: str | None = None
    shown: int = 25

    @property
    def is_early(self) -> bool:
        """Is it too early for all its rows?"""
        return bool(self.rows) and all(row.is_early for row in self.rows)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The columns, in the order in which the rows bring them."""
        return tuple(dict.fromkeys(one.metric for row in self.rows for one in row.numbers))


@dataclass(frozen=True)
class Section:
    """What belongs together on a page; `title` where it is no text of the product (a client's name)."""

    key: str
    tables: tuple[Table, ...]
    remarks: tuple[Remark, ...] = ()
    title: str | None = None


@dataclass(frozen=True)
class Answer:
    """One of the case's four questions, answered in a sentence: the text's key and what it is filled with."""

    question: str
    key: str
    numbers: Mapping[str, Number]
    names: Mapping[str, Label] = field(default_factory=dict)


@dataclass(frozen=True)
class ScoreReport:
    """All that is known of the past as of a day. Nothing in it depends on when or where it was made."""

    as_of: date
    judged_to: date
    horizon: int
    arm: str
    answers: tuple[Answer, ...]
    sections: tuple[Section, ...]
    remarks: tuple[Remark, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values; dates as texts."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain

    def lines(self) -> Iterator[tuple[Section, Table, Row, Number]]:
        """Every number with where it stands."""
        return lines_of(self.sections)


@dataclass(frozen=True)
class ReportPage:
    """What a page of its own shows as of a day; empty but for a remark where there is nothing to show."""

    as_of: date
    horizon: int
    answers: tuple[Answer, ...]
    sections: tuple[Section, ...]
    remarks: tuple[Remark, ...] = ()

    def lines(self) -> Iterator[tuple[Section, Table, Row, Number]]:
        """Every number with where it stands."""
        return lines_of(self.sections)


def lines_of(sections: Iterable[Section]) -> Iterator[tuple[Section, Table, Row, Number]]:
    """Every number of some sections with where it stands."""
    for section in sections:
        for table in section.tables:
            for row in table.rows:
                for number in row.numbers:
                    yield section, table, row, number


def of_rate(metric: str, unit: Unit, rate: Rate | None, *, horizon: int | None = None) -> Number:
    """A rate of the scoring room as a number."""
    if rate is None:
        return Number(metric, unit, None, horizon=horizon)
    return Number(metric, unit, rate.value, rate.low, rate.high, rate.n, horizon)


def plain_number(
    metric: str, unit: Unit, value: float | None, *, n: int | None = None, horizon: int | None = None
) -> Number:
    """A number without an interval: a count, a sum, a place."""
    return Number(metric, unit, None if value is None else float(value), n=n, horizon=horizon)


def unless_few(numbers: Iterable[Number], n: int, until: date | None = None) -> tuple[Number, ...]:
    """The numbers, marked as too early where their group or their own n has fewer than five; what was only counted is
    never too early."""
    return tuple(one.early(until) if _rests_on_few(one, n) else one for one in numbers)


def _rests_on_few(number: Number, n: int) -> bool:
    if number.unit in COUNTED or number.value is None and n >= ENOUGH:
        return False
    return min(n, n if number.n is None else number.n) < ENOUGH


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
