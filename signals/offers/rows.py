"""The offers report as JSON and as rows of a table: one line a number, marked where it rests on fewer than five."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

from oncu.scoring.offers.report import OffersReport
from oncu.scoring.offers.tables import ENOUGH

HEADER = ("section", "group", "key", "metric", "value", "low", "high", "n", "too_early")
RATE = {"value", "low", "high", "n"}
NAMES = ("group", "reason", "winner", "name", "manager", "product", "segment", "what", "third", "shift")
Row = tuple[object, ...]


def report_json(report: OffersReport) -> dict[str, Any]:
    """The report's plain values, each rate with `too_early`."""
    marked: dict[str, Any] = _marked(report.as_json())
    return marked


def report_csv(report: OffersReport) -> str:
    """Every number of the report, with interval and n where it has them; a spreadsheet opens it as it is."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    found = report.as_json()
    for section, value in found.items():
        writer.writerows(_rows(section, "", "", value))
    return text.getvalue()


def is_early(found: Mapping[str, Any]) -> bool:
    """Does a rate rest on fewer than five?"""
    return bool(found["n"] < ENOUGH)


def _marked(value: Any) -> Any:
    if isinstance(value, list):
        return [_marked(one) for one in value]
    if not isinstance(value, Mapping):
        return value
    plain = {name: _marked(one) for name, one in value.items()}
    return plain | {"too_early": is_early(value)} if value.keys() == RATE else plain


def _rows(section: str, group: str, key: str, value: Any, metric: str = "") -> Iterator[Row]:
    if isinstance(value, list):
        for one in value:
            yield from _rows(section, group, _name(one), _unnamed(one), metric)
    elif isinstance(value, Mapping) and value.keys() == RATE:
        early = str(is_early(value)).lower()
        yield section, group, key, metric, value["value"], value["low"], value["high"], value["n"], early
    elif isinstance(value, Mapping):
        for name, one in value.items():
            nested = isinstance(one, list)
            yield from _rows(
                section, _safe(name) if nested else group, key, one, metric if nested else _join(metric, name)
            )
    else:
        yield section, group, key, metric, _safe(value) if isinstance(value, str) else value, "", "", "", ""


def _name(row: Mapping[str, Any]) -> str:
    found = next((row[name] for name in NAMES if name in row), "")
    return _safe(found) if isinstance(found, str) else str(found)


def _unnamed(row: Mapping[str, Any]) -> dict[str, Any]:
    named = next((name for name in NAMES if name in row), None)
    return {name: value for name, value in row.items() if name != named}


def _join(metric: str, name: str) -> str:
    return f"{metric}.{name}" if metric else name


def _safe(text: str) -> str:
    """A text that a spreadsheet takes for no formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
