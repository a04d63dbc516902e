"""T10: each family of sources well, empty, changed and behind a wall, one crawl after the other."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from oncu.config.settings import CrawlSettings
from oncu.config.specs import SourceSpec
from oncu.crawlers.drift import set_broken_aside
from oncu.crawlers.run import crawl
from oncu.crawlers.visit import SourceResult
from oncu.crawlers.wall import wall_reason
from oncu.signals.listening.health import judge_source
from oncu.storage.database import Database, create_database
from oncu.storage.documents import Document
from oncu.storage.health import last_visits
from oncu.storage.models import documents

from .conftest import Pages, Site, as_json, item, make_spec, page, rss, serving

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HTML = "text/html"
BODY = (
    "<p>"
    + "Örnekçi Makina, Bolu'daki hattına yeni bir pres aldığını ve on kişi daha çalıştıracağını bildirdi. " * 6
    + "</p>"
)
LOGIN = page(
    "<h1>Üye girişi</h1><form><input name=u><input type='password'></form><p>Devam etmek için giriş yapın.</p>"
)
CAPTCHA = page("<h1>Bir dakika lütfen</h1><div class='g-recaptcha'></div><p>Robot olmadığınızı doğrulayın.</p>")
STATES = ("ok", "empty", "changed", "wall")


def article(number: int) -> bytes:
    return page(
        f"<article><h1>Örnekçi Makina {number}. presini aldı</h1><time datetime='2026-03-02'></time>{BODY}</article>"
    )


def lists(items: str) -> bytes:
    return page(f"<ul>{items}</ul>")


def links(path: str) -> str:
    return "".join(f"<li><a href='/{path}/{n}'>haber {n}</a></li>" for n in range(4))


def family_pages() -> dict[str, Pages]:
    """The pages of each state; every family reads its own address."""
    row = {"no": 1, "firma": "Örnekçi A.Ş.", "tarih": "02.03.2026"}
    csv = "no;unvan\n1;Örnekçi A.Ş.\n2;Denemeci A.Ş.\n".encode()
    good: Pages = {
        "/rss": (200, "application/rss+xml", rss(*(item(n) for n in range(4)))),
        "/liste": (200, HTML, lists(links("d"))),
        "/yazilar": (200, HTML, lists(links("y"))),
        "/api": (200, "application/json", as_json({"rows": [row | {"no": n} for n in range(4)]})),
        "/dosya.csv": (200, "text/csv", csv),
        **{f"/d/{n}": (200, HTML, page(f"<h1>Haber {n}</h1><div class=b>Metin {n}</div>")) for n in range(4)},
        **{f"/y/{n}": (200, HTML, article(n)) for n in range(4)},
    }
    empty: Pages = {
        "/rss": (200, "application/rss+xml", rss()),
        "/liste": (200, HTML, lists("")),
        "/yazilar": (200, HTML, lists("")),
        "/api": (200, "application/json", as_json({"rows": []})),
        "/dosya.csv": (200, "text/csv", b"no;unvan\n"),
    }
    changed: Pages = {
        "/rss": (200, HTML, page("<p>Artık beslememiz yok.</p>")),
        "/liste": (200, HTML, lists(links("d"))),
        "/yazilar": (200, HTML, page("<div><a href='/y/1'>haber</a></div>")),
        "/api": (200, "application/json", as_json({"result": {"items": [row]}})),
        "/dosya.csv": (200, "text/csv", "sira;firma\n1;Örnekçi A.Ş.\n".encode()),
        **{f"/d/{n}": (200, HTML, page(f"<h1>Gazete</h1><p class=yeni>Metin {n}</p>")) for n in range(4)},
    }
    walled: Pages = dict.fromkeys(good, (200, HTML, LOGIN))
    walled |= {path: (200, HTML, lists(links(to))) for path, to in (("/liste", "d"), ("/yazilar", "y"))}
    walled |= {f"/y/{n}": (200, HTML, CAPTCHA) for n in range(4)}
    return {"ok": good, "empty": empty, "changed": changed, "wall": walled}


def families(site: Site) -> list[SourceSpec]:
    expect = {"documents": {"min": 1, "max": 20}, "fill": {"title": 1.0}}
    reading = {"item": "li", "link": "a"}
    detail = {"title": "h1", "text": "div.b"}
    return [
        make_spec("feed", site.url("/rss"), expect=expect),
        make_spec(
            "listing",
            site.url("/liste"),
            reader="listing",
            listing=reading | {"fields": detail},
            expect=expect | {"fill": {"title": 1.0, "text": 1.0}},
        ),
        make_spec("article", site.url("/yazilar"), reader="listing", listing=reading, expect=expect),
        make_spec(
            "api",
            site.url("/api"),
            reader="api",
            api={"items": "rows", "fields": {"key": "no", "title": "firma", "published_at": "tarih"}},
            expect=expect,
        ),
        make_spec(
            "file",
            site.url("/dosya.csv"),
            reader="file",
            file={"format": "csv", "fields": {"key": "no", "title": "unvan"}},
            expect=expect,
        ),
    ]


@pytest.fixture(scope="module")
def drift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, dict[str, dict[str, SourceResult]]]]:
    """Four crawls, an hour apart, of the same sources in their four states."""
    url = f"sqlite:///{tmp_path_factory.mktemp('drift') / 'oncu.db'}"
    database = create_database(url)
    results = {}
    with serving({}) as site:
        settings = CrawlSettings(delay_seconds=0, concurrent_per_host=8, allow_private=[site.place])
        for hour, (state, pages) in enumerate(family_pages().items()):
            site.pages = pages
            found = crawl(families(site), settings, url, NOW + timedelta(hours=hour))
            results[state] = {result.source: result for result in found}
    yield database, results
    database.close()


FAMILIES = ("feed", "listing", "article", "api", "file")
Drift = tuple[Database, dict[str, dict[str, SourceResult]]]


def health_at(database: Database, name: str, hour: int) -> str:
    with database.read() as connection:
        visits = last_visits(connection, at=NOW + timedelta(hours=hour), limit=20, source=name)[name]
    return judge_source(name, visits, {}, alarm_after=3).state


@pytest.mark.parametrize("name", FAMILIES)
def test_a_source_that_is_well_is_ok(drift: Drift, name: str) -> None:
    assert (drift[1]["ok"][name].status, health_at(drift[0], name, 0)) == ("ok", "ok")


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("state", STATES[1:])
def test_no_document_is_never_a_success(drift: Drift, name: str, state: str) -> None:
    result = drift[1][state][name]
    assert result.status != "ok" and any(issue.kind == "too-few" for issue in result.issues)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize(("hour", "states"), [(1, {"silent", "changed"}), (2, {"changed"}), (3, {"changed", "silent"})])
def test_a_source_is_ill_within_one_visit(drift: Drift, name: str, hour: int, states: set[str]) -> None:
    assert health_at(drift[0], name, hour) in states


def test_no_document_of_a_broken_parse_reaches_a_reader(drift: Drift) -> None:
    with drift[0].read() as connection:
        later = documents.c.first_seen_at > NOW
        kept = connection.execute(documents.select().where(later, documents.c.quarantine.is_(None))).all()
    assert kept == []


def test_the_third_bad_visit_in_a_row_raises_the_alarm(drift: Drift) -> None:
    with drift[0].read() as connection:
        visits = last_visits(connection, at=NOW + timedelta(hours=3), limit=20)
    assert {judge_source(n, v, {}, alarm_after=3).alarm for n, v in visits.items()} == {"raised"}


def seen(number: int, **more: object) -> Document:
    values: dict[str, object] = {"title": f"Haber {number}", "text": f"Metin {number}"} | more
    return Document("s", f"n{number}", first_seen_at=NOW, **values)  # type: ignore[arg-type]


def test_documents_without_what_the_source_always_has_are_set_aside() -> None:
    spec = make_spec("s", "http://h.example/", expect={"documents": {"min": 1, "max": 9}, "fill": {"text": 1.0}})
    batch, [issue] = set_broken_aside([seen(1), seen(2, text=""), seen(3, text="")], spec)
    assert [bool(document.quarantine) for document in batch] == [False, True, True]
    assert issue.problem == "broken parse: text is filled in 33% of 3 documents, 100% expected"


def test_one_document_without_text_among_many_is_kept() -> None:
    spec = make_spec("s", "http://h.example/", expect={"documents": {"min": 1, "max": 9}, "fill": {"text": 1.0}})
    batch, issues = set_broken_aside([seen(1), seen(2), seen(3, text="")], spec)
    assert not issues and not any(document.quarantine for document in batch)


def test_a_missing_date_or_author_is_no_broken_parse() -> None:
    fill = {"published_at": 1.0, "author": 1.0}
    spec = make_spec("s", "http://h.example/", expect={"documents": {"min": 1, "max": 9}, "fill": fill})
    assert set_broken_aside([seen(1)], spec)[1] == []


def test_one_text_at_many_addresses_is_no_document() -> None:
    spec = make_spec("s", "http://h.example/", reader="listing", listing={"item": "li", "link": "a"})
    same = [seen(n, title="Hoş geldiniz", text="Yapım aşamasında") for n in range(3)]
    batch, [issue] = set_broken_aside([*same, seen(9)], spec)
    assert issue.problem == "broken parse: 3 addresses show the same text"
    assert [bool(document.quarantine) for document in batch] == [True, True, True, False]


def test_the_same_words_in_many_posts_of_a_feed_are_kept() -> None:
    same = [seen(n, title="", text="sonunda geldi") for n in range(5)]
    assert set_broken_aside(same, make_spec("s", "http://h.example/"))[1] == []


@pytest.mark.parametrize(
    ("title", "text", "markup"),
    [
        ("Üye girişi", "", "<form></form>"),
        ("Giriş yapın", "E-posta Şifre", '<input type="password">'),
        ("Gazete", "Bu içeriği görüntülemek için giriş yapın.", "<input type='password'>"),
        ("Just a moment...", "Checking your browser before accessing the site.", "<div></div>"),
        ("Access Denied", "", "<body></body>"),
        ("", "Robot olmadığınızı doğrulayın", "<div class='h-captcha'></div>"),
    ],
)
def test_wall_is_seen(title: str, text: str, markup: str) -> None:
    assert wall_reason(title, text, markup)


@pytest.mark.parametrize(
    ("title", "text", "markup"),
    [
        (
            "Giriş yapamıyorum",
            "Üye girişi yapamıyorum, şifremi unuttum diyorum, ekran dönüyor.",
            "<input type=password>",
        ),
        ("Giriş yapan kazanıyor", "Pazara ilk giriş yapan firma büyüdü.", "<p></p>"),
        ("Login trouble at a bank", "Customers could not log in.", "<p></p>"),
        ("Haber", "Metin", "<form><input type='password'></form>"),
        ("Access denied", "uzun " * 400, "<p></p>"),
        ("Üye girişi", "metin", ""),
    ],
)
def test_a_page_with_a_login_in_its_corner_is_no_wall(title: str, text: str, markup: str) -> None:
    assert wall_reason(title, text, markup) is None


def test_what_a_visit_counts_survives_as_json(drift: Drift) -> None:
    with drift[0].read() as connection:
        visits = last_visits(connection, at=NOW, limit=1)
    assert json.loads(json.dumps(visits["feed"][0].counts))["found"] == 4
