"""A source's key reaches its own host and nothing else: no other host, no page, no issue, no file, no table."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.crawlers.run import crawl
from oncu.crawlers.visit import SourceResult
from oncu.storage.database import Database

from .conftest import as_json, make_spec
from .loopback import Answer, Asked, Loopback, serving
from .test_api import NOW

KEY = "k3y/of+the=bank"
ROW = {"rows": [{"t": "Örsmen Metal"}]}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KURUM_KEY", KEY)


def source(site: Loopback, **more: Any) -> SourceSpec:
    base = {"headers": {"X-Api-Key": "${KURUM_KEY}"}} if "basic" not in more else {}
    reader = {"items": "rows", "fields": {"title": "t"}} | more.pop("api", {})
    return make_spec("kurum", site.url("/liste"), reader="api", api=reader, **base, **more)


def visit(spec: SourceSpec, database: Database, *sites: Loopback, **settings: Any) -> SourceResult:
    allowed = [site.place for site in sites]
    crawling = CrawlSettings(delay_seconds=0, allow_private=allowed, process="inside", **settings)
    [result] = crawl([spec], crawling, str(database.engine.url), NOW)
    return result


def pages(answers: dict[str, Answer]) -> Any:
    return lambda asked: answers.get(asked.path, Answer(b"", 404))


def sent(site: Loopback, path: str) -> str | None:
    [asked] = [asked for asked in site.asked if asked.path == path]
    return asked.headers.get("x-api-key") or asked.headers.get("authorization")


def is_anywhere(database: Database, *words: str) -> bool:
    """Whether a word stands in the database file, or in what lies beside it."""
    path = Path(str(database.engine.url.database))
    content = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    return any(word.encode() in content for word in words)


def test_own_host_gets_the_key_and_its_robots_does_not(database: Database) -> None:
    with serving(pages({"/liste": Answer(as_json(ROW))})) as site:
        assert visit(source(site), database, site).status == "ok"
        assert (sent(site, "/liste"), sent(site, "/robots.txt")) == (KEY, None)


def test_basic_authentication_is_sent(database: Database) -> None:
    with serving(pages({"/liste": Answer(as_json(ROW))})) as site:
        visit(source(site, basic={"user": "${KURUM_KEY}"}), database, site)
        assert sent(site, "/liste") == f"Basic {base64.b64encode(f'{KEY}:'.encode()).decode()}"


def test_other_host_behind_a_redirect_or_a_link_does_not_get_the_key(database: Database) -> None:
    with serving(pages({"/d": Answer(as_json({"t": "x"}))}), host="127.0.0.2") as other:
        rows = as_json({"rows": [{"u": other.url("/d")}]})
        with serving(lambda asked: moved(asked, rows)) as site:
            detail = {"link": "u", "fields": {"title": "t"}}
            visit(source(site, api={"detail": detail}), database, site, other)
            assert (sent(site, "/da"), sent(other, "/d")) == (KEY, None)
        with serving(pages({"/liste": Answer(b"", 302, {"Location": other.url("/liste")})})) as site:
            visit(source(site), database, site, other)
            assert (sent(site, "/liste"), sent(other, "/liste")) == (KEY, None)


def moved(asked: Asked, body: bytes) -> Answer:
    """A list that has moved to another address of its own host."""
    if asked.path == "/liste":
        return Answer(b"", 301, {"Location": "/da"})
    return Answer(body) if asked.path == "/da" else Answer(b"", 404)


def test_host_that_repeats_the_key_does_not_get_it_kept(
    database: Database, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    told = as_json({"rows": [{"t": f"key {KEY} is fine"}], "next": f"/liste?key={KEY}"})
    kept = tmp_path / "kept"
    kept.mkdir()
    with serving(pages({"/liste": Answer(told, headers={"ETag": f'"{KEY}"'})})) as site:
        result = visit(source(site, api={"next": "next"}), database, site, keep_pages=kept)
    assert result.saved.new == 1 and not is_anywhere(database, KEY)
    assert KEY not in json.dumps(result.to_json())
    assert not [file for file in kept.iterdir() if KEY.encode() in file.read_bytes()]
    assert KEY not in "".join(capfd.readouterr())


@pytest.mark.parametrize("answer", [Answer(KEY.encode(), 403), Answer(b"", 302, {"Location": f"/anahtar/{KEY}"})])
def test_issue_of_a_refusal_does_not_hold_the_key(database: Database, answer: Answer) -> None:
    with serving(pages({"/liste": answer})) as site:
        result = visit(source(site), database, site)
    assert result.issues and KEY not in json.dumps(result.to_json()) and not is_anywhere(database, KEY)


def test_missing_variable_is_said_with_source_and_name_and_nothing_is_asked(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KURUM_KEY")
    with serving(pages({"/liste": Answer(as_json(ROW))})) as site:
        result = visit(source(site), database, site)
        assert [asked for asked in site.asked if asked.path != "/robots.txt"] == []
    said = "kurum: the environment variable KURUM_KEY is not set; put the source's key into it"
    assert (result.issues[0].kind, result.issues[0].problem) == ("fetch", said)


def test_source_without_its_key_fails_alone(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KURUM_KEY")
    with serving(pages({"/liste": Answer(as_json(ROW))})) as site:
        open_one = make_spec("acik", site.url("/liste"), reader="api", api={"items": "rows", "fields": {"title": "t"}})
        crawling = CrawlSettings(delay_seconds=0, allow_private=[site.place], process="inside")
        results = crawl([source(site), open_one], crawling, str(database.engine.url), NOW)
    assert [result.status for result in results] == ["failed", "ok"]
