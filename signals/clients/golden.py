"""One golden record a client: which records are one firm, and which of several values of a field counts.

Pure: records in, verdicts with their reasons out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oncu.classifiers.firms.numbers import FirmRecord
from oncu.classifiers.text import fold_key
from oncu.storage.clients import STORED
from oncu.storage.records import Record

from ..imports.tables import Bad
from ..imports.values import parse_lei, parse_mersis, parse_tax_id
from .firm_names import clean_website, name_key, names_agree, names_are_close, tax_id_of

FIELDS = tuple(name for name in STORED if name != "client_id")
LISTS = ("short_names", "addresses")  # every record adds to these
CHECKED = {"tax_id": parse_tax_id, "mersis": parse_mersis, "lei": parse_lei}
NUMBERS = ("tax_id", "mersis", "lei")  # prove identity, unless the names contradict
HINTS = ("ticker", "website")  # prove it only together with the name
SAYINGS = {"tax_id": "same tax number", "mersis": "same MERSIS number", "lei": "same LEI"}
SAYINGS |= {"ticker": "same ticker", "website": "same website"}

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Golden:
    """The fields of a client, and by field the key of the record it came from."""

    fields: Mapping[str, Any]
    origins: Mapping[str, str]


@dataclass(frozen=True)
class Joining:
    """The client a record belongs to without a person's word, by which number, and the reason in words."""

    client_id: str
    basis: str
    reason: str


@dataclass
class NumberIndex:
    """Clients by the numbers that prove who a firm is. Grows while a file is read."""

    owners: dict[tuple[str, str], dict[str, Fields]] = field(default_factory=dict)

    def add(self, client_id: str, fields: Fields) -> None:
        """Know a client by its numbers and its name."""
        for key in numbers_of(fields):
            self.owners.setdefault(key, {})[client_id] = fields

    def find(self, fields: Fields) -> Joining | None:
        """The one client with a number of the record and a name that agrees; None where there is none or several.

        A number of several clients, or one under another name, is a question for a person.
        """
        for kind, number in numbers_of(fields):
            owners = self.owners.get((kind, number), {})
            if len(owners) == 1:
                client_id, known = next(iter(owners.items()))
                if is_proof(kind, known, fields):
                    return Joining(client_id, kind, f"{SAYINGS[kind]}; name agrees")
        return None


def is_proof(kind: str, one: Fields, other: Fields) -> bool:
    """Whether a number of a kind that two records share makes them one firm.

    Sister firms share a website, so website and ticker want the same name; and no other number may contradict.
    """
    if any(_differ(one, other, number) for number in NUMBERS if number != kind):
        return False
    names = str(one["legal_name"]), str(other["legal_name"])
    return names_agree(*names) if kind in NUMBERS else names_are_close(*names)


def numbers_of(fields: Fields) -> Iterator[tuple[str, str]]:
    """What proves identity in a record, strongest first: (kind, number); MERSIS holds the tax number too."""
    if tax_id := tax_id_of(fields.get("tax_id"), fields.get("mersis")):
        yield "tax_id", tax_id
    for kind in ("mersis", "lei"):
        if fields.get(kind):
            yield kind, str(fields[kind])
    if ticker := fold_key(str(fields.get("ticker") or "")):
        yield "ticker", ticker
    if website := clean_website(str(fields.get("website") or "")):
        yield "website", website


def survive(records: Sequence[Record], order: Sequence[str] = ()) -> Golden:
    """The golden fields of one client's records, its founding record first.

    Of several values of a field the first counts that
    1. passes its check digits, where the field has them: a mistyped number helps nobody;
    2. stands in the source named first in `order`: the bank knows which of its systems it trusts;
    3. was said last: a source that repeats an old value says nothing new;
    4. stands in the founding record.
    The first record of a source speaks for it, further ones of the same source fill its gaps. Of spellings of one
    value (BURSA, Bursa) that of the most trusted, then the first record is kept.
    Short names and addresses are collected from all; another record's own name is one more short name.
    """
    fields: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for name in FIELDS:
        said = [record for record in records if record.fields.get(name) is not None]
        best = _choose(name, said, order) if said else None
        fields[name] = best.fields[name] if best else None
        if best:
            origins[name] = best.key
    fields["short_names"] = _collect_names(records, str(fields["legal_name"]))
    fields["addresses"] = tuple(dict.fromkeys(text for r in records for text in r.fields.get("addresses", ())))
    return Golden(fields, origins)


