"""The labelled sentences of tests/quality/mentions: reading them, and counting what a matcher finds there."""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from oncu.classifiers.firms.names import ClientName
from oncu.classifiers.mentions.mention import Mention
from oncu.classifiers.text import fold_key

HERE = Path(__file__).parent / "mentions"
Row = dict[str, Any]


@dataclass
class Counts:
    """Right mentions, wrong ones, missed ones."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        errors = self.wrong + self.missed
        return 2 * self.right / (2 * self.right + errors) if self.right else 0.0


@dataclass(frozen=True)
class Bin:
    """Mentions of about one probability: the mean said, the share that was true, how many."""

    said: float
    true: float
    n: int


def reliability(pairs: Sequence[tuple[float, bool]], bins: int = 10) -> list[Bin]:
    """(probability, did it hold) in bins of equal width over [0, 1], empty ones left out."""
    groups: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for chance, holds in pairs:
        groups[min(bins - 1, int(chance * bins))].append((chance, holds))
    return [_bin(groups[number]) for number in sorted(groups)]


def _bin(pairs: Sequence[tuple[float, bool]]) -> Bin:
    number = len(pairs)
    return Bin(sum(chance for chance, _ in pairs) / number, sum(holds for _, holds in pairs) / number, number)


def load_clients() -> list[ClientName]:
    with (HERE / "clients.csv").open(encoding="utf-8") as file:
        return [_client(row) for row in csv.DictReader(file)]


def load_rows(half: str) -> list[Row]:
    """The lines of one half, "dev" or "judge"."""
    return [json.loads(line) for line in (HERE / f"{half}.jsonl").read_text("utf-8").splitlines()]


def load_more() -> tuple[list[ClientName], list[tuple[str, list[tuple[str, int, int]]]]]:
    """The clients of more.yml, and its texts with (client id, start, end) of each mention."""
    found = yaml.safe_load((HERE / "more.yml").read_text("utf-8"))
    clients = [_short_client(short, *parts) for short, parts in found["clients"].items()]
    ids = {fold_key(name): c.client_id for c in clients for name in (*c.short_names, c.ticker) if name}
    return clients, [_marked(text, ids) for texts in found["texts"].values() for text in texts]


def _short_client(short: str, legal: str, sector: str, city: str, ticker: str | None = None) -> ClientName:
    return ClientName(f"more-{fold_key(short)}", legal, (short,), ticker=ticker, city=city, sector=sector)


def _marked(text: str, ids: Mapping[str, str]) -> tuple[str, list[tuple[str, int, int]]]:
    """The text without its brackets, and what stood in them."""
    plain, gold = "", []
    for part in re.split(r"(\[[^\]]+\])", text):
        name = part.strip("[]")
        if part.startswith("["):
            gold.append((ids[fold_key(name)], len(plain), len(plain) + len(name)))
        plain += name
    return plain, gold


def text_of(row: Row) -> str:
    return f"{row['title']}\n{row['text']}" if row.get("title") else str(row["text"])


def is_right(mention: Mention, row: Row) -> bool:
    """Does a gold mention of the same client overlap?"""
    return any(gold["client_id"] == mention.client_id and _overlap(mention, gold) for gold in row["gold"])


def count_by(
    keys: Callable[[Row], Iterable[str]], rows: Sequence[Row], found: Sequence[Sequence[Mention]]
) -> Mapping[str, Counts]:
    """Counts of accepted mentions for each key a row has."""
    counts: dict[str, Counts] = defaultdict(Counts)
    for row, mentions in zip(rows, found, strict=True):
        accepted = [mention for mention in mentions if mention.accepted]
        right = sum(any(m.client_id == g["client_id"] and _overlap(m, g) for m in accepted) for g in row["gold"])
        wrong = sum(not is_right(mention, row) for mention in accepted)
        for key in keys(row):
            counts[key].right += right
            counts[key].wrong += wrong
            counts[key].missed += len(row["gold"]) - right
    return counts


def _overlap(mention: Mention, gold: Row) -> bool:
    return mention.start < gold["start"] + len(gold["surface"]) and mention.end > gold["start"]


def _client(row: Mapping[str, str]) -> ClientName:
    return ClientName(
        client_id=row["client_id"],
        legal_name=row["legal_name"],
        short_names=tuple(filter(None, row["short_names"].split(";"))),
        tax_id=row["tax_id"] or None,
        ticker=row["ticker"] or None,
        city=row["city"] or None,
        mersis=row["mersis"] or None,
        website=row["website"] or None,
        sector=row["sector"] or None,
        sites=tuple(filter(None, row["addresses"].split(";"))),
        group=row["parent_id"] or row["client_id"],
    )
