"""Bring clients up to date with their records, and act on what a person says of two of them."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from oncu.classifiers.firms.addresses import read_address
from oncu.classifiers.text import fold_key
from oncu.config.problems import Problem
from oncu.storage.audit import write_audit
from oncu.storage.clients import client_rows, save_clients
from oncu.storage.database import Database, Transaction
from oncu.storage.identity import (
    DIFFERENT,
    SAME,
    SKIPPED,
    TAKEN_UP,
    UNDECIDED,
    client_of_every_id,
    client_of_id,
    load_decisions,
    oldest_first,
    point_at_survivors,
    save_decision,
    survivors,
    with_merged,
)
from oncu.storage.names import FROM_PERSON, REMOVED, Name, Place, add_name, names_of, remove_name
from oncu.storage.records import FIRST, Record, adopt, clients_of_several, move_record, records_of

from .golden import cluster, survive

CHUNK = 5_000  # clients at once: their records with all versions are in memory

Pair = tuple[str, str]


class ClientIds:
    """What an id means in each source, looked up once a source."""

    def __init__(self, connection: Transaction) -> None:
        self._connection = connection
        self._known: dict[str, dict[str, str]] = {}

    def find(self, source: str, client_id: str) -> str | None:
        """The client a source means by an id."""
        if source not in self._known:
            self._known[source] = client_of_every_id(self._connection, source)
        return self._known[source].get(client_id)


def refresh_clients(
    connection: Transaction, client_ids: Iterable[str], now: datetime, *, order: Sequence[str] = ()
) -> int:
    """Make the golden records of clients (of the survivors of merged ones) from all their records.

    Returns how many are new or other than before.
    """
    merged = survivors(connection)
    roots = sorted({merged.get(client_id, client_id) for client_id in client_ids})
    joined: dict[str, list[str]] = {}
    for old, new in sorted(merged.items()):
        joined.setdefault(new, []).append(old)
    ids = ClientIds(connection)
    changed = 0
    for start in range(0, len(roots), CHUNK):
        chunk = roots[start : start + CHUNK]
        everyone = [client_id for root in chunk for client_id in (root, *joined.get(root, ()))]
        adopt(connection, everyone)
        known = records_of(connection, everyone)
        rows = [
            _golden_row(root, [r for one in (root, *joined.get(root, ())) for r in known.get(one, ())], order, ids)
            for root in chunk
        ]
        saved = save_clients(connection, rows, now, locate=_locate)
        changed += saved.new + saved.updated
    return changed


def reunite(database: Database, now: datetime, *, by: str, order: Sequence[str]) -> tuple[int, int]:
    """Make all clients of several records anew, by the order of sources as it is now.

    Returns how many there are, and how many are other than before. Run again it changes nothing.
    """
    with database.write() as connection:
        several = clients_of_several(connection)
        changed = refresh_clients(connection, several, now, order=order)
        if changed:
            subject = f"order {', '.join(order) or 'none'}"
            write_audit(connection, by, "clients reunited", subject, now, reason=f"{changed} changed")
    return len(several), changed


def call_same(
    database: Database, one: str, other: str, now: datetime, *, by: str, note: str | None = None, order: Sequence[str]
) -> str:
    """Make two clients one: the later becomes the earlier one, and everything of both is read as the survivor's.

    Returns the id of the survivor. Raises Problem for an unknown id, and where somebody said that two of those who
    would become one are different.
    """
    with database.write() as connection:
        pair = _find_pair(connection, one, other)
        if _root(connection, pair[0]) == _root(connection, pair[1]):
            raise Problem(f"{one} and {other} are one client already ({_root(connection, pair[0])})")
        _refuse_contradiction(connection, pair)
        _decide(connection, pair, SAME, now, by=by, note=note)
        _reunite(connection, pair, now, order)
        return _root(connection, pair[0])


def call_different(
    database: Database, one: str, other: str, now: datetime, *, by: str, note: str | None = None, order: Sequence[str]
) -> None:
    """Remember for ever that two ids are not one firm; what was one because of them is taken apart. Raises Problem."""
    with database.write() as connection:
        pair = _part_records(connection, one, other)
        _decide(connection, pair, DIFFERENT, now, by=by, note=note)
        _reunite(connection, pair, now, order)
        if _root(connection, pair[0]) == _root(connection, pair[1]):
            raise Problem(f"{one} and {other} are one client by way of others; split those first (oncu clients show)")


def split(
    database: Database, one: str, other: str, now: datetime, *, by: str, note: str | None = None, order: Sequence[str]
) -> str:
    """Take back what was decided of two clients, whether same or different; returns the verdict taken back.

    Raises Problem where nothing was decided.
    """
    with database.write() as connection:
        pair = _find_pair(connection, one, other)
        decided = load_decisions(connection).get(pair)
        if decided is None:
            raise Problem(f"nothing was decided of {one} and {other}; oncu clients show {one} lists the decisions")
        _decide(connection, pair, UNDECIDED, now, by=by, note=note)
        _reunite(connection, pair, now, order)
        return str(decided["verdict"])


def skip(database: Database, one: str, other: str, now: datetime, *, by: str, note: str) -> None:
    """Put a pair off with the reason; it decides nothing. Raises Problem."""
    with database.write() as connection:
        _decide(connection, _find_pair(connection, one, other), SKIPPED, now, by=by, note=note)


def take_up(database: Database, one: str, other: str, now: datetime, *, by: str) -> None:
    """Ask about a pair again that was put off. Raises Problem."""
    with database.write() as connection:
        _decide(connection, _find_pair(connection, one, other), TAKEN_UP, now, by=by, note=None)


def change_names(
    database: Database, client_id: str, *, add: Iterable[str], remove: Iterable[str], now: datetime, by: str
) -> None:
    """Add names to a client and rule others out; both outlive every import. Raises Problem."""
    with database.write() as connection:
        found = find_client(connection, client_id)
        names = names_of(connection, found)
        for alias in map(_clean_name, add):
            if not any(name.alias == alias and name.origin == FROM_PERSON for name in names):
                add_name(connection, found, alias, now)
                write_audit(connection, by, "alias added", f"{found} {alias}", now)
        for alias in (spelt for given in remove for spelt in _spelt_as(_clean_name(given), names)):
            if not any(name.alias == alias and name.origin == REMOVED for name in names):
                remove_name(connection, found, alias, now)
                write_audit(connection, by, "alias removed", f"{found} {alias}", now)


def find_client(connection: Transaction, client_id: str) -> str:
    """The client an id stands for today, whichever source's id it is. Raises Problem."""
    found = client_of_id(connection, client_id)
    if found is None:
        raise Problem(f"no client has the id {client_id!r}; write a client_id, or SOURCE:ID of a record")
    return survivors(connection).get(found, found)


