"""The pipeline's own functions as Unix filters: JSON lines in, JSON lines out, no database.

Unknown keys are ignored. A bad line gives no output line and one `line N: reason` among the problems; the rest goes on.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from oncu.classifiers.mentions.matcher import Matcher
from oncu.classifiers.privacy import redact
from oncu.classifiers.stories.copies import StoryIndex
from oncu.classifiers.stories.sketches import StoryText
from oncu.classifiers.tags.tagger import Tagger
from oncu.crawlers.dates import parse_moment
from oncu.crawlers.pages.article import article_json, extract_article
from oncu.crawlers.pages.feed import feed_json, parse_feed

LEAST_PROBABILITY = 0.05
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

Row = Mapping[str, Any]
Judge = Callable[[Row], Iterable[dict[str, Any]]]
Told = tuple[str | int, StoryText]
Named = tuple[str | int, str]
T = TypeVar("T")


class BadLine(Exception):
    """One input line that cannot be used, and why."""


@dataclass(frozen=True)
class BadLineAt:
    """Where and why a line was left out."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def run_filter(lines: Iterable[bytes], judge: Judge) -> Iterator[str | BadLineAt]:
    """The output lines of a filter, and in their place a BadLineAt for each line that cannot be used."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            for found in judge(_parse(line)):
                yield json.dumps(found, ensure_ascii=False)
        except BadLine as bad:
            yield BadLineAt(number, str(bad))


def run_match(bunches: Iterable[Sequence[bytes]], matcher: Matcher) -> Iterator[str | BadLineAt]:
    """`oncu match`: one line per mention with probability at or over .05; else as run_stories."""

    def find(rows: Sequence[Named]) -> Iterator[Iterator[dict[str, Any]]]:
        for (row_id, _), mentions in zip(rows, matcher.find_all([text for _, text in rows]), strict=True):
            yield ({"id": row_id, **asdict(one)} for one in mentions if one.probability >= LEAST_PROBABILITY)

    return _run_together(bunches, lambda row: (_id(row), _reading(row)), find)


def run_stories(bunches: Iterable[Sequence[bytes]], stories: StoryIndex) -> Iterator[str | BadLineAt]:
    """`oncu stories`: the story of each document, which is named after its first document; each bunch of lines at once.

    A BadLineAt stands in the place of a line that cannot be used.
    """

    def join(rows: Sequence[Told]) -> Iterator[list[dict[str, Any]]]:
        for (row_id, _), found in zip(rows, stories.add_all([text for _, text in rows]), strict=True):
            yield [{"id": row_id, "story_id": found.story_id}]

    return _run_together(bunches, _told, join)


def _run_together(
    bunches: Iterable[Sequence[bytes]],
    read: Callable[[Row], T],
    answer: Callable[[Sequence[T]], Iterable[Iterable[dict[str, Any]]]],
) -> Iterator[str | BadLineAt]:
    """Output lines where many rows are answered at once: what to say of each, in their order."""
    done = 0  # lines
    for bunch in bunches:
        rows = [_try(read, line) for line in bunch]
        answers = iter(answer([row for row in rows if row is not None and not isinstance(row, BadLine)]))
        for number, row in enumerate(rows, done + 1):
            if isinstance(row, BadLine):
                yield BadLineAt(number, str(row))
            elif row is not None:
                yield from (json.dumps(found, ensure_ascii=False) for found in next(answers))
        done += len(bunch)


def _try(read: Callable[[Row], T], line: bytes) -> T | BadLine | None:
    """What a line tells, why it cannot be used, or None for an empty one."""
    try:
        return read(_parse(line)) if line.strip() else None
    except BadLine as bad:
        return bad


def in_bunches(read: Callable[[], bytes]) -> Iterator[list[bytes]]:
    """Lines as they arrive: those that one reading brings to their end, at once; `read` gives b"" at the end."""
    parts: list[bytes] = []  # of a line that is not at its end
    while chunk := read():
        *lines, rest = chunk.split(b"\n")
        if lines:
            yield [b"".join((*parts, lines[0])), *lines[1:]]
            parts = []
        parts.append(rest)
    if any(parts):
        yield [b"".join(parts)]


def tag_filter(tagger: Tagger) -> Judge:
    """`oncu tag`: one line per input with its tags, judged on the text alone."""

    def judge(row: Row) -> Iterator[dict[str, Any]]:
        row_id = _id(row)
        tags = tagger.read(_reading(row), language=_optional(row, "language") or "tr")
        yield {"id": row_id, "tags": [asdict(tag) for tag in tags if tag.probability >= LEAST_PROBABILITY]}

    return judge


def extract_filter(now: datetime) -> Judge:
    """`oncu extract`: title, text, date, authors and language of an HTML page."""

    def judge(row: Row) -> Iterator[dict[str, Any]]:
        row_id = _id(row)
        html = _optional(row, "html")
        page: str | bytes = html if html is not None else _read_file(row, "html_path")
        found = extract_article(page, _optional(row, "url"), now)
        if found.problem:
            raise BadLine(found.problem)
        yield {"id": row_id, **article_json(found)}

    return judge


def feed_filter(now: datetime) -> Judge:
    """`oncu feed`: the entries of a stored RSS or Atom feed."""

    def judge(row: Row) -> Iterator[dict[str, Any]]:
        row_id = _id(row)
        yield {"id": row_id, **feed_json(parse_feed(_read_file(row, "path"), _optional(row, "url"), now))}

    return judge


def redact_filter(*, names: bool) -> Judge:
    """`oncu redact`: the text with labels in place of personal data, and how many of each kind were removed."""

    def judge(row: Row) -> Iterator[dict[str, Any]]:
        row_id = _id(row)
        yield {"id": row_id, **asdict(redact(_text(row), names=names))}

    return judge


def _told(row: Row) -> Told:
    row_id, published = _id(row), _optional(row, "published_at")
    at = _published(published) if published else None
    title, source = _optional(row, "title") or "", _optional(row, "source")
    return row_id, StoryText(str(row_id), title, _text(row), at, source)


def _parse(line: bytes) -> Row:
    try:
        row = json.loads(line.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise BadLine(f"not UTF-8 at byte {error.start}; write UTF-8") from None
    except (ValueError, RecursionError) as error:  # ValueError: also a number of thousands of digits
        raise BadLine(f"not JSON ({_first_line(error)}); write one JSON object a line") from None
    if not isinstance(row, dict):
        raise BadLine(f"a JSON {type(row).__name__}; write one JSON object a line")
    if SURROGATE.search(line) and not _is_whole(row):
        raise BadLine("holds half a character (one surrogate without the other); write both or none")
    return row


def _is_whole(row: Row) -> bool:
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _refuse_constant(name: str) -> None:
    raise BadLine(f"{name} is not JSON; write null")


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def _id(row: Row) -> str | int:
    found = row.get("id")
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise BadLine("id is missing or no text; give each line an id")
    return found


def _optional(row: Row, key: str) -> str | None:
    found = row.get(key)
    if found is not None and not isinstance(found, str):
        raise BadLine(f"{key} is a {type(found).__name__}; write text")
    return found


def _text(row: Row) -> str:
    text = _optional(row, "text")
    if text is None:
        raise BadLine("text is missing; add it")
    return text


def _reading(row: Row) -> str:
    title, text = _optional(row, "title"), _text(row)
    return f"{title}\n{text}" if title is not None else text


def _published(text: str) -> datetime:
    found = parse_moment(text, datetime.max.replace(tzinfo=UTC))
    if found is None:
        raise BadLine(f"published_at {text!r} is no date; write it like 2026-03-02T09:00:00Z")
    return found


def _read_file(row: Row, key: str) -> bytes:
    path = _optional(row, key)
    if path is None:
        raise BadLine(f"{key} is missing; add it")
    try:
        return Path(path).read_bytes()
    except (OSError, ValueError) as error:
        raise BadLine(f"{key} {path!r} cannot be read ({getattr(error, 'strerror', None) or error})") from None
