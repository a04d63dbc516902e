"""Every spelling of every client, in compact columns: 150,000 clients as Python objects would take 2 GB.

An index is a value: clients with another name make another index with another `version`, and nothing in one changes.
"""

import hashlib
import json
import re
import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.metadata import version as version_of
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from oncu.config.load import HERE as CONFIG

from ..firms.names import (
    Alias,
    ClientName,
    NameKind,
    ParsedName,
    guess_aliases,
    is_common,
    make_aliases,
    parse_name,
    without_form,
)
from ..text import fold_all, fold_key
from .automaton import Automaton, Texts, build_automaton, group, ints, pack_texts
from .places import MIN_INFLECTED

KINDS: tuple[NameKind, ...] = get_args(NameKind)
COMMON = 0x80  # the bit beside the kind that says the words also mean something else
ATTACHABLE = ("legal", "short", "core", "brand", "label")
GUESSES = ("brand", "label", "acronym")
MANY = 10_000  # spellings from which it matters how the automaton lies in memory
MAX_SHARED_GUESS = 1  # a guessed name that several clients share is nobody's
_values = attrgetter(*(field.name for field in fields(ClientName)))


class Owner(NamedTuple):
    """A client and the alias by which it owns a spelling."""

    client: ClientName
    parsed: ParsedName
    alias: Alias


@dataclass(frozen=True, slots=True)
class NameIndex:
    """Who owns which spelling: the owners of key k are the rows `firsts[k]` to `firsts[k + 1]`."""

    version: str
    clients: Texts
    automaton: Automaton
    firsts: "array[int]"
    owners: "array[int]"
    kinds: bytes

    def owners_of(self, key: int) -> tuple[Owner, ...]:
        """The clients of a spelling, in the order of the client list."""
        text = self.automaton.keys[key].decode("ascii")
        return tuple(self._owner(row, text) for row in range(self.firsts[key], self.firsts[key + 1]))

    def _owner(self, row: int, text: str) -> Owner:
        client, kind = self.client(self.owners[row]), self.kinds[row]
        return Owner(client, parse_name(client.legal_name), Alias(text, KINDS[kind & ~COMMON], kind >= COMMON))

    def client(self, number: int) -> ClientName:
        """The client by its place in the list."""
        values: list[Any] = [tuple(v) if isinstance(v, list) else v for v in json.loads(self.clients[number])]
        return ClientName(*values)


class Spellings(NamedTuple):
    """The spellings of clients in order of their letters, and whose they are, as in NameIndex."""

    keys: Texts
    bends: bytes  # as in Automaton
    firsts: "array[int]"
    owners: "array[int]"
    kinds: bytes


def build_index(clients: Sequence[ClientName]) -> NameIndex:
    """Index every alias, ticker, tax number and website of the clients; of two rows of one client id both count."""
    names = _spell(clients)
    usual = _own_texts() if len(names.keys) >= MANY else ()
    automaton = build_automaton(names.keys, names.bends, usual)  # takes the most memory, so it is the first to be made
    lines = pack_texts([_line(client) for client in clients])
    return NameIndex(index_version(clients), lines, automaton, names.firsts, names.owners, names.kinds)


def _spell(clients: Sequence[ClientName]) -> Spellings:
    numbers: dict[str, int] = {}
    key_of, owners, kinds = array("i"), array("i"), bytearray()
    first_rows: dict[str, int] = {}
    for row, client in enumerate(clients):
        first_row = first_rows.setdefault(client.client_id, row)
        for alias in aliases_of(client):
            key_of.append(numbers.setdefault(alias.text, len(numbers)))
            owners.append(first_row)
            kinds.append(KINDS.index(alias.kind) | COMMON * alias.is_common)
    texts = list(numbers)
    del numbers, first_rows  # a fifth of the peak
    rows = _kept_rows(ints(key_of), ints(owners), np.frombuffer(kinds, dtype=np.uint8))
    used, key_of_row = np.unique(ints(key_of)[rows], return_inverse=True)
    keys, places = _pack_sorted([texts[number].encode("ascii") for number in used])
    key_of_row = places[key_of_row]
    firsts, order = group(key_of_row.astype(np.int32), len(keys))
    rows = rows[order]
    owner_kinds = np.frombuffer(kinds, dtype=np.uint8)[rows]
    bends = _bends(keys, key_of_row[order], owner_kinds)
    return Spellings(keys, bends, firsts, array("i", ints(owners)[rows].tobytes()), owner_kinds.tobytes())


