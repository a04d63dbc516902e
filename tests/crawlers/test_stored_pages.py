"""Every source of the catalogue on stored pages of ours, and the same pages gone wrong: empty, changed, behind a wall.

A fixture is a folder `tests/pages/<source>/<n>` with the pages and `expected.json`; `oncu sources fixture` writes one.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from oncu.config.load import load_sources
from oncu.config.settings import HealthSettings
from oncu.signals.listening.health import SourceHealth, watch_sources
from oncu.storage.database import create_database, open_database

from .stored_site import Answer, Case, Visited, read_case, visit

PAGES = Path(__file__).parents[1] / "pages"
FOLDERS = sorted(path.parent for path in PAGES.glob("*/*/expected.json"))
NAMES = [f"{folder.parent.name}-{folder.name}" for folder in FOLDERS]
SOURCES = load_sources()
LOGIN = (
    b"<!doctype html><html><head><title>Oturum</title></head><body><h1>L\xc3\xbctfen giri\xc5\x9f yap\xc4\xb1n</h1>"
    b"<form action='/login' method='post'><input name='user'><input type='password'></form></body></html>"
)
PUZZLE = (
    b"<!doctype html><html><head><title>Robot musunuz?</title></head><body><h1>Robot musunuz?</h1>"
    b"<div class='g-recaptcha' data-sitekey='uydurma'></div><p>Devam etmek i\xc3\xa7in kutuyu i\xc5\x9faretleyin.</p>"
    b"</body></html>"
)
# Every verified source, and one of each family of readers.
FAMILIES = {"feed": "ntv-turkiye", "sitemap": "bbc-news", "listing": "rekabet-kurumu", "api": "kap-bildirimleri"}
FAMILIES |= {"file": "ekap-ihaleler"}
WATCHED = sorted({name for name, spec in SOURCES.items() if spec.verified} | set(FAMILIES.values()))


def emptied(page: Answer) -> bytes:
    """The first page with nothing on it, as the source itself would send it."""
    text = page.body.decode("utf-8")
    if "ndjson" in page.content_type:
        return b""
    if "csv" in page.content_type:
        return text.splitlines(keepends=True)[0].encode()
    if "markdown" in page.content_type:
        return b""
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
        header, *rows = text.splitlines(keepends=True)
        return (re.sub(r"[^,\r\n]+", lambda name: f"{name[0]}_v2", header) + "".join(rows)).encode()
    if "markdown" in page.content_type:
        return text.replace(" | : | ", " = ").replace("numarası", "no").encode()
    if "json" in page.content_type:
        return json.dumps({"results_v2": renamed(json.loads(text))}).encode()
    if "xml" in page.content_type:
        return re.sub(r"(</?)(item|entry|loc)\b", r"\1\2-v2", text).encode()
    text = re.sub(r"\b(class|id|href)=", r"data-\1=", text)
    return re.sub(r"(</?)(table|tbody|tr|td|article|li)\b", r"\1x-\2", text).encode()


def walled(_: Answer) -> bytes:
    """A login form with 200 OK in its place."""
    return LOGIN


def puzzled(_: Answer) -> bytes:
    """A puzzle for people with 200 OK in its place."""
    return PUZZLE


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


WRONG: dict[str, Callable[[Answer], bytes]] = {
    "empty": emptied,
    "changed": changed,
    "walled": walled,
    "puzzled": puzzled,
}
# The entry page is as it was, and a login form stands before every page behind it.
BEHIND = "walled-behind"


@pytest.fixture(scope="module", autouse=True)
def keys() -> Iterator[None]:
    """What the sources that need a key are given."""
    with pytest.MonkeyPatch.context() as patch:
        for name in {name for spec in SOURCES.values() for name in spec.variables}:
            patch.setenv(name, "uydurma-anahtar")
        yield


@pytest.fixture(scope="module")
def cases() -> dict[str, tuple[Case, dict[str, Any]]]:
    return {case.name: (case, expected) for case, expected in (read_case(f, SOURCES[f.parent.name]) for f in FOLDERS)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database of all visits and the dropped files lie."""
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def visited(cases: dict[str, tuple[Case, dict[str, Any]]], folder: Path) -> Iterator[dict[str, Visited]]:
    """One crawl of every fixture in every state, at the moment of each fixture."""
    database = create_database(f"sqlite:///{folder / 'oncu.db'}")
    found: dict[str, Visited] = {}
    for seen_at in sorted({expected["seen_at"] for _, expected in cases.values()}):
        sound = [case for case, expected in cases.values() if expected["seen_at"] == seen_at]
        broken = [in_state(case, state) for case in sound if case.name.endswith("-1") for state in WRONG]
        behind = [walled_behind(case) for case in sound if pages_behind(case)]
        found |= visit([*sound, *broken, *behind], database, folder / "drop", datetime.fromisoformat(seen_at))
    yield found
    database.close()


