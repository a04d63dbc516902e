"""Numbers as Turkish and international files write them; where one text means two numbers, the file decides or we ask.

| text           | read as                                                                       |
|----------------|-------------------------------------------------------------------------------|
| `1.234.567,89` | 1234567.89, evidence that the comma is the decimal sign                       |
| `1234567.89`   | 1234567.89, evidence that the point is                                        |
| `1.234`        | 1234 or 1.234: whatever the evidence of its column, else of its file, says    |
| `1,234`        | 1.234 where the comma is the decimal sign, else refused                       |
| `1,234.5`      | refused: grouping by commas is not read                                       |
"""

import math
import re
from collections.abc import Iterable

from .tables import Bad, Cell, Percent, show

WHOLE = re.compile(r"[+-]?[0-9]+")
POINT = re.compile(r"[+-]?[0-9]+\.[0-9]+")
COMMA = re.compile(r"[+-]?(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+),[0-9]+")
GROUPS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
UNCLEAR = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
HOW = "write 1234567,89 or 1234567.89"


def find_decimal_sign(cells: Iterable[Cell]) -> str | None:
    """The decimal sign ("," or ".") that the numbers among the cells give evidence of; None without or with both."""
    signs = {_evidence(_strip(cell)) for cell in cells if isinstance(cell, str)} - {None}
    return signs.pop() if len(signs) == 1 else None


def parse_number(cell: Cell, decimal: str | None = None) -> float | Bad:
    """The number of a cell, always finite; `decimal` is the decimal sign of the column, where there is evidence."""
    if isinstance(cell, int | float):
        return _finite(cell)
    if isinstance(cell, Percent) or "%" in cell:
        return Bad(f"{show(cell)} has a percent sign; write the plain number")
    return _parse_text(cell, decimal)


def parse_percent(cell: Cell, decimal: str | None = None) -> float | Bad:
    """A rate in per cent: `4,25`, `%4,25` and `4,25 %` are 4.25."""
    if isinstance(cell, Percent):
        return _finite(cell.value)
    return _parse_text(cell, decimal) if isinstance(cell, str) else _finite(cell)


def parse_share(cell: Cell, decimal: str | None = None) -> float | Bad:
    """A share of 1: `0,25`, `%25` and `25 %` are 0.25."""
    number = parse_percent(cell, decimal)
    has_sign = isinstance(cell, Percent) or (isinstance(cell, str) and "%" in cell)
    return number / 100 if has_sign and not isinstance(number, Bad) else number


def _parse_text(text: str, decimal: str | None) -> float | Bad:
    plain = _strip(text)
    if UNCLEAR.fullmatch(plain):
        return _parse_unclear(text, plain, decimal)
    if WHOLE.fullmatch(plain) or POINT.fullmatch(plain):
        return _finite(float(plain))
    if COMMA.fullmatch(plain) or GROUPS.fullmatch(plain):
        return _finite(float(plain.replace(".", "").replace(",", ".")))
    return Bad(f"{show(text)} is not a number; {HOW}")


def _parse_unclear(text: str, plain: str, decimal: str | None) -> float | Bad:
    if decimal == ",":
        return float(plain.replace(".", "").replace(",", "."))
    if decimal == "." and "." in plain:
        return float(plain)
    whole, fraction = re.sub("[.,]", "", plain), re.sub("[.]", ",", plain)
    return Bad(f"ambiguous number {show(text)}; write {whole} or, as a fraction, {fraction}0")


def _evidence(plain: str) -> str | None:
    if UNCLEAR.fullmatch(plain):
        return None
    if COMMA.fullmatch(plain) or GROUPS.fullmatch(plain):
        return ","
    return "." if POINT.fullmatch(plain) else None


def _strip(text: str) -> str:
    return text.strip().removeprefix("%").removesuffix("%").strip().replace("\N{MINUS SIGN}", "-")


def _finite(number: float) -> float | Bad:
    try:
        value = float(number)
    except OverflowError:
        return Bad(f"{str(number)[:20]}… is too large; {HOW}")
    return value if math.isfinite(value) else Bad(f"{value} is not a number; {HOW}")