def _pack_sorted(texts: list[bytes]) -> tuple[Texts, NDArray[np.int64]]:
    """The texts in order of their letters, and where in that order each is."""
    order = sorted(range(len(texts)), key=texts.__getitem__)
    return pack_texts([texts[number] for number in order]), np.argsort(order)


def aliases_of(client: ClientName) -> Iterator[Alias]:
    """Every spelling by which a client is looked for: its names, numbers, tickers and website."""
    yield from make_aliases(client.legal_name, client.short_names, client.removed_names)
    removed = set(map(without_form, client.removed_names))
    yield from (alias for alias in guess_aliases(client.legal_name, client.website) if alias.text not in removed)
    for code in (client.tax_id, client.mersis):
        if code and (digits := re.sub(r"\D", "", code)):
            yield Alias(digits, "tax_id")
    for ticker in (client.ticker or "").split(","):
        if key := fold_key(ticker):
            yield Alias(key, "ticker", is_common(key))
    if client.website and (domain := re.sub(r"^(?:https?://)?(?:www\.)?", "", client.website.strip().lower())):
        yield Alias(fold_key(domain.split("/")[0]), "website")


def index_version(clients: Iterable[ClientName]) -> str:
    """A digest of all that an index is made of: 16 letters for the clients, 16 for code, word lists and machine."""
    names = json.dumps(list(map(_values, clients))).encode("ascii")
    return hashlib.blake2b(names, digest_size=8).hexdigest() + _code_version()


@cache
def _code_version() -> str:
    machine = f"{version_of('daachorse')} {sys.byteorder} {array('i').itemsize}"
    found = hashlib.blake2b(machine.encode("ascii"), digest_size=8)
    rooms = Path(__file__).parents[1], CONFIG / "lookups"
    for file in sorted(file for room in rooms for file in room.rglob("*") if file.suffix in (".py", ".yml")):
        found.update(hashlib.blake2b(file.read_bytes()).digest())
    return found.hexdigest()


@cache
def _own_texts() -> tuple[bytes, ...]:
    """All that we have written in YAML, folded: words, examples, titles. Of what we have the nearest to any text."""
    rooms = Path(__file__).parents[1], CONFIG
    files = sorted(file for room in rooms for file in room.rglob("*.yml"))
    return tuple(fold_all([file.read_text(encoding="utf-8")]) for file in files)


def _line(client: ClientName) -> bytes:
    return json.dumps(_values(client)).encode("ascii")


def _kept_rows(keys: NDArray[np.int32], owners: NDArray[np.int32], kinds: NDArray[np.uint8]) -> NDArray[np.int64]:
    """One row a key and client, the first; a guess only where nobody else has that name, and few share the guess.

    A ticker that is also the guessed first word of its client's name stays where the guess goes.
    """
    pairs = keys.astype(np.int64) << 32 | owners
    is_guess = np.isin(kinds & ~np.uint8(COMMON), [KINDS.index(kind) for kind in GUESSES])
    _, rows = np.unique(pairs * 2 + is_guess, return_index=True)
    sure, guessed = rows[~is_guess[rows]], rows[is_guess[rows]]
    number = int(keys.max(initial=-1)) + 1
    others = np.bincount(keys[sure], minlength=number)[keys[guessed]] - np.isin(pairs[guessed], pairs[sure])
    sharing = np.bincount(keys[guessed], minlength=number)[keys[guessed]]
    guessed = guessed[(others == 0) & (sharing <= MAX_SHARED_GUESS)]
    return np.sort(np.concatenate((sure[~np.isin(pairs[sure], pairs[guessed])], guessed)))


def _bends(keys: Texts, key_of_row: NDArray[np.int64], kinds: NDArray[np.uint8]) -> bytes:
    """By key 1 where it is a name long enough to carry a suffix."""
    bends = np.zeros(len(keys), dtype=np.uint8)
    bends[key_of_row[np.isin(kinds & ~np.uint8(COMMON), [KINDS.index(kind) for kind in ATTACHABLE])]] = 1
    bends[np.diff(np.frombuffer(keys.starts, dtype=np.int64)) <= MIN_INFLECTED] = 0  # the space counted
    return bends.tobytes()