@pytest.fixture(scope="module")
def health(
    visited: dict[str, Visited], folder: Path, cases: dict[str, tuple[Case, dict[str, Any]]]
) -> dict[str, SourceHealth]:
    """What `oncu sources health` says of every case after its one visit."""
    last = max(datetime.fromisoformat(expected["seen_at"]) for _, expected in cases.values())
    database = open_database(f"sqlite:///{folder / 'oncu.db'}")
    try:
        specs = {name: SOURCES[name.partition("-1")[0]] for name in visited}
        found = watch_sources(database, specs, HealthSettings(), last + timedelta(minutes=5))
        return {health.source: health for health in found}
    finally:
        database.close()


def in_state(case: Case, state: str) -> Case:
    """The case with its entry page, or all of them where one is asked for each day, gone wrong."""
    kind = "text/html; charset=utf-8" if state in ("walled", "puzzled") else None
    pages = [
        replace(page, body=WRONG[state](page), content_type=kind or page.content_type) if is_entry(case, page) else page
        for page in case.pages
    ]
    return replace(case, name=f"{case.name}-{state}", pages=pages)


def is_entry(case: Case, page: Answer) -> bool:
    """Whether a page is of the list a visit begins with."""
    one, first = urlsplit(page.url), urlsplit(case.pages[0].url)
    return (one.netloc, one.path) == (first.netloc, first.path)


def pages_behind(case: Case) -> list[Answer]:
    """The pages that are asked for because the list names them."""
    return [page for page in case.pages if not is_entry(case, page)]


def walled_behind(case: Case) -> Case:
    """The case with a login form in place of every page behind its list."""
    pages = [
        page if is_entry(case, page) else replace(page, body=LOGIN, content_type="text/html") for page in case.pages
    ]
    return replace(case, name=f"{case.name}-{BEHIND}", pages=pages)


def names_with_pages_behind() -> list[str]:
    """The cases of sources whose list leads on to other pages."""
    cases = (read_case(folder, SOURCES[folder.parent.name])[0] for folder in FOLDERS)
    return [case.name for case in cases if pages_behind(case)]


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


@pytest.mark.parametrize("name", WATCHED)
def test_watched_source_is_well_when_its_pages_are(
    health: dict[str, SourceHealth], cases: dict[str, tuple[Case, dict[str, Any]]], name: str
) -> None:
    is_short = "too-few" in cases[f"{name}-1"][1]["issues"]  # two rows of ours, where the real list has hundreds
    assert health[f"{name}-1"].state == ("silent" if is_short else "ok")


@pytest.mark.parametrize("state", WRONG)
@pytest.mark.parametrize("name", WATCHED)
def test_watched_source_is_unwell_after_one_visit_to_a_page_gone_wrong(
    visited: dict[str, Visited], health: dict[str, SourceHealth], name: str, state: str
) -> None:
    found = visited[f"{name}-1-{state}"]
    assert health[f"{name}-1-{state}"].state in ("silent", "changed"), found.problems
    assert [document for document in found.documents if "quarantine" not in document] == []


@pytest.mark.parametrize("name", [name for name in names_with_pages_behind() if name.rpartition("-")[0] in WATCHED])
def test_login_form_before_every_page_behind_a_list_is_no_success(
    visited: dict[str, Visited], health: dict[str, SourceHealth], name: str
) -> None:
    found = visited[f"{name}-{BEHIND}"]
    assert health[f"{name}-{BEHIND}"].state == "changed", found.problems
    assert [document for document in found.documents if "quarantine" not in document] == []
