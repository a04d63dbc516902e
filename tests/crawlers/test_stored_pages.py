"""Every source of the catalogue on stored pages of ours, and the same pages gone wrong.

A fixture is a folder `tests/pages/<source>/<n>` with the pages and `expected.json`; `oncu sources fixture` writes one.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from oncu.config.load import load_sources
from oncu.storage.database import create_database

from .stored_site import Answer, Case, Visited, read_case, visit

PAGES = Path(__file__).parents[1] / "pages"
FOLDERS = sorted(path.parent for path in PAGES.glob("*/*/expected.json"))
NAMES = [f"{folder.parent.name}-{folder.name}" for folder in FOLDERS]
SOURCES = load_sources()
LOGIN = (
    b"<!doctype html><html><head><title>Oturum</title></head><body><h1>L\xc3\xbctfen giri\xc5\x9f yap\xc4\xb1n</h1>"
    b"<form action='/login' method='post'><input name='user'><input type='password'></form></body></html>"
)


def emptied(page: Answer) -> bytes:
    """The first page with nothing on it, as the source itself would send it."""
    text = page.body.decode("utf-8")
    if "ndjson" in page.content_type:
        return b""
    if "csv" in page.content_type:
        return text.partition("\n")[0].encode() + b"\n"
    if "json" in page.content_type:
        return json.dumps(without_rows(json.loads(text))).encode()
    for tag in ("item", "entry", "url", "li", "tr", "article"):
        text = re.sub(rf"<{tag}[ >].*?</{tag}>", "", text, flags=re.S)
    return re.sub(r'<div class="fihrist-item">.*?</div>', "", text, flags=re.S).encode()


def changed(page: Answer) -> bytes:
    """The first page after its publisher has changed it: other names for everything."""
    text = page.body.decode("utf-8")
    if "ndjson" in page.content_type:
        rows = (json.loads(line, parse_constant=lambda _: None) for line in text.splitlines())
        return "\n".join(json.dumps(renamed(row)) for row in rows).encode()
    if "csv" in page.content_type:
        header, _, rows = text.partition("\n")
        return f"{re.sub(r'[^,]+', lambda name: f'{name[0]}_v2', header)}\n{rows}".encode()
    if "json" in page.content_type:
        return json.dumps({"results_v2": renamed(json.loads(text))}).encode()
    if "xml" in page.content_type:
        return re.sub(r"(</?)(item|entry|loc)\b", r"\1\2-v2", text).encode()
    text = re.sub(r"\b(class|id|href)=", r"data-\1=", text)
    return re.sub(r"(</?)(table|tbody|tr|td|article|li)\b", r"\1x-\2", text).encode()


def walled(_: Answer) -> bytes:
    """A login form with 200 OK in its place."""
    return LOGIN


def without_rows(value: Any) -> Any:
    """The same JSON with every list empty."""
    if isinstance(value, dict):
        return {key: without_rows(inner) for key, inner in value.items()}
    return [] if isinstance(value, list) else value


def renamed(value: Any) -> Any:
    """The same JSON with other keys."""
    if isinstance(value, dict):
        return {f"{key}_v2": renamed(inner) for key, inner in value.items()}
    return [renamed(inner) for inner in value] if isinstance(value, list) else value


WRONG: dict[str, Callable[[Answer], bytes]] = {"empty": emptied, "changed": changed, "walled": walled}


@pytest.fixture(scope="module")
def cases() -> dict[str, tuple[Case, dict[str, Any]]]:
    return {case.name: (case, expected) for case, expected in (read_case(f, SOURCES[f.parent.name]) for f in FOLDERS)}


@pytest.fixture(scope="module")
def visited(
    cases: dict[str, tuple[Case, dict[str, Any]]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Visited]]:
    """One crawl of every fixture in every state, at the moment of each fixture."""
    folder = tmp_path_factory.mktemp("pages")
    database = create_database(f"sqlite:///{folder / 'oncu.db'}")
    found: dict[str, Visited] = {}
    for seen_at in sorted({expected["seen_at"] for _, expected in cases.values()}):
        sound = [case for case, expected in cases.values() if expected["seen_at"] == seen_at]
        broken = [in_state(case, state) for case in sound if case.name.endswith("-1") for state in WRONG]
        found |= visit([*sound, *broken], database, folder / "drop", datetime.fromisoformat(seen_at))
    yield found
    database.close()


def in_state(case: Case, state: str) -> Case:
    """The case with its entry page gone wrong."""
    first, *others = case.pages
    kind = "text/html; charset=utf-8" if state == "walled" else first.content_type
    pages = [replace(first, body=WRONG[state](first), content_type=kind)]
    return replace(case, name=f"{case.name}-{state}", pages=[*pages, *(p for p in others if p.url != first.url)])


def test_every_source_has_a_stored_page() -> None:
    assert sorted({folder.parent.name for folder in FOLDERS}) == sorted(SOURCES)


@pytest.mark.parametrize("name", NAMES)
def test_stored_page_gives_what_is_expected(
    visited: dict[str, Visited], cases: dict[str, tuple[Case, dict[str, Any]]], name: str
) -> None:
    found, expected = visited[name], cases[name][1]
    assert (found.result.status, found.kinds) == (expected["status"], expected["issues"]), found.problems
    assert found.documents == expected["documents"]


@pytest.mark.parametrize("state", WRONG)
@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith("-1")])
def test_page_gone_wrong_is_said_and_never_a_success(visited: dict[str, Visited], name: str, state: str) -> None:
    found = visited[f"{name}-{state}"]
    assert found.result.issues
    assert found.result.status != "ok" or "fill" in found.kinds, found.documents
