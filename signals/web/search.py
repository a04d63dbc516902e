"""Find clients by what a person types: any spelling of the name, a number, an id."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from oncu.classifiers.text import fold_key
from oncu.storage.clients import Client, clients_version, load_clients
from oncu.storage.database import Database

MOST = 50  # found clients that a page lists


@dataclass
class ClientFinder:
    """The folded names of all clients, kept until the client list changes."""

    version: tuple[object, ...] = ()
    entries: list[tuple[str, Client]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def find(
        self, database: Database, text: str, *, most: int | None = MOST, seen: Collection[str] | None = None
    ) -> tuple[list[Client], int]:
        """The best `most` clients (None: all) that hold every word typed, and how many there are; `seen`: the ids
        among which to look.

        `sise cam` finds Şişe Cam, ISPARTA Isparta. A name that begins so comes before one that only holds it, a short
        name before a long one.
        """
        words = fold_key(text).split()
        if not words:
            return [], 0
        found = [(self._rank(words, key), client) for key, client in self._among(database, seen) if _holds(key, words)]
        found.sort(key=lambda one: (one[0], one[1].client_id))
        return [client for _, client in found[:most]], len(found)

    def portfolio(
        self, database: Database, seen: Collection[str], *, most: int | None = MOST
    ) -> tuple[list[Client], int]:
        """The first `most` of these clients by name (None: all), and how many there are."""
        found = sorted(self._among(database, seen), key=lambda entry: entry[0])
        return [client for _, client in found[:most]], len(found)

    def count(self, database: Database, *, seen: Collection[str] | None = None) -> int:
        """How many clients there are; `seen`: the ids among which to count."""
        return sum(1 for _ in self._among(database, seen))

    def _among(self, database: Database, seen: Collection[str] | None) -> Iterable[tuple[str, Client]]:
        entries = self._current(database)
        return entries if seen is None else (entry for entry in entries if entry[1].client_id in seen)

    def _current(self, database: Database) -> Sequence[tuple[str, Client]]:
        with self.lock, database.read() as connection:
            version = clients_version(connection)
            if version != self.version:
                self.entries = [(_key_of(client), client) for client in load_clients(connection)]
                self.version = version
            return self.entries

    @staticmethod
    def _rank(words: Sequence[str], key: str) -> tuple[bool, bool, int]:
        name = key.split("\n", 1)[0]
        return not name.startswith(" ".join(words)), not _holds(name, words), len(name)


def _holds(key: str, words: Sequence[str]) -> bool:
    return all(f" {word}" in key or key.startswith(word) or f"\n{word}" in key for word in words)


def _key_of(client: Client) -> str:
    """The folded legal name, then the short names and numbers, a line each."""
    numbers = (re.sub(r"\D", "", number) for number in (client.tax_id, client.mersis) if number)
    others = (client.client_id, client.ticker or "", client.city or "")
    texts = (client.legal_name, *client.aliases, *others, *numbers)
    return "\n".join(fold_key(text) for text in texts if text)
