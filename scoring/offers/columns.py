"""Offers from a file or from rows in hand: every cell read and checked, every bad row reported, the good ones kept."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from ..judge.columns import BOOLEANS, NOT_A_TIME, read_moment
from ..judge.tables import BadInput, BoolArray, FloatArray, IntArray, TimeArray
from .cells import Cell, Cells, cells_of_rows, check_columns, read_cells
from .tables import REASON_SOURCES, REASONS, STATUSES, Fault, Labels, Offers, label

REQUIRED = ("offer_id", "client_id", "product", "amount", "tenor_months", "offered_at", "price", "cost", "status")
OPTIONAL = (
    *("signal_id", "floor", "list_price", "decided_at", "loss_reason", "loss_reason_source", "winner", "rival_price"),
    *("n_bidders", "delta_randomised", "manager", "signal_led"),
)
NUMBERS = (
    *("amount", "tenor_months", "price", "cost", "floor", "list_price"),
    "rival_price",
    "n_bidders",
    "delta_randomised",
)
SHOWN = 40  # characters of a cell in a message
RATES = ("price", "cost", "floor", "list_price", "rival_price", "delta_randomised")
HIGHEST_RATE, LARGEST = 1_000.0, 1e15  # beyond, a rate in per cent or an amount is a slip of the keyboard
CHUNK = 500
COMMA_DECIMAL = re.compile(r"\s*[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+),[0-9]+\s*")
TURKISH_DAY = re.compile(r"\s*([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})\s*")
EMPTY = (None, "")
Read = Callable[[Cell], Any]


@dataclass
class _Reading:
    """Cells being read: what was found wrong so far, and the rows that are out because of it."""

    cells: Cells
    faults: list[Fault] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)

    def refuse(self, row: int, column: str, reason: str) -> None:
        self.bad.add(row)
        self.faults.append(Fault(self.cells.lines[row], column, reason))

    def parse(self, column: str, read: Read, expected: str, blank: Any, *, needed: bool = False) -> list[Any]:
        """Every cell of a column through `read`; empty ones are `blank`, a fault where the cell is needed."""
        found = self.cells.columns.get(column)
        if found is None:
            return [blank] * len(self.cells.lines)
        values: list[Any] = []
        for start in range(0, len(found), CHUNK):
            part = found[start : start + CHUNK]
            values += self._parse_part(start, part, column, read, expected, blank, needed)
        return values

    def _parse_part(
        self, start: int, part: list[Cell], column: str, read: Read, expected: str, blank: Any, needed: bool
    ) -> list[Any]:
        try:
            known = {cell: blank if cell in EMPTY and not needed else read(cell) for cell in set(part)}
            return [known[cell] for cell in part]
        except (ValueError, TypeError, KeyError, OverflowError):
            return [
                self._parse_cell(start + n, cell, column, read, expected, blank, needed) for n, cell in enumerate(part)
            ]

    def _parse_cell(
        self, row: int, cell: Cell, column: str, read: Read, expected: str, blank: Any, needed: bool
    ) -> Any:
        is_empty = cell in EMPTY or (isinstance(cell, str) and not cell.strip())
        if is_empty and not needed:
            return blank
        try:
            return read(cell)
        except (ValueError, TypeError, KeyError, OverflowError):
            what = "is empty" if is_empty else f"found {str(cell)[:SHOWN]!r}"
            self.refuse(row, column, f"{what}; expected {expected}")
            return blank

    def numbers(self, column: str, *, needed: bool = False) -> FloatArray:
        plain = None if self.has_comma else _plain_numbers(self.cells.columns.get(column, []))
        if plain is not None and len(plain) and not (needed and np.isnan(plain).any()):
            return plain
        read = _read_with_comma if self.has_comma else _read_number
        return np.array(self.parse(column, read, "a number like 4.25", np.nan, needed=needed), dtype=np.float64)

    @cached_property
    def has_comma(self) -> bool:
        """Whether the file shows that the comma is its decimal sign (a Turkish spreadsheet writes 4,25)."""
        cells = (cell for column in NUMBERS for cell in self.cells.columns.get(column, ()))
        return any(isinstance(cell, str) and "," in cell and bool(COMMA_DECIMAL.fullmatch(cell)) for cell in cells)

    def moments(self, column: str, *, needed: bool = False) -> TimeArray:
        found = self.parse(column, _read_day, "a date like 2025-01-31 or 31.01.2025", NOT_A_TIME, needed=needed)
        return np.array(found, dtype=np.int64).view("datetime64[us]")

    def texts(self, column: str, *, needed: bool = False) -> list[str]:
        return self.parse(column, _read_text, "a text", "", needed=needed)

    def choices(self, column: str, choices: Sequence[str], *, needed: bool = False) -> Labels:
        number = {choice: code for code, choice in enumerate(choices)}
        expected = f"one of {', '.join(choices)}"
        codes = self.parse(column, lambda cell: number[_read_text(cell)], expected, -1, needed=needed)
        return Labels(np.array(codes, dtype=np.int64), tuple(choices))


def read_offers(path: Path) -> tuple[Offers, list[Fault]]:
    """The good offers of a CSV or JSON-lines file, the faults of the others. Raises BadInput for an unusable file."""
    return offers_of_cells(read_cells(path, REQUIRED, OPTIONAL))


def offers_from_rows(rows: Iterable[Mapping[str, Cell]], name: str = "offers") -> Offers:
    """Offers from mappings with the file's column names. Raises BadInput at the first fault."""
    header = (*REQUIRED, *OPTIONAL)
    table = [[row.get(column) for column in header] for row in rows]
    offers, faults = offers_of_cells(cells_of_rows(name, header, range(1, len(table) + 1), table))
    if faults:
        raise BadInput(f"{name}, row {faults[0].line}, column {faults[0].column}", faults[0].reason, "mend it")
    return offers


