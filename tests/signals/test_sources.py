"""The catalogue and its commands: preview, stored pages, lists of feeds, the matrix of traces."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import yaml
from click.testing import Result
from typer.testing import CliRunner

from oncu.config.load import SOURCES, load_signal_types, load_sources
from oncu.config.problems import Problem
from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.signals.cli import app
from oncu.signals.listening.feedlist import free_name, import_feeds
from oncu.signals.listening.sources import Preview, describe_preview, preview, write_fixture
from oncu.signals.listening.traces import matrix_markdown, trace_matrix

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "sources.md"
DEFAULTS = {"language": "tr", "category": "news", "origin": "independent", "every": "30m"}
FEED = """<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>
<item><guid>1</guid><title>Örsmen Metal yatırım yapıyor</title><link>http://haber.example/1</link>
<description>Yeni hat kuruluyor.</description><pubDate>Thu, 19 Nov 2026 11:20:00 +0300</pubDate></item>
<item><guid>2</guid><title>Iğdır'da hasat</title><link>http://haber.example/2</link>
<description>Kayısı bol.</description><pubDate>19.11.2036</pubDate></item></channel></rss>"""
LIST = "<ul><li><a href='/d/1'>x</a></li></ul><a rel='next' href='/liste?p=2'>2</a>"
DETAIL = "<h1>Karar</h1><div class='metin'>Vadistan Cam hakkında karar verildi.</div><i>19.11.2026</i>"


class _Site(BaseHTTPRequestHandler):
    pages = {"/rss": ("application/rss+xml", FEED), "/liste": ("text/html", LIST), "/d/1": ("text/html", DETAIL)}

    def do_GET(self) -> None:
        kind, text = self.pages.get(self.path, ("", ""))
        self.send_response(200 if text else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None: ...


@contextmanager
def serving() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def place() -> Iterator[str]:
    with serving() as netloc:
        yield netloc


def settings(place: str) -> CrawlSettings:
    return CrawlSettings(delay_seconds=0, allow_private=[place])


def source(name: str, url: str, **more: object) -> SourceSpec:
    base = {"title": name, "publisher": "Deneme", "category": "news", "origin": "independent", "reader": "feed"}
    base |= {"every": "1h", "terms": "public", "personal_data": "none", "expect": {"documents": {"min": 1, "max": 9}}}
    return SourceSpec.model_validate(base | {"name": name, "url": url} | more)


LISTING = {"item": "li", "link": "a", "next": "a[rel=next]", "fields": {"title": "h1", "text": "div.metin"}}

# ------------------------------------------------------------------------------------------------- the catalogue


def test_nothing_of_the_catalogue_is_switched_on() -> None:
    assert [name for name, spec in load_sources().items() if spec.enabled] == []


def test_every_source_says_what_is_to_be_checked_before_it_is_switched_on() -> None:
    assert [name for name, spec in load_sources().items() if not spec.verified and not spec.to_check] == []


def test_catalogue_has_sources_of_all_categories_and_fifteen_verified() -> None:
    specs = load_sources().values()
    assert {spec.category for spec in specs} == {"news", "registry", "complaint", "social", "classified"}
    assert sum(spec.verified for spec in specs) >= 15


def test_every_type_of_the_case_has_a_source_of_its_own() -> None:
    case = ("patent", "capacity_certificate", "expansion_tender", "investment_incentive", "land_purchase", "asset_sale")
    case += ("investment_announcement", "complaint_surge", "regulatory_penalty", "lawsuit", "refund_problem")
    bare = {t.code for t in trace_matrix(load_sources(), load_signal_types()) if not t.verified + t.unverified}
    assert not bare & set(case)


def test_matrix_in_the_docs_is_that_of_the_catalogue() -> None:
    assert matrix_markdown(load_sources(), load_signal_types()) in DOCS.read_text(encoding="utf-8")


# --------------------------------------------------------------------------------------------- preview and fixture


@pytest.fixture(scope="module")
def previewed(place: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Preview, list[Path]]:
    """A source previewed at another address than its own, and what that left in the folder it was done in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder := tmp_path_factory.mktemp("here"))
        found = preview(
            source("s", "http://haber.example/rss"), settings(place), NOW, url=f"http://{place}/rss", limit=1
        )
        return found, list(folder.iterdir())


def test_preview_shows_what_would_be_stored_with_its_issues(previewed: tuple[Preview, list[Path]]) -> None:
    shown = list(describe_preview(previewed[0]))
    assert shown[0] == "ok: 1 pages, 2 documents; nothing was stored"
    assert "2026-11-19T08:20:00+00:00  Örsmen Metal yatırım yapıyor" in shown
    assert "    url: http://haber.example/1" in shown
    assert [line for line in shown if line.startswith("issue  ") and "19.11.2036" in line]


def test_preview_leaves_no_trace(previewed: tuple[Preview, list[Path]]) -> None:
    assert previewed[1] == []


def test_preview_counts_all_documents_and_brings_as_many_as_asked(previewed: tuple[Preview, list[Path]]) -> None:
    assert (previewed[0].found, len(previewed[0].documents)) == (2, 1)


