"""The client list as names to match, without a database: for `oncu match`."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from oncu.classifiers.names import ClientName

from .columns import Value
from .run import read_rows
from .tables import BadRow


def read_client_names(path: Path, now: datetime) -> tuple[list[ClientName], tuple[BadRow, ...]]:
    """The names of a client list and its bad rows. Raises TableError when the file cannot be used at all."""
    _, table, parsed = read_rows("clients", path, now)
    bad = sorted((*table.bad, *parsed.bad), key=lambda fault: fault.line)
    return [_name(row) for row in parsed.rows], tuple(bad)


def _name(row: Mapping[str, Value]) -> ClientName:
    short_names = row.get("short_names")
    return ClientName(
        client_id=str(row["client_id"]),
        legal_name=str(row["legal_name"]),
        short_names=short_names if isinstance(short_names, tuple) else (),
        tax_id=_text(row.get("tax_id")),
        ticker=_text(row.get("ticker")),
        city=_text(row.get("city")),
        mersis=_text(row.get("mersis")),
        website=_text(row.get("website")),
    )


def _text(value: Value) -> str | None:
    return str(value) if value is not None else None