def offers_of_cells(cells: Cells) -> tuple[Offers, list[Fault]]:
    """The offers of raw cells and the faults, in order of line. Raises BadInput where a required column is missing."""
    check_columns(cells, REQUIRED)
    reading = _Reading(cells, list(cells.faults))
    numbers = {column: reading.numbers(column, needed=column in REQUIRED) for column in NUMBERS}
    offers = Offers(
        offer_id=reading.texts("offer_id", needed=True),
        client=label(reading.texts("client_id", needed=True)),
        product=label(reading.texts("product", needed=True)),
        amount=numbers["amount"],
        tenor_months=numbers["tenor_months"],
        price=numbers["price"],
        cost=numbers["cost"],
        floor=numbers["floor"],
        list_price=numbers["list_price"],
        rival_price=numbers["rival_price"],
        n_bidders=numbers["n_bidders"],
        delta_randomised=numbers["delta_randomised"],
        offered_at=reading.moments("offered_at", needed=True),
        status=reading.choices("status", STATUSES, needed=True),
        decided_at=reading.moments("decided_at"),
        reason=reading.choices("loss_reason", REASONS),
        reason_source=reading.choices("loss_reason_source", REASON_SOURCES),
        winner=label(reading.texts("winner")),
        manager=label(reading.texts("manager")),
        signal_led=_signal_led(reading),
    )
    _check_rows(offers, reading)
    _check_twice(offers, reading)
    kept = np.ones(len(offers), dtype=bool)
    kept[sorted(reading.bad)] = False
    return offers if kept.all() else offers.where(kept), sorted(reading.faults, key=lambda fault: fault.line)


def _signal_led(reading: _Reading) -> IntArray:
    """Said outright, or led by the signal it names; -1 where neither says."""
    said = reading.parse("signal_led", lambda cell: int(BOOLEANS[_bare(cell)]), "true, false, 1 or 0", -1)
    signals = reading.texts("signal_id")
    led = np.array(said, dtype=np.int64)
    named = np.fromiter((bool(one) for one in signals), dtype=bool, count=len(signals))
    return np.where((led < 0) & named, 1, led)