def cluster(pairs: Iterable[tuple[str, str]], oldest_first: Sequence[str]) -> dict[str, str]:
    """Which clients stand for which others once the pairs are one firm each: merged client → the oldest of its group.

    >>> cluster([("B", "A"), ("C", "B")], ["A", "B", "C"])
    {'B': 'A', 'C': 'A'}
    """
    age = {client_id: place for place, client_id in enumerate(oldest_first)}
    root = {client_id: client_id for client_id in oldest_first}

    def find(client_id: str) -> str:
        while root[client_id] != client_id:
            client_id = root[client_id]
        return client_id

    for one, other in pairs:
        if one in root and other in root:
            first, second = sorted((find(one), find(other)), key=lambda client_id: age[client_id])
            root[second] = first
    return {client_id: find(client_id) for client_id in oldest_first if root[client_id] != client_id}


def firm_of(firm_id: str, fields: Fields) -> FirmRecord:
    """What the resolver needs of a record or a client."""
    kept = ("city", "tax_id", "mersis", "lei", "ticker", "website", "sector")
    short_names = tuple(fields.get("short_names") or fields.get("aliases") or ())
    return FirmRecord(firm_id, str(fields["legal_name"]), short_names, **{name: fields.get(name) for name in kept})


def _differ(one: Fields, other: Fields, number: str) -> bool:
    first, second = dict(numbers_of(one)).get(number), dict(numbers_of(other)).get(number)
    return first is not None and second is not None and first != second


def _choose(name: str, said: Sequence[Record], order: Sequence[str]) -> Record:
    """The record whose value of a field counts; `said` have one, the founding record first."""
    if all(record.fields[name] == said[0].fields[name] for record in said):
        return said[0]
    speakers: dict[tuple[str, bool], Record] = {}
    for record in said:
        speakers.setdefault((record.source, _is_broken(name, record)), record)
    said = list(speakers.values())
    places = range(len(said))
    best = min(places, key=lambda place: (*_trust(name, said[place], order), -_said_at(name, said[place]), place))
    value = _compared(name, said[best])
    same = [place for place in places if _compared(name, said[place]) == value]
    return said[min(same, key=lambda place: (*_trust(name, said[place], order), place))]


def _trust(name: str, record: Record, order: Sequence[str]) -> tuple[bool, int]:
    """The lower, the better: whether the check digits fail, the place of the source."""
    return _is_broken(name, record), order.index(record.source) if record.source in order else len(order)


def _is_broken(name: str, record: Record) -> bool:
    """Whether the check digits of a number fail."""
    check = CHECKED.get(name)
    return check is not None and isinstance(check(record.fields[name]), Bad)


def _compared(name: str, record: Record) -> object:
    value = record.fields[name]
    if name == "legal_name":
        return name_key(value)
    return fold_key(value) if isinstance(value, str) else value


def _said_at(name: str, record: Record) -> float:
    """Since when (in seconds) the record says what it says now of a field."""
    since = record.versions[-1].recorded_at
    for version in reversed(record.versions):
        if version.fields.get(name) != record.fields[name]:
            break
        since = version.recorded_at
    return since.timestamp()


def _collect_names(records: Sequence[Record], legal_name: str) -> tuple[str, ...]:
    """The short names of all lists as they stand there, then the other records' names that say something new."""
    names = list(dict.fromkeys(str(name) for record in records for name in record.fields.get("short_names", ())))
    known = {name_key(name) for name in (legal_name, *names)} if len(records) > 1 else set()
    for record in records if len(records) > 1 else ():
        other = str(record.fields["legal_name"])
        if name_key(other) not in known:
            known.add(name_key(other))
            names.append(other)
    return tuple(names)
