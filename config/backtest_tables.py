"""The parts every backtest's spec is made of: its tables, patterns and days."""

import re
from datetime import date
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, Field, model_validator

from .values import Bilingual, Strict, Text


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is no pattern: {error}") from None
    return pattern


Pattern = Annotated[str, AfterValidator(_compiles)]
Days = Annotated[int, Field(ge=1, le=36_500)]


def _names_a_group(pattern: str) -> str:
    if not re.compile(pattern).groupindex:
        raise ValueError("names no group; write one like (?P<city>.+)")
    return pattern


Reading = Annotated[Pattern, AfterValidator(_names_a_group)]


class TableSpec(Strict):
    """Rows of one or more files of one form (CSV, JSON lines, Parquet) under the data folder.

    `columns`: our column → theirs. `keep`: our column → a pattern; rows where it is not found are left out. `dates`:
    how their days are written, as in strptime ("iso": 2026-01-31, 2026-01-31T09:00:00Z, or as in the head of a mail).
    `since`, `until`: days of the first of the time columns. `trim`: our column → the part of its text that counts.
    `split`: our column → where it is cut into several rows. `read`: our column → a pattern whose named groups become
    columns. `codes`: our column → a lookup file whose keys are replaced by its values. `blank`: what stands in an empty
    cell instead of nothing.
    """

    files: list[Text] = Field(min_length=1)
    columns: dict[str, Text]
    keep: dict[str, Pattern] = {}
    dates: Text = "iso"
    since: date | None = None
    until: date | None = None
    trim: dict[str, Pattern] = {}
    split: dict[str, Pattern] = {}
    read: dict[str, Reading] = {}
    codes: dict[str, Text] = {}
    constants: dict[str, str] = {}
    blank: list[Text] = []

    def provides(self) -> set[str]:
        """The columns its rows have."""
        named = {group for pattern in self.read.values() for group in re.compile(pattern).groupindex}
        return set(self.columns) | named | set(self.constants)


class BacktestSpec(Strict):
    """What every backtest says; `labels`: how its columns are called in what it prints."""

    needs: ClassVar[dict[str, tuple[str, ...]]] = {}

    name: str
    title: Bilingual
    labels: dict[str, Bilingual] = {}
    caveats: list[Bilingual] = []

    @model_validator(mode="after")
    def _columns_are_there(self) -> Self:
        for table, columns in self.needs.items():
            spec = getattr(self, table)
            missing = [column for column in columns if spec is not None and column not in spec.provides()]
            if missing:
                raise ValueError(f"{table}: column {missing[0]!r} is missing; name it under columns")
        return self
