"""Offers as columns, and a fault of one row of an offers file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from ..judge.tables import BoolArray, FloatArray, IntArray, TimeArray

STATUSES = ("open", "won", "lost", "withdrawn", "expired")
REASONS = ("price", "service", "speed", "terms", "relationship", "other", "unknown")
REASON_SOURCES = ("client", "manager", "inferred")
NON_PRICE = ("service", "speed", "terms", "relationship", "other")
COLD, SIGNAL_LED = 0, 1  # -1 where it is not said
ENOUGH = 5  # below, a figure says "too early"


@dataclass(frozen=True)
class Labels:
    """A column of names as numbers: row i is `names[codes[i]]`; -1 where the cell is empty."""

    codes: IntArray
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def where(self, chosen: BoolArray | IntArray) -> "Labels":
        return Labels(self.codes[chosen], self.names)

    def is_one_of(self, *names: str) -> BoolArray:
        """Where the row has one of these names."""
        wanted = [code for code, name in enumerate(self.names) if name in names]
        return np.isin(self.codes, wanted)

    def named(self, row: int) -> str:
        """The name of a row; "" where empty."""
        code = int(self.codes[row])
        return "" if code < 0 else self.names[code]


@dataclass(frozen=True)
class Offers:
    """One offer a row; columns of equal length.

    Numbers are NaN and moments NaT (datetime64[us], UTC) where the cell is empty. `signal_led` is 1, 0 or -1 (not
    said). `groups` holds further columns that only the bank's ledger knows: segment, sector, region, signal type.
    """

    offer_id: Sequence[str]
    client: Labels
    product: Labels
    amount: FloatArray
    tenor_months: FloatArray
    offered_at: TimeArray
    price: FloatArray
    cost: FloatArray
    floor: FloatArray
    list_price: FloatArray
    status: Labels
    decided_at: TimeArray
    reason: Labels
    reason_source: Labels
    winner: Labels
    rival_price: FloatArray
    n_bidders: FloatArray
    delta_randomised: FloatArray
    manager: Labels
    signal_led: IntArray
    groups: Mapping[str, Labels] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.price)

    def has_status(self, *statuses: str) -> BoolArray:
        return self.status.is_one_of(*statuses)

    def where(self, chosen: BoolArray) -> "Offers":
        """The offers for which `chosen` is true."""
        rows = np.flatnonzero(chosen)
        changed: dict[str, Any] = {name: _chosen(getattr(self, name), rows) for name in _columns()}
        return replace(self, **changed, groups={name: labels.where(rows) for name, labels in self.groups.items()})

    def group(self, by: str) -> Labels | None:
        """The column to group by: product, manager, or one of `groups`; None where there is no such column."""
        own = {"product": self.product, "manager": self.manager, "signal_led": self._led()}
        return own.get(by) or self.groups.get(by)

    def _led(self) -> Labels:
        return Labels(self.signal_led, ("cold", "signal_led"))


@dataclass(frozen=True)
class Fault:
    """What is wrong with one row of a file; `column` is "" where the whole row is meant."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        return (
            f"line {self.line}, column {self.column}: {self.reason}"
            if self.column
            else f"line {self.line}: {self.reason}"
        )


def label(names: Iterable[str | None]) -> Labels:
    """Names as numbers in alphabetical order; "" and None are -1: label(["b", "", "a"]) -> [1, -1, 0], ("a", "b")."""
    column = list(names)
    known = sorted({name for name in column if name})
    number: dict[str | None, int] = {"": -1, None: -1, **{name: code for code, name in enumerate(known)}}
    return Labels(np.fromiter(map(number.__getitem__, column), np.int64, len(column)), tuple(known))


def _columns() -> list[str]:
    return [one.name for one in fields(Offers) if one.name != "groups"]


def _chosen(column: Any, rows: IntArray) -> Any:
    if isinstance(column, Labels):
        return column.where(rows)
    return column[rows] if isinstance(column, np.ndarray) else [column[row] for row in rows.tolist()]
