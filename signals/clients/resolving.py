"""Match any file of names to clients: for each row the likeliest client, how sure that is, and why."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TextIO

from oncu.classifiers.firms.numbers import Candidate, FirmRecord
from oncu.config.load import read_yaml
from oncu.storage.database import Database

from ..imports.columns import header_key
from ..imports.plans import LOOKUPS
from ..imports.tables import Table, TableError
from .golden import firm_of

COLUMNS = ("name", "city", "tax_id", "mersis", "lei", "ticker", "website", "sector")

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Resolved:
    """What became of one row: state matched (sure enough to use), maybe (a person decides) or none."""

    line: int
    name: str
    state: str
    client_id: str | None = None
    legal_name: str | None = None
    score: float | None = None
    basis: str | None = None
    reason: str | None = None
    next_client_id: str | None = None
    next_score: float | None = None


def read_firms(table: Table) -> list[tuple[int, FirmRecord]]:
    """The rows of a table as firms, by line; the header names the columns. Raises TableError without a name column.

    Numbers are taken as they stand: one that fails its check digit counts for less, and the reason says so.
    """
    places = _match_columns(table)
    if "name" not in places:
        found = ", ".join(filter(None, table.header)) or "none"
        raise TableError(f"{table.name}: column name is missing (found: {found}); name it in the first line")
    rows = ({name: _text(row[place]) for name, place in places.items()} for row in table.rows)
    return [(line, _firm(line, values)) for line, values in zip(table.lines, rows, strict=True) if values["name"]]


def resolve_firms(
    database: Database, firms: Sequence[tuple[int, FirmRecord]], progress: Progress = lambda stage, done, total: None
) -> Iterator[Resolved]:
    """The likeliest client of each firm, in the order of the rows. Raises Problem where there are no clients."""
    from oncu.classifiers.firms.resolve import build_resolver
    from oncu.config.problems import Problem
    from oncu.storage.clients import load_clients

    with database.read() as connection:
        clients = {client.client_id: client for client in load_clients(connection)}
    if not clients:
        raise Problem("there are no clients to match with; run: oncu clients import FILE")
    progress("index", 0, len(firms))
    resolver = build_resolver(firm_of(client.client_id, vars(client)) for client in clients.values())
    names = {client_id: client.legal_name for client_id, client in clients.items()}
    answers = resolver.candidates_of((firm for _, firm in firms), limit=2)
    for done, ((line, firm), found) in enumerate(zip(firms, answers, strict=True), 1):
        yield resolved(line, firm.name, found, names)
        progress("resolve", done, len(firms))


def resolved(line: int, name: str, found: Sequence[Candidate], names: Mapping[str, str]) -> Resolved:
    """One row with its candidates, best first."""
    from oncu.classifiers.firms.resolve import MAYBE, SAME

    if not found or found[0].score < MAYBE:
        return Resolved(line, name, "none")
    best, rest = found[0], found[1:]
    return Resolved(
        line,
        name,
        "matched" if best.score >= SAME else "maybe",
        best.record_id,
        names[best.record_id],
        best.score,
        best.basis,
        best.reason,
        rest[0].record_id if rest else None,
        rest[0].score if rest else None,
    )


def write_resolved(found: Iterable[Resolved], file: TextIO, form: str) -> dict[str, int]:
    """Write the rows as CSV or JSON lines; returns how many there are of each state."""
    counts = {"matched": 0, "maybe": 0, "none": 0}
    write = _csv_writer(file) if form == "csv" else _json_writer(file)
    for row in found:
        counts[row.state] += 1
        write(asdict(row))
    return counts


def _csv_writer(file: TextIO) -> Callable[[dict[str, Any]], object]:
    writer = csv.DictWriter(file, list(Resolved.__dataclass_fields__), lineterminator="\n")
    writer.writeheader()
    return lambda row: writer.writerow({key: _unformula(value) for key, value in row.items()})


def _json_writer(file: TextIO) -> Callable[[dict[str, Any]], object]:
    return lambda row: file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _unformula(value: Any) -> Any:
    """A spreadsheet would run a cell that begins like a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def _firm(line: int, values: Mapping[str, str | None]) -> FirmRecord:
    rest: dict[str, Any] = {name: value for name, value in values.items() if name != "name"}
    return FirmRecord(str(line), str(values["name"]), **rest)


def _match_columns(table: Table) -> dict[str, int]:
    known = {header_key(way): name for name, ways in read_yaml(LOOKUPS)["firms"].items() for way in (name, *ways)}
    places: dict[str, int] = {}
    for place, header in enumerate(table.header):
        name = known.get(header_key(header))
        if name in COLUMNS:
            places.setdefault(name, place)
    return places


def _text(cell: object) -> str | None:
    if isinstance(cell, float) and cell == int(cell):
        cell = int(cell)
    return str(cell).strip() or None