def test_preview_of_an_address_that_is_none_is_one_sentence(place: str) -> None:
    with pytest.raises(Problem, match="ftp://haber.example/: url .* is not an http or https address"):
        preview(source("s", f"http://{place}/rss"), settings(place), NOW, url="ftp://haber.example/")


def test_fixture_holds_one_page_of_the_list_what_hangs_on_it_and_what_is_read(place: str, tmp_path: Path) -> None:
    (tmp_path / "kararlar" / "1").mkdir(parents=True)
    spec = source("kararlar", f"http://{place}/liste", reader="listing", listing=LISTING)
    folder = write_fixture(spec, spec.url, tmp_path, settings(place), NOW)
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert folder == tmp_path / "kararlar" / "2"
    assert [page["file"] for page in expected["pages"]] == ["page.html", "page-2.html"]
    assert (folder / "page-2.html").read_text(encoding="utf-8") == DETAIL
    assert [row["text"] for row in expected["documents"]] == ["Vadistan Cam hakkında karar verildi."]


def test_fixture_of_a_page_that_gives_nothing_is_refused_and_leaves_nothing(place: str, tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no document, so there is nothing to test; the host answered 404"):
        write_fixture(source("s", f"http://{place}/yok"), f"http://{place}/yok", tmp_path, settings(place), NOW)
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------------------------------------- lists of feeds


def write_opml(path: Path, *outlines: str) -> Path:
    path.write_text(
        f"<opml version='2.0'><body><outline text='Grup'>\n{chr(10).join(outlines)}\n</outline></body></opml>"
    )
    return path


def outline(title: str, url: str, more: str = "") -> str:
    return f"<outline type='rss' text='{title}' xmlUrl='{url}' {more}/>"


def test_opml_becomes_one_strict_source_file_a_feed(tmp_path: Path) -> None:
    file = write_opml(tmp_path / "a.opml", outline("Şile Haber", "https://sile.example/rss", "language='tr-TR'"))
    done = import_feeds(file, tmp_path / "s", defaults=DEFAULTS)
    spec = load_sources(tmp_path / "s")["sile-haber"]
    assert done.new == ("sile-haber",)
    assert (spec.title, spec.url, spec.language, spec.enabled) == ("Şile Haber", "https://sile.example/rss", "tr", True)


def test_list_run_twice_is_run_once(tmp_path: Path) -> None:
    file = write_opml(
        tmp_path / "a.opml", outline("Bir", "https://bir.example/rss"), outline("İki", "https://iki.example")
    )
    first = import_feeds(file, tmp_path / "s", defaults=DEFAULTS)
    again = import_feeds(file, tmp_path / "s", defaults=DEFAULTS)
    assert (len(first.new), again.new, again.skipped) == (2, (), 2)


def test_address_that_differs_in_scheme_or_slash_alone_is_the_same_feed(tmp_path: Path) -> None:
    urls = ("https://www.bir.example/rss/", "http://bir.example/rss", "https://bir.example/rss?k=2")
    file = write_opml(tmp_path / "a.opml", *(outline(f"F{n}", url) for n, url in enumerate(urls)))
    assert import_feeds(file, tmp_path / "s", defaults=DEFAULTS).new == ("f0", "f2")


def test_bad_feeds_are_reported_with_their_line_and_the_good_kept(tmp_path: Path) -> None:
    file = write_opml(
        tmp_path / "a.opml",
        outline("A", "ftp://a.example"),
        "<outline type='rss' text='B'/>",
        outline("C", "http://c.example"),
    )
    done = import_feeds(file, tmp_path / "s", defaults=DEFAULTS)
    assert [(row.line, row.reason[:30]) for row in done.bad] == [
        (2, "url 'ftp://a.example' is not an"[:30]),
        (3, "is missing: the feed has no ad"),
    ]
    assert done.new == ("c",)


def test_table_of_addresses_gives_its_own_category_and_language(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(
        "url;title;category;language\nhttps://a.example/f;Larkmoor Post;social;en\nhttps://b.example;;casino;\n"
    )
    done = import_feeds(file, tmp_path / "s", defaults=DEFAULTS)
    spec = load_sources(tmp_path / "s")["larkmoor-post"]
    assert (spec.category, spec.language) == ("social", "en")
    assert [(row.line, row.reason.partition(":")[0]) for row in done.bad] == [(3, "category")]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.csv", "title;link\nA;http://a.example\n", "no column 'url'; found: title, link"),
        ("a.opml", "<html><body/></html>", "not OPML: begins with <html>"),
        ("a.opml", "<opml", "not OPML: "),
        ("a.opml", "<!DOCTYPE o [<!ENTITY a 'x'>]><opml><body><outline xmlUrl='&a;'/></body></opml>", ""),
    ],
)
def test_list_that_is_none_is_one_sentence(tmp_path: Path, name: str, text: str, problem: str) -> None:
    (tmp_path / name).write_text(text)
    if not problem:
        assert import_feeds(tmp_path / name, tmp_path / "s", defaults=DEFAULTS).new == ()
        return
    with pytest.raises(Problem, match=problem):
        import_feeds(tmp_path / name, tmp_path / "s", defaults=DEFAULTS)


