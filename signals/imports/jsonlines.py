"""JSON lines: one object a line; the header is every key in order of first appearance."""

import json
from typing import Any

from .delimited import decode
from .tables import BadRow, Cell, Content, as_cell


def read_json_lines(content: bytes) -> Content:
    """Read the bytes of a JSON-lines file; a line that is no flat object is a bad row. Raises TableError."""
    text, notes = decode(content)
    header: dict[str, None] = {}
    bad: list[BadRow] = []
    found: list[tuple[int, dict[str, Cell]]] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        row = _read_line(number, line)
        if isinstance(row, BadRow):
            bad.append(row)
            continue
        header.update(dict.fromkeys(row))
        found.append((number, row))
    rows = [[row.get(name, "") for name in header] for _, row in found]
    return Content(list(header), [number for number, _ in found], rows, bad, notes)


def _read_line(number: int, line: str) -> dict[str, Cell] | BadRow:
    try:
        value = json.loads(line, object_pairs_hook=_refuse_twice)
    except (ValueError, RecursionError) as error:
        return BadRow(number, "", f"is not JSON ({error}); write one object a line")
    if not isinstance(value, dict):
        return BadRow(number, "", 'is not an object; write {"column": value, …}')
    nested = [key for key, cell in value.items() if _is_nested(cell)]
    if nested:
        return BadRow(number, nested[0], "holds an object; write a text, a number, true, false or null")
    return {key: _cell(cell) for key, cell in value.items()}


def _refuse_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice")
    return found


def _is_nested(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(v, dict | list) for v in value))


def _cell(value: object) -> Cell:
    return ";".join(str(as_cell(part)) for part in value) if isinstance(value, list) else as_cell(value)
