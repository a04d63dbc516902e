"""Save a client list: each row a record of its source, records with a number in common one client."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations
from typing import Any

from oncu.storage.changes import Changes
from oncu.storage.clients import client_ids, client_rows, load_numbers, shared_numbers
from oncu.storage.database import Transaction
from oncu.storage.identity import DEFAULT_SOURCE, DIFFERENT, load_decisions
from oncu.storage.keys import key_id
from oncu.storage.prospects import link_to_clients, load_prospects
from oncu.storage.records import FIRST, Record, Version, adopt, load_records, save_records

from ..clients.firm_names import names_agree
from ..clients.golden import NUMBERS, SAYINGS, Joining, NumberIndex
from ..clients.prospects import find_clients_of
from ..clients.unite import refresh_clients

SHOWN = 10  # notes of one kind; the rest is counted
LONGEST_ID = 64  # what the tables hold

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Sorted:
    """The rows of a list against the records of its source; `notes` tell which new rows are clients already known."""

    fresh: list[Record]
    changed: list[Record]
    unchanged: int
    notes: list[str]


def save_client_list(
    connection: Transaction, rows: Sequence[Row], now: datetime, *, source: str, order: Sequence[str]
) -> tuple[Changes, list[str]]:
    """Keep the rows as records of a source and bring their clients up to date; counts of rows, and notes.

    A new row joins the one client that has its number and a like name, also a client of an earlier row of the list;
    else it is a new client. Existing clients are never made one here: that is a person's decision.
    """
    if source == DEFAULT_SOURCE:
        adopt(connection, [row["client_id"] for row in rows])
    found = _sort(connection, rows, now, source)
    touched = {record.client_id for record in (*found.fresh, *found.changed)}
    adopt(connection, touched)
    save_records(connection, [*found.fresh, *found.changed], now)
    refresh_clients(connection, touched, now, order=order)
    notes = _first_few(found.notes) + _first_few(list(_find_clashes(connection, touched)))
    return Changes(len(found.fresh), len(found.changed), found.unchanged), notes


def link_prospects(connection: Transaction, now: datetime) -> list[str]:
    """Note which firms that were heard of are clients now; a line that says how many."""
    prospects = load_prospects(connection)
    found = find_clients_of(prospects, load_numbers(connection)) if prospects else {}
    link_to_clients(connection, found, now)
    return (
        [f"{len(found)} firms heard of before are clients now; oncu clients show tells what was heard"] if found else []
    )


def fields_of(row: Row, before: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A row as the fields of a record: empty ones are left out, columns the list does not have stay as before."""
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in row.items()}
    fields = {**(before or {}), **given}
    return {name: value for name, value in fields.items() if name != "client_id" and value is not None and value != []}


def _sort(connection: Transaction, rows: Sequence[Row], now: datetime, source: str) -> Sorted:
    known = load_records(connection, source)
    found = Sorted([], [], 0, [])
    waiting: list[tuple[str, dict[str, Any]]] = []
    for row in rows:
        before = known.get(row["client_id"])
        fields = fields_of(row, before.fields if before else None)
        if before is None:
            waiting.append((row["client_id"], fields))
        elif fields != before.fields:
            found.changed.append(replace(before, versions=(Version(fields, now),)))
    fresh, notes = _place(connection, waiting, now, source)
    return Sorted(fresh, found.changed, len(rows) - len(fresh) - len(found.changed), notes)


def _place(
    connection: Transaction, waiting: Sequence[tuple[str, dict[str, Any]]], now: datetime, source: str
) -> tuple[list[Record], list[str]]:
    """New records with their clients."""
    if not waiting:
        return [], []
    index, taken = _known_numbers(connection), client_ids(connection)
    made: list[Record] = []
    notes: list[str] = []
    for record_id, fields in waiting:
        joining = index.find(fields)
        if joining is None:
            joining = Joining(_free_id(record_id, source, taken), FIRST, "")
            index.add(joining.client_id, fields)
            taken.add(joining.client_id)
        else:
            notes.append(f"{_shown(record_id, source)} is client {joining.client_id} ({joining.reason})")
        version = Version(fields, now)
        made.append(Record(source, record_id, joining.client_id, joining.basis, joining.reason, now, (version,)))
    return made, notes


def _known_numbers(connection: Transaction) -> NumberIndex:
    index = NumberIndex()
    for row in load_numbers(connection):
        index.add(row["client_id"], row)
    return index


def _free_id(record_id: str, source: str, taken: set[str]) -> str:
    """The id of a new client: that of its first record, with its source where another client has it already."""
    if record_id not in taken:
        return record_id
    named = f"{source}:{record_id}"
    return named if len(named) <= LONGEST_ID and named not in taken else key_id("client", source, record_id)


def _find_clashes(connection: Transaction, touched: set[str]) -> Iterator[str]:
    """A line for each two clients with one number, one of which this list has touched."""
    decisions = load_decisions(connection)
    for number in NUMBERS:
        for value, ids in shared_numbers(connection, number).items():
            for one, other in combinations(ids[:SHOWN], 2):
                if one in touched or other in touched:
                    clash = f"{one} and {other} have the {SAYINGS[number]} ({value})"
                    yield f"{clash}{_why_apart(connection, one, other, decisions.get((one, other)))}"


def _why_apart(connection: Transaction, one: str, other: str, decided: Mapping[str, Any] | None) -> str:
    if decided is not None and decided["verdict"] == DIFFERENT:
        said = f"{decided['decided_by']} said on {decided['decided_at']:%Y-%m-%d} that they are different"
        return f", but {said}; kept apart"
    names = [str(row["legal_name"]) for row in client_rows(connection, (one, other)).values()]
    ask = "oncu clients duplicates shows both"
    return f"; {ask}" if names_agree(*names) else f" but other names; kept apart, {ask}"


def _shown(record_id: str, source: str) -> str:
    return record_id if source == DEFAULT_SOURCE else f"{source}:{record_id}"


def _first_few(notes: list[str]) -> list[str]:
    rest = len(notes) - SHOWN
    return notes if rest <= 0 else [*notes[:SHOWN], f"… and {rest} more like this"]