def _golden_row(client_id: str, records: Sequence[Record], order: Sequence[str], ids: ClientIds) -> dict[str, Any]:
    golden = survive(records, order)
    fields = dict(golden.fields)
    if fields["parent_id"]:
        source = next(record.source for record in records if record.key == golden.origins["parent_id"])
        parent = ids.find(source, fields["parent_id"]) or fields["parent_id"]
        fields["parent_id"] = parent if parent != client_id else None
    return {"client_id": client_id, **fields, "origins": dict(golden.origins) if len(records) > 1 else None}


def _find_pair(connection: Transaction, one: str, other: str) -> Pair:
    """The clients two ids were told of, in order."""
    known = [client_of_id(connection, client_id) for client_id in (one, other)]
    for client_id, found in zip((one, other), known, strict=True):
        if found is None:
            raise Problem(f"no client has the id {client_id!r}; write a client_id, or SOURCE:ID of a record")
    first, second = sorted(found for found in known if found)
    if first == second:
        raise Problem(f"{one} and {other} are one client already ({first})")
    return first, second


def _part_records(connection: Transaction, one: str, other: str) -> Pair:
    """The clients of two ids; where one client holds both records, the later record becomes a client of its own."""
    holder = client_of_id(connection, one)
    if holder is None or holder != client_of_id(connection, other) or one == other:
        return _find_pair(connection, one, other)
    held = records_of(connection, [holder])[holder]
    named = [r for r in held if {r.record_id, r.name} & {one, other}]
    leaving = next((record for record in reversed(named) if record.basis != FIRST), None)
    if len(named) < 2 or leaving is None:
        raise Problem(f"{one} and {other} are not two records of client {holder}; oncu clients show lists them")
    taken = client_rows(connection, [leaving.record_id])
    client_id = leaving.name if taken else leaving.record_id
    move_record(connection, leaving, client_id, FIRST, "taken apart by a person")
    first, second = sorted((holder, client_id))
    return first, second


def _refuse_contradiction(connection: Transaction, pair: Pair) -> None:
    groups = [with_merged(connection, [_root(connection, client_id)]) for client_id in pair]
    decided = load_decisions(connection)
    for one in groups[0]:
        for other in groups[1]:
            said = decided.get((min(one, other), max(one, other)))
            if said is not None and said["verdict"] == DIFFERENT:
                who = f"{said['decided_by']} said on {said['decided_at']:%Y-%m-%d}"
                raise Problem(
                    f"{who} that {one} and {other} are different; take that back first: "
                    f"oncu clients split {one} {other} --by WHO"
                )


def _decide(connection: Transaction, pair: Pair, verdict: str, now: datetime, *, by: str, note: str | None) -> None:
    save_decision(connection, *pair, verdict, by=by, note=note, now=now)
    write_audit(connection, by, f"clients {verdict}", f"{pair[0]} {pair[1]}", now, reason=note)


def _reunite(connection: Transaction, pair: Pair, now: datetime, order: Sequence[str]) -> None:
    """Bring the merged clients in line with the decisions in force, and refresh whom that concerns."""
    before = survivors(connection)
    same = [p for p, said in load_decisions(connection).items() if said["verdict"] == SAME]
    involved = oldest_first(connection, sorted({client_id for p in same for client_id in p}))
    wanted = cluster(same, involved)
    point_at_survivors(connection, wanted)
    moved: Mapping[str, str | None] = {c: wanted.get(c) for c in before.keys() | wanted.keys()}
    changed = {c for c, root in moved.items() if root != before.get(c)}
    roots = {c for old in changed for c in (before.get(old), wanted.get(old)) if c}
    refresh_clients(connection, changed | roots | set(pair), now, order=order)


def _root(connection: Transaction, client_id: str) -> str:
    return survivors(connection).get(client_id, client_id)


def _spelt_as(alias: str, names: Sequence[Name]) -> list[str]:
    """The name as the lists spell it, else as it was given."""
    known = [name.alias for name in names if name.origin != REMOVED and fold_key(name.alias) == fold_key(alias)]
    return list(dict.fromkeys(known)) or [alias]


def _clean_name(alias: str) -> str:
    name = unicodedata.normalize("NFC", " ".join(alias.split()))
    if not fold_key(name):
        raise Problem(f"the name {alias!r} has no letters; write the name as it is used")
    return name


def _locate(address: str) -> Place:
    found = read_address(address)
    return Place(found.city, found.district, found.zone)
