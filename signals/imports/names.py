"""The client list as names to match, without a database: for `oncu match`."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from oncu.classifiers.firms.names import ClientName

from ..clients.golden import NumberIndex
from .columns import Value
from .run import read_rows
from .tables import BadRow


def read_client_names(path: Path, now: datetime) -> tuple[list[ClientName], tuple[BadRow, ...]]:
    """The names of a client list and its bad rows. Raises TableError when the file cannot be used at all."""
    _, table, parsed = read_rows("clients", path, now)
    bad = sorted((*table.bad, *parsed.bad), key=lambda fault: fault.line)
    return _as_clients(parsed.rows), tuple(bad)


def _as_clients(rows: Iterable[Mapping[str, Value]]) -> list[ClientName]:
    """One name a client: a later row with the number of an earlier one only adds what that one is called."""
    index, found = NumberIndex(), dict[str, ClientName]()
    for row in rows:
        name, joining = _name(row), index.find(row)
        if joining is None:
            index.add(name.client_id, row)
            found[name.client_id] = name
        else:
            first = found[joining.client_id]
            called = dict.fromkeys((*first.short_names, *name.short_names, name.legal_name))
            found[joining.client_id] = replace(first, short_names=tuple(called))
    return list(found.values())


def _name(row: Mapping[str, Value]) -> ClientName:
    short_names, sites = row.get("short_names"), row.get("addresses")
    return ClientName(
        client_id=str(row["client_id"]),
        legal_name=str(row["legal_name"]),
        short_names=short_names if isinstance(short_names, tuple) else (),
        tax_id=_text(row.get("tax_id")),
        ticker=_text(row.get("ticker")),
        city=_text(row.get("city")),
        mersis=_text(row.get("mersis")),
        website=_text(row.get("website")),
        sector=_text(row.get("sector")),
        sites=sites if isinstance(sites, tuple) else (),
        group=_text(row.get("parent_id")) or str(row["client_id"]),
    )


def _text(value: Value) -> str | None:
    return str(value) if value is not None else None
