"""Clients that may be one firm, likeliest first, for a person to decide."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from oncu.classifiers.firms.numbers import FirmRecord
from oncu.storage.clients import Client, load_clients
from oncu.storage.database import Database
from oncu.storage.doubles import StoredDouble, replace_doubles
from oncu.storage.identity import load_decisions, survivors

from ..words import Words
from .golden import firm_of

SHOWN_FIELDS = ("legal_name", "tax_id", "mersis", "lei", "ticker", "website", "city", "sector", "manager")
WIDTH = 44
TOLD_EVERY = 5_000  # clients
KEPT = 20_000  # of the likeliest pairs, for the pages

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Double:
    """Two clients that may be one: the probability, what it rests on, why, and both as they are."""

    one: Client
    other: Client
    score: float
    basis: str
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """For programs: ids, score, reason and the compared fields of both."""
        sides = {
            side: {"client_id": c.client_id} | _fields(c) for side, c in (("one", self.one), ("other", self.other))
        }
        return {"score": self.score, "basis": self.basis, "reason": self.reason, **sides}


@dataclass(frozen=True)
class Doubles:
    """How many clients were compared, how many undecided doubles there are, and the likeliest of them."""

    clients: int
    pairs: int
    shown: tuple[Double, ...]


def find_doubles(
    database: Database, *, minimum: float, limit: int, progress: Progress = lambda stage, done, total: None
) -> Doubles:
    """Compare all clients; a pair of which a person has said that they are different is left out, whoever of those
    merged into the two it was said of."""
    from oncu.classifiers.firms.resolve import build_resolver

    with database.read() as connection:
        clients = {client.client_id: client for client in load_clients(connection)}
        decided, merged = load_decisions(connection), survivors(connection)
    settled = {frozenset(merged.get(client_id, client_id) for client_id in pair) for pair in decided}
    firms = (firm_of(client.client_id, vars(client)) for client in clients.values())
    resolver = build_resolver(_counted(firms, len(clients), progress))
    pairs = resolver.duplicates(minimum=minimum, progress=partial(progress, "compare"))
    open_pairs = (pair for pair in pairs if {pair.one, pair.other} not in settled)
    found = (Double(clients[p.one], clients[p.other], p.score, p.basis, p.reason) for p in open_pairs)
    shown = tuple(islice(found, limit))
    return Doubles(len(clients), len(shown) + sum(1 for _ in found), shown)


def keep_doubles(database: Database, doubles: Doubles, now: datetime) -> None:
    """Keep what was found for the pages, in place of what was found before."""
    with database.write() as connection:
        replace_doubles(connection, (_stored(double, now) for double in doubles.shown))


def _stored(double: Double, now: datetime) -> StoredDouble:
    one, other = sorted((double.one.client_id, double.other.client_id))
    return StoredDouble(one, other, double.score, double.basis, double.reason, now)


def _counted(firms: Iterable[FirmRecord], total: int, progress: Progress) -> Iterator[FirmRecord]:
    for done, firm in enumerate(firms, 1):
        yield firm
        if not done % TOLD_EVERY:
            progress("index", done, total)


def double_lines(doubles: Doubles, words: Words) -> list[str]:
    """A block a pair with both sides beside each other; one line says so where there is none."""
    clients = words.number(doubles.clients)
    if not doubles.pairs:
        return [words("duplicates_none", clients=clients)]
    head = words("duplicates_found", pairs=words.number(doubles.pairs), clients=clients, shown=len(doubles.shown))
    blocks = [line for double in doubles.shown for line in _block(double, words)]
    return [head, *blocks, "", words("duplicates_decide")]


def _block(double: Double, words: Words) -> Iterator[str]:
    yield ""
    yield f"{words.share(double.score)}  {words.reason(double.reason)}"
    yield f"  {'':<12} {double.one.client_id:<{WIDTH}} {double.other.client_id}"
    one, other = _fields(double.one), _fields(double.other)
    for name in SHOWN_FIELDS:
        if one[name] or other[name]:
            yield f"  {words('field_' + name):<12} {one[name] or '–':<{WIDTH}} {other[name] or '–'}"


def _fields(client: Client) -> dict[str, Any]:
    return {name: getattr(client, name) for name in SHOWN_FIELDS}
