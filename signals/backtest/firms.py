"""The firms of an archive: a list of clients, and the firms that outcomes name taken to it or made clients."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oncu.classifiers.firms.resolve import SAME, FirmRecord, build_resolver
from oncu.classifiers.text import fold_key
from oncu.storage.keys import key_id

from ..clients.golden import cluster
from .archive import JOINT, Archive

FIELDS = ("city", "ticker", "website", "lei", "tax_id", "sector")

ClientRow = dict[str, Any]


@dataclass(frozen=True)
class Firms:
    """Clients, and the client of each name of an outcome: by row and part, with how it was found."""

    clients: list[ClientRow]
    client_of: Mapping[tuple[str, str], str]
    listed: int
    named: int


def client_rows(table: Archive) -> list[ClientRow]:
    """The rows of a client list as clients; `short_names` is a list in one cell."""
    return [
        _client(row.get("client_id") or f"c{row['row']}", row["name"], row)
        for row in table.rows()
        if fold_key(row["name"])
    ]


def firms_of_outcomes(clients: Sequence[ClientRow], outcomes: Archive) -> Firms:
    """Each name of an outcome taken to a client; names that are none become clients, doubles among them one."""
    rows = [row for row in outcomes.rows() if fold_key(row["name"])]
    asked = [_record(str(n), row["name"], row) for n, row in enumerate(rows)]
    known = build_resolver(_record(row["client_id"], row["legal_name"], row) for row in clients)
    answers = list(known.candidates_of(asked, limit=1)) if clients else [[] for _ in rows]
    found = [answer[0].record_id if answer and answer[0].score >= SAME else None for answer in answers]
    rest = [record for record, client in zip(asked, found, strict=True) if client is None]
    stands_for = _doubles(rest)
    new = {record.record_id: stands_for.get(record.record_id, record.record_id) for record in rest}
    ids = {n: key_id("firm", fold_key(rows[int(n)]["name"]), rows[int(n)].get("city")) for n in set(new.values())}
    client_of = {
        (row["row"], row["part"]): client or ids[new[str(n)]]
        for n, (row, client) in enumerate(zip(rows, found, strict=True))
    }
    made = [_client(ids[n], rows[int(n)]["name"], rows[int(n)]) for n in sorted(set(new.values()), key=int)]
    listed = len({client for client in found if client})
    return Firms([*clients, *_once(made)], client_of, listed, len(rows))


def _doubles(records: Sequence[FirmRecord]) -> Mapping[str, str]:
    """Which records stand for which others, the first of each firm's."""
    pairs = ((pair.one, pair.other) for pair in build_resolver(records).duplicates(minimum=SAME)) if records else ()
    return cluster(pairs, [record.record_id for record in records])


def _once(clients: Iterable[ClientRow]) -> list[ClientRow]:
    return list({client["client_id"]: client for client in clients}.values())


def _record(record_id: str, name: str, row: Mapping[str, Any]) -> FirmRecord:
    given = {field: row.get(field) or None for field in FIELDS}
    return FirmRecord(record_id, name, short_names=_short_names(row), **given)


def _client(client_id: str, name: str, row: Mapping[str, Any]) -> ClientRow:
    given = {field: row.get(field) or None for field in FIELDS}
    return {"client_id": client_id, "legal_name": name, "short_names": _short_names(row), **given}


def _short_names(row: Mapping[str, Any]) -> tuple[str, ...]:
    said = row.get("short_names") or ""
    return said if isinstance(said, tuple) else tuple(part for part in said.split(JOINT) if fold_key(part))
