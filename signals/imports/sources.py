"""Where a table comes from: a file by its ending, or the answer of a query."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from oncu.storage.external import SqlQuery, run_query

from .delimited import read_delimited
from .jsonlines import read_json_lines
from .tables import Content, Table, TableError, as_cell
from .workbook import read_workbook

READERS: Mapping[str, Callable[[bytes], Content]] = {
    **dict.fromkeys((".csv", ".tsv", ".txt"), read_delimited),
    **dict.fromkeys((".jsonl", ".ndjson"), read_json_lines),
    **dict.fromkeys((".xlsx", ".xlsm"), read_workbook),
}


def read_table(source: Path | SqlQuery) -> Table:
    """Read a file by its ending, or the answer of a query. Raises TableError; StorageError for a query."""
    return read_query(source) if isinstance(source, SqlQuery) else read_file(source)


def read_file(path: Path) -> Table:
    """Read a CSV, TSV, XLSX or JSON-lines file. Raises TableError."""
    read = _find_reader(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path}: cannot be read ({error.strerror}); give the path of a file") from None
    if not content.strip():
        raise TableError(f"{path.name}: is empty; write the names of the columns into its first line")
    try:
        found = read(content)
    except TableError as error:
        raise TableError(f"{path.name}: {error}") from None
    return _table(path.name, found, hashlib.sha256(content).hexdigest())


def read_query(query: SqlQuery) -> Table:
    """Read the answer of a query; the "line" of a row is its number. Raises StorageError."""
    answer = run_query(query)
    rows = [[as_cell(value) for value in row] for row in answer.rows]
    found = Content(answer.columns, range(1, len(rows) + 1), rows)
    return _table("query", found, hashlib.sha256(repr((answer.columns, rows)).encode("utf-8", "replace")).hexdigest())


def _find_reader(path: Path) -> Callable[[bytes], Content]:
    ending = path.suffix.casefold()
    read = READERS.get(ending)
    if read is None:
        hint = "save it as .xlsx" if ending in (".xls", ".xlsb", ".ods") else "give a known kind"
        raise TableError(f"{path.name}: {path.suffix or 'no ending'} is not read; {hint} (.csv, .xlsx or .jsonl)")
    return read


def _table(name: str, found: Content, digest: str) -> Table:
    return Table(name, tuple(found.header), found.lines, found.rows, digest, tuple(found.bad), tuple(found.notes))