def _check_rows(offers: Offers, reading: _Reading) -> None:
    """What no single cell shows: amounts above zero, whole bidders, days in order, reasons of lost deals only."""
    lost, is_open = offers.has_status("lost"), offers.has_status("open")
    has_reason = (offers.reason.codes >= 0) & ~offers.reason.is_one_of("unknown")
    bidders = offers.n_bidders
    faults = {
        "amount": (~_lies_in(offers.amount, LARGEST), f"is not above 0 and below {LARGEST:g}; write the amount"),
        "tenor_months": (~_lies_in(offers.tenor_months, 1_200), "is not above 0 and below 1200; write the months"),
        "n_bidders": ((bidders < 1) | (bidders != np.floor(bidders)) & ~np.isnan(bidders), "is not 1, 2, 3 …"),
        "decided_at": (
            is_open & ~np.isnat(offers.decided_at),
            "is given although the offer is open; leave it empty or write won or lost",
        ),
        "loss_reason": (has_reason & ~lost, "is given although the offer was not lost; leave it empty"),
    }
    for column in RATES:
        is_far = np.abs(getattr(offers, column)) > HIGHEST_RATE
        _refuse(reading, column, is_far, "is no rate in per cent per year; look for a missing decimal sign")
    early = _days(offers.decided_at) < _days(offers.offered_at) - 1  # one of the two may be a day without a clock
    _refuse(reading, "decided_at", early & ~np.isnat(offers.decided_at), "lies before offered_at; mend one of them")
    for column, (is_bad, reason) in faults.items():
        _refuse(reading, column, is_bad, reason)


def _check_twice(offers: Offers, reading: _Reading) -> None:
    """An offer that stands twice counts once: the first row stays, the later ones are faults."""
    first: dict[str, int] = {}
    if len(set(offers.offer_id)) == len(offers.offer_id):
        return
    for row, offer in enumerate(offers.offer_id):
        if offer and row not in reading.bad and first.setdefault(offer, row) != row:
            line = reading.cells.lines[first[offer]]
            reading.refuse(row, "offer_id", f"{offer[:SHOWN]!r} stands in line {line} already; keep one of them")


def _refuse(reading: _Reading, column: str, is_bad: BoolArray, reason: str) -> None:
    for row in np.flatnonzero(is_bad).tolist():
        if row not in reading.bad:
            reading.refuse(row, column, reason)


def _lies_in(values: FloatArray, highest: float) -> BoolArray:
    return np.asarray((values > 0) & (values < highest), dtype=bool)


def _days(moments: TimeArray) -> IntArray:
    return moments.astype("datetime64[D]").astype(np.int64)


def _bare(cell: Cell) -> Cell:
    return cell.strip() if isinstance(cell, str) else cell


def _read_text(cell: Cell) -> str:
    if isinstance(cell, (list, dict)):
        raise TypeError(cell)
    text = "" if cell is None else str(cell).strip()
    if not text:
        raise ValueError("empty")
    return text


def _plain_numbers(cells: list[Cell]) -> FloatArray | None:
    """A whole column at once where every cell is a plain finite number or empty; None where one needs a closer look."""
    if not {type(cell) for cell in cells} <= {str, int, float, type(None)}:
        return None
    try:
        found = np.array([float(cell) if cell not in EMPTY else np.nan for cell in cells])  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        return None
    is_odd = ~np.isfinite(found)
    odd = [cells[row] for row in np.flatnonzero(is_odd).tolist()]
    return None if any(cell not in EMPTY for cell in odd) or _has_underscore(cells) else found


def _has_underscore(cells: list[Cell]) -> bool:
    """Python takes 1_000 for a number, no spreadsheet does."""
    return any(isinstance(cell, str) and "_" in cell for cell in cells)


def _read_day(cell: Cell) -> int:
    """A moment in microseconds since 1970 UTC; the Turkish 31.01.2025 too."""
    found = TURKISH_DAY.fullmatch(cell) if isinstance(cell, str) else None
    return read_moment("{2}-{1:0>2}-{0:0>2}".format(*found.groups()) if found else cell)


def _read_number(cell: Cell) -> float:
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        raise TypeError(cell)
    number = float(cell)
    if not isfinite(number) or (isinstance(cell, str) and "_" in cell):
        raise ValueError(cell)
    return number


def _read_with_comma(cell: Cell) -> float:
    """A number of a column whose decimal sign is the comma: 4,25 and 1.234.567,89; a point only groups."""
    if not isinstance(cell, str):
        return _read_number(cell)
    text = cell.strip()
    if "." in text and not re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?", text):
        raise ValueError(cell)
    return _read_number(text.replace(".", "").replace(",", "."))
