"""What the crawling process and its parsers say to each other: pages go out, what is on them comes back.

JSON behind its length, checked against the types on both sides: a parser that a page has taken over must not be able
to make the crawling process run anything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from pydantic import TypeAdapter

from oncu.storage.shapes import Document, Issue

from .pages.page import Link, Page

LENGTH = 4


@dataclass(frozen=True)
class Task:
    """A page to read: `spec` is its source in JSON, `now` the crawler's clock."""

    spec: str
    page: Page
    link: Link
    now: datetime


@dataclass(frozen=True)
class Found:
    """A part of what is on a page; `problem` says why a parser gave up, `is_last` that nothing follows."""

    documents: tuple[Document, ...] = ()
    links: tuple[Link, ...] = ()
    issues: tuple[Issue, ...] = ()
    problem: str | None = None
    is_last: bool = False

    @classmethod
    def of(cls, things: Iterable[Document | Link | Issue]) -> "Found":
        """Things of a page by what they are."""
        kept = list(things)
        return cls(
            documents=tuple(thing for thing in kept if isinstance(thing, Document)),
            links=tuple(thing for thing in kept if isinstance(thing, Link)),
            issues=tuple(thing for thing in kept if isinstance(thing, Issue)),
        )


TASKS = TypeAdapter(Task)
FOUND = TypeAdapter(Found)


def frame(payload: bytes) -> bytes:
    """The payload behind its length."""
    return len(payload).to_bytes(LENGTH, "big") + payload


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next payload, or None where the other side is gone."""
    size = stream.read(LENGTH)
    if len(size) < LENGTH:
        return None
    payload = stream.read(int.from_bytes(size, "big"))
    return payload if len(payload) == int.from_bytes(size, "big") else None


def frame_task(task: Task) -> Iterator[bytes]:
    """The task as JSON, then the body as it is: base64 would cost more than most parsers."""
    bare = replace(task, page=replace(task.page, body=b""))
    yield frame(TASKS.dump_json(bare))
    yield len(task.page.body).to_bytes(LENGTH, "big")
    yield task.page.body


def read_task(stream: BinaryIO) -> Task | None:
    """The task `frame_task` wrote, or None at the end."""
    head, body = read_frame(stream), read_frame(stream)
    if head is None or body is None:
        return None
    task = TASKS.validate_json(head)
    return replace(task, page=replace(task.page, body=body))
