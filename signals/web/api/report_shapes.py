"""Published reports as the API tells them: numbers with interval and n, in rows, tables and sections."""

from datetime import date, datetime

from pydantic import Field

from .shapes import Number, Shape


class NumberShape(Shape):
    """One number with its 95 % interval."""

    metric: str = Field(description="What it measures.")
    title: str = Field(description="The same in words.")
    unit: str = Field(
        description="share and chance: 0-1; points: 0-1 as a difference; times; days; count; reads; money: lira; "
        "score; price and gap: per cent per year."
    )
    value: Number = Field(description="Null where there is nothing to compute it from.")
    low: Number
    high: Number
    n: int | None = Field(description="On how many cases it rests.")
    is_early: bool = Field(description="It rests on fewer than five ends and says nothing yet.")
    horizon_days: int | None


class RowShape(Shape):
    """One line of a table."""

    kind: str = Field(description="What it is about: type, source, category …")
    key: str = Field(description="Which one.")
    title: str = Field(description="The same in words.")
    numbers: list[NumberShape]


class TableShape(Shape):
    """Rows under the same columns."""

    key: str
    side: str | None
    title: str
    rows: list[RowShape]
    remarks: list[str]


class SectionShape(Shape):
    """Tables that belong together."""

    key: str
    title: str
    tables: list[TableShape]


class QuestionShape(Shape):
    """One question of the report, answered in a sentence."""

    question: str
    text: str


class ReportShape(Shape):
    """A published report."""

    as_of: date = Field(description="The day as of which it was made.")
    horizon_days: int
    published_at: datetime
    answers: list[QuestionShape]
    sections: list[SectionShape]
    remarks: list[str]