def test_names_are_plain_letters_and_never_taken_twice() -> None:
    assert free_name("Iğdır'ın Sesi — GÜNDEM", "", set()) == "igdir-in-sesi-gundem"
    assert free_name("Haber", "", {"haber", "haber-2"}) == "haber-3"
    assert free_name("", "https://www.a.example/rss/ekonomi", set()) == "a-example-rss-ekonomi"


# --------------------------------------------------------------------------------------------------- the commands


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> object:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONCU_CRAWL__ALLOW_PRIVATE", json.dumps([place]))
    monkeypatch.setenv("ONCU_CRAWL__DELAY_SECONDS", "0")
    folder = tmp_path / "mine"
    folder.mkdir()
    spec = source("s", f"http://{place}/rss").model_dump(mode="json", exclude_unset=True)
    (folder / "deneme.yml").write_text(
        yaml.safe_dump({k: v for k, v in spec.items() if k != "name"}, allow_unicode=True)
    )
    return lambda *words: CliRunner().invoke(app, ["sources", *words, "--folder", "mine"])


@pytest.mark.usefixtures("english")
def test_list_says_what_is_verified_and_filters(run) -> None:  # type: ignore[no-untyped-def]
    assert run("list").output.split()[:6] == ["on", "unverified", "deneme", "news", "feed", "1h"]
    assert "no such source" in run("list", "--verified").output
    assert run("list", "--category", "gossip").exit_code == 2


@pytest.mark.usefixtures("english")
def test_check_counts_and_refuses_an_unknown_trace(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("check").output == "1 sources, no faults; 1 on, 0 verified\n"
    file = tmp_path / "mine" / "deneme.yml"
    file.write_text(file.read_text() + "traces: [layofs]\n")
    assert "deneme.yml: traces: no signal type 'layofs'; did you mean 'layoffs'?" in str(run("check").exception)


def test_preview_command_prints_json(run) -> None:  # type: ignore[no-untyped-def]
    found = json.loads(run("preview", "deneme", "--json").output)
    assert (found["status"], found["found"], found["documents"][0]["title"][:6]) == ("ok", 2, "Örsmen")


def test_preview_of_an_unknown_source_is_one_sentence(run) -> None:  # type: ignore[no-untyped-def]
    assert "no source is called 'yok'" in str(run("preview", "yok").exception)


def test_import_command_exits_1_where_a_feed_was_bad(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    write_opml(tmp_path / "a.opml", outline("A", "https://a.example/rss"), outline("B", "mailto:b"))
    result = run("import", "a.opml")
    assert result.exit_code == 1
    assert (
        "mine: 1 kaynak eklendi, 0 zaten vardı, 1 hatalı" in result.output
        and "satır 3: url 'mailto:b'" in result.output
    )


def test_import_command_speaks_english_where_the_digests_do(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "oncu.yml").write_text("sources: mine\ndigest: {language: en}\n", encoding="utf-8")
    write_opml(tmp_path / "a.opml", outline("B", "mailto:b"))
    assert (
        "mine: 0 sources added, 0 were there already, 1 bad\nline 2: url 'mailto:b'" in run("import", "a.opml").output
    )


@pytest.mark.parametrize("wrong", [("--category", "hav"), ("--every", "5x"), ("--language", "de")])
def test_wrong_option_of_an_import_is_said_once_as_wrong_usage(run, tmp_path: Path, wrong) -> None:  # type: ignore[no-untyped-def]
    write_opml(tmp_path / "a.opml", *(outline(f"F{n}", f"https://f{n}.example/") for n in range(3)))
    result = run("import", "a.opml", *wrong)
    assert result.exit_code == 2 and result.output.count(wrong[0].removeprefix("--")) == 1
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["deneme.yml"]


def ask(*words: str) -> Result:
    """What `oncu sources` answers, whatever the folder."""
    return CliRunner().invoke(app, ["sources", *words])


def test_import_into_what_is_no_folder_is_one_line(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    write_opml(tmp_path / "a.opml", outline("A", "https://a.example/rss"))
    result = ask("import", "a.opml", "--folder", "a.opml")
    assert isinstance(result.exception, Problem) and "is not a folder" in str(result.exception)


def test_misspelt_name_of_a_source_is_answered_with_the_one_that_was_meant() -> None:  # type: ignore[no-untyped-def]
    result = ask("preview", "kap-bildirimler", "--folder", str(SOURCES))
    assert str(result.exception).endswith("did you mean 'kap-bildirimleri'?")


def test_source_that_needs_a_key_says_so_before_its_host_is_asked(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.delenv("COMPANIES_HOUSE_KEY", raising=False)
    said = "companies-house: the environment variable COMPANIES_HOUSE_KEY is not set"
    assert str(ask("preview", "companies-house", "--folder", str(SOURCES)).exception).startswith(said)
    assert "COMPANIES_HOUSE_KEY (not set)" in ask("check", "--folder", str(SOURCES)).output
