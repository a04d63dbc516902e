"""Articles from pages without selectors, against trafilatura with its default settings."""

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from measure import SHARED, in_turns

from oncu.crawlers.pages.article import extract_article

PAGES = SHARED / "data" / "en" / "extract_fundus"
NOW = datetime(2026, 9, 1, tzinfo=UTC)
WORD = re.compile(r"\w+")
ROUNDS = 2


@dataclass(frozen=True)
class Stored:
    """A stored page with the text it should give."""

    body: bytes
    url: str
    expected: str


def bench_extract(folder: Path) -> None:
    """4-gram F1 (mean over pages) and speed on stored news pages; ours reads title, date and authors as well."""
    import trafilatura

    pages = list(stored_pages())
    sides = {
        "oncu": lambda page: extract_article(page.body, page.url, NOW).text,
        "trafilatura": lambda page: trafilatura.extract(page.body, url=page.url) or "",
        "trafilatura fast": lambda page: trafilatura.extract(page.body, url=page.url, fast=True) or "",
        "trafilatura with metadata": lambda page: trafilatura.bare_extraction(
            page.body, url=page.url, with_metadata=True
        ),
    }
    quality = {
        name: sum(gram_f1(read(page), page.expected) for page in pages) / len(pages)
        for name, read in list(sides.items())[:3]
    }
    spent = in_turns(pages, sides, rounds=ROUNDS)
    for name, seconds in spent.items():
        f1 = f", F1 {quality[name]:.4f}" if name in quality else ""
        ratio = spent["trafilatura"] / seconds
        print(f"  {name:<26} {len(pages) / seconds:>5.1f} pages/s (ratio to trafilatura {ratio:.2f}){f1}")


def stored_pages() -> Iterator[Stored]:
    """The pages of all publishers; those of one publisher are in the order of their expected readings."""
    for meta in sorted(PAGES.glob("*/meta.info")):
        urls = json.loads(meta.read_text(encoding="utf-8"))
        for readings in sorted(meta.parent.glob("*.json")):
            files = sorted(meta.parent.glob(f"{readings.stem}_*.html.gz"))
            versions = json.loads(readings.read_text(encoding="utf-8")).values()
            for file, version in zip(files, versions, strict=True):
                yield Stored(gzip.decompress(file.read_bytes()), urls[file.name]["url"], body_text(version["body"]))


def body_text(body: dict[str, Any]) -> str:
    """Summary, headings and paragraphs, in their order."""
    sections = [line for section in body["sections"] for line in [*section["headline"], *section["paragraphs"]]]
    return "\n".join([*body["summary"], *sections])


def gram_f1(found: str, expected: str) -> float:
    """F1 of the multisets of four words in a row; 1 where both are empty."""
    ours, wanted = four_grams(found), four_grams(expected)
    return 2 * (ours & wanted).total() / ((ours.total() + wanted.total()) or 1) if ours or wanted else 1.0


def four_grams(text: str) -> Counter[tuple[str, ...]]:
    """How often each four words follow each other; a shorter text is one gram."""
    words = WORD.findall(text)
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3))) if words else Counter()
