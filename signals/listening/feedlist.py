"""Thousands of feeds at once: an OPML file or a table of addresses becomes one source file each."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from lxml import etree
from pydantic import ValidationError

from oncu.classifiers.text import fold_key
from oncu.config.load import describe_problem, load_sources
from oncu.config.problems import Problem
from oncu.config.specs import SourceSpec

from ..imports.sources import read_table
from ..imports.tables import BadRow

MAX_BYTES = 64 * 2**20
MAX_NAME = 60
GIVEN = ("url", "title", "publisher", "language", "category", "origin", "every")
# What other programs call our columns; an OPML outline has xmlUrl.
ALSO_CALLED = {"xmlurl": "url", "feed": "url", "feed_url": "url", "rss": "url", "text": "title", "name": "title"}
HEAD = "# Imported from {file}, line {line}. Headline and summary only; the publisher's terms are to be checked.\n"

# The writer in C takes a third of the time; not every build of PyYAML has it.
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
FORM: dict[str, Any] = {"allow_unicode": True, "sort_keys": False}

Source = dict[str, Any]


@dataclass(frozen=True)
class ListedFeed:
    """One feed of a list: the line it stands on and what the list says of it."""

    line: int
    given: dict[str, str]


@dataclass(frozen=True)
class ImportedFeeds:
    """What became of a list: names of new sources, how many were there already, and what is wrong with the others."""

    new: tuple[str, ...]
    skipped: int
    bad: tuple[BadRow, ...]


def import_feeds(path: Path, folder: Path, *, defaults: Source, enabled: bool = True) -> ImportedFeeds:
    """Write one source file for each new feed of an OPML or table file; run twice is run once.

    `defaults` fill what the list leaves open (language, category, origin, every). A feed whose address is in the folder
    or stood before in the list is skipped. Raises Problem where the list or the folder cannot be used.
    """
    feeds = list(read_opml(path) if path.suffix.casefold() in (".opml", ".xml") else read_feed_table(path))
    present = load_sources(folder) if folder.exists() else {}
    sorted_out = _sort_out(feeds, present, defaults | {"enabled": enabled})
    if sorted_out.new:
        _write(sorted_out.new, folder, path)
        load_sources(folder)
    return ImportedFeeds(tuple(sorted_out.new), sorted_out.skipped, tuple(sorted_out.bad))


def refuse_defaults(defaults: Source) -> str | None:
    """What is wrong with the values that fill what a list leaves open, or None; it would be wrong in every row."""
    return _refusal(_complete({"url": "https://a.example/", "title": "a", "publisher": "a"} | defaults), "a")


def _write(new: Mapping[str, tuple[int, Source]], folder: Path, path: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, (line, source) in new.items():
            text = HEAD.format(file=path.name, line=line) + yaml.dump(source, Dumper=_Dumper, **FORM)
            (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    except OSError as error:
        raise Problem(f"{folder}: cannot be written ({error.strerror}); name another folder with --folder") from None


@dataclass
class _SortedOut:
    new: dict[str, tuple[int, Source]] = field(default_factory=dict)
    skipped: int = 0
    bad: list[BadRow] = field(default_factory=list)


def _sort_out(feeds: Iterable[ListedFeed | BadRow], present: Mapping[str, SourceSpec], defaults: Source) -> _SortedOut:
    known, names = {_same(spec.url) for spec in present.values()}, set(present)
    found = _SortedOut()
    for feed in feeds:
        if isinstance(feed, BadRow):
            found.bad.append(feed)
            continue
        address = _same(feed.given.get("url", ""))
        name = free_name(feed.given.get("title", ""), feed.given.get("url", ""), names)
        source = _complete(defaults | _source_of(feed))
        if address in known:
            found.skipped += 1
        elif reason := _refusal(source, name):
            found.bad.append(BadRow(feed.line, "", reason))
        else:
            known.add(address)
            names.add(name)
            found.new[name] = feed.line, source
    return found


def read_opml(path: Path) -> Iterator[ListedFeed | BadRow]:
    """The feeds of an OPML file, whatever groups they stand in. Raises Problem."""
    for outline in _root(path).iter("{*}outline"):
        given = {ALSO_CALLED.get(str(key).lower(), str(key).lower()): str(value) for key, value in outline.items()}
        if "url" in given:
            yield ListedFeed(outline.sourceline or 0, given)
        elif given.get("type", "").lower() in ("rss", "atom"):
            yield BadRow(outline.sourceline or 0, "xmlUrl", "is missing: the feed has no address")


def read_feed_table(path: Path) -> Iterator[ListedFeed | BadRow]:
    """The feeds of a CSV, XLSX or JSON-lines file with a column `url`. Raises Problem."""
    if path.is_dir():
        raise Problem(f"{path} is a folder; give an .opml, .csv, .xlsx or .jsonl file")
    table = read_table(path)
    header = [ALSO_CALLED.get(name.strip().casefold(), name.strip().casefold()) for name in table.header]
    if "url" not in header:
        raise Problem(f"{path.name}: no column 'url'; found: {', '.join(table.header)[:200]}")
    yield from table.bad
    for line, row in zip(table.lines, table.rows, strict=True):
        yield ListedFeed(line, {key: str(value).strip() for key, value in zip(header, row, strict=False) if value})


def free_name(title: str, url: str, taken: Set[str]) -> str:
    """A file name for a feed that is not taken: its title in plain letters, else its address."""
    parts = urlsplit(url)
    plain = fold_key(title) or fold_key(f"{parts.netloc.removeprefix('www.')} {parts.path}") or "feed"
    name = re.sub(r"[^a-z0-9]+", "-", plain)[:MAX_NAME].strip("-")
    if name not in taken:
        return name
    return next(longer for number in range(2, len(taken) + 3) if (longer := f"{name}-{number}") not in taken)


def _root(path: Path) -> Any:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Problem(f"{path}: cannot be read ({error.strerror}); give the path of a file") from None
    if len(content) > MAX_BYTES:
        raise Problem(f"{path.name}: {len(content):,} bytes are over the limit of {MAX_BYTES:,}; split the file")
    strict = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, strict)
    except etree.XMLSyntaxError as error:
        raise Problem(f"{path.name}: not OPML: {error.msg}") from None
    if etree.QName(root).localname.lower() != "opml":
        raise Problem(f"{path.name}: not OPML: begins with <{etree.QName(root).localname}>; give an .opml or .csv file")
    return root


def _source_of(feed: ListedFeed) -> Source:
    """The keys of a source the list gives; a language it writes as tr-TR is tr, one we do not read is left open."""
    given = {key: " ".join(feed.given[key].split()) for key in GIVEN if feed.given.get(key, "").strip()}
    language = given.pop("language", "")[:2].lower()
    host = urlsplit(given.get("url", "")).netloc.removeprefix("www.") or given.get("url", "")
    named = {"title": given.get("title", host), "publisher": given.get("publisher", host)}
    return given | named | ({"language": language} if language in ("tr", "en") else {})


def _refusal(source: Source, name: str) -> str | None:
    try:
        SourceSpec.model_validate(source | {"name": name})
    except ValidationError as error:
        return ": ".join(describe_problem(error.errors()[0], SourceSpec)).removeprefix(": ")
    return None


def _complete(source: Source) -> Source:
    order = ("title", "publisher", "language", "category", "origin", "url", "every", "enabled")
    return {key: source[key] for key in order if key in source} | {
        "reader": "feed",
        "terms": "To be checked; public feed. Headline and summary only, with a link to the publisher.",
        "personal_data": "Names in the news; authors are kept as digests.",
        "to_check": ["The publisher's terms of use and robots.txt."],
        "expect": {"documents": {"min": 1, "max": 500}, "fill": {"title": 1.0, "published_at": 0.8}},
    }


def _same(url: str) -> str:
    """Two addresses that differ in scheme, www or a last slash are one feed."""
    parts = urlsplit(url.strip())
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}{query}"
