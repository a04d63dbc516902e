"""What a visit counts and keeps: trivial edits make no versions, and nothing usable is no success."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from oncu.config.specs import SourceSpec
from oncu.crawlers.document import build_document
from oncu.crawlers.ends import store_ends
from oncu.crawlers.furniture import drop_furniture
from oncu.crawlers.pages.article import extract_article
from oncu.crawlers.pages.page import Row
from oncu.crawlers.visit import SourceResult, SourceVisit, begin_runs
from oncu.storage.database import Database
from oncu.storage.documents import Document, Saved, save_documents
from oncu.storage.models import runs

from .conftest import make_spec

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXT = "Örnekçi Makina ek bina kuruyor.\nAçılış yazın yapılacak."


def build(**values: str) -> Document:
    document, _ = build_document(make_spec("s", "http://h.example/rss"), Row({"key": "1", **values}, "p"), NOW)
    assert document is not None
    return document


def visited(database: Database, spec: SourceSpec, *documents: Document) -> tuple[SourceResult, dict[str, Any]]:
    """The result and the stored counts of a visit that brought these documents."""
    visit = SourceVisit(spec, database, NOW)
    begin_runs(database, [visit])
    for document in documents:
        visit.keep(document)
    visit.finish()
    [result] = store_ends(database, [visit])
    with database.read() as connection:
        return result, connection.execute(select(runs.c.counts)).scalar_one()


@pytest.mark.parametrize(
    "edited",
    [
        "Örnekçi  Makina ek bina\u00a0kuruyor.\n\n\n Açılış yazın yapılacak. ",
        "Örnekçi Makina ek bina kuruyor. Açılış yazın yapılacak.",
        TEXT + "\n1.234 okunma",
        TEXT + "\nGörüntülenme: 345 | 12 yorum",
        "Facebook'ta Paylaş\nTweetle | WhatsApp | Yazdır\n" + TEXT,
        TEXT + "\nSon güncelleme: 02.03.2026 14:30\n3 dk okuma\nA+ A-",
        "<p>Örnekçi Makina ek bina kuruyor.</p><p>Açılış yazın yapılacak.</p><div>Bizi Google News'te takip et</div>",
    ],
)
def test_trivial_edit_makes_no_version(database: Database, edited: str) -> None:
    with database.write() as connection:
        save_documents(connection, [build(title="Ek bina", text=TEXT)])
        assert save_documents(connection, [build(title="Ek bina", text=edited)]) == Saved(seen=1)


@pytest.mark.parametrize(
    "edited", [TEXT.replace("yazın", "kışın"), TEXT + "\nŞirket 120 kişi alacak.", TEXT + "\n12 kişi"]
)
def test_edit_of_the_words_makes_a_version(database: Database, edited: str) -> None:
    with database.write() as connection:
        save_documents(connection, [build(title="Ek bina", text=TEXT)])
        assert save_documents(connection, [build(title="Ek bina", text=edited)]) == Saved(changed=1)


@pytest.mark.parametrize(
    "line", ["Yeni tesis 12 paylaşım alanı sunacak", "Paylaşım 3'e katlandı", "120 kişi alınacak", "X şirketi"]
)
def test_line_that_tells_something_is_no_furniture(line: str) -> None:
    assert drop_furniture(line) == line


def test_furniture_beside_other_words_goes_alone() -> None:
    assert drop_furniture("Haber Merkezi | 1.234 kez okundu | Bolu") == "Haber Merkezi | Bolu"


def test_visit_notes_what_health_is_judged_by(database: Database) -> None:
    spec = make_spec("s", "http://h.example/rss", expect={"documents": {"min": 3, "max": 9}})
    _, counts = visited(
        database, spec, build(title="Bir", published_at="02.03.2026 08:00"), build(key="2", title="İki")
    )
    wanted = ("new", "found", "dated", "kind:too-few")
    assert {name: counts[name] for name in wanted} == {"new": 2, "found": 2, "dated": 1, "kind:too-few": 1}


def test_feed_without_dates_is_partly_undated_though_its_file_expects_nothing(database: Database) -> None:
    result, _ = visited(database, make_spec("s", "http://h.example/rss"), build(title="Bir"))
    assert [issue.kind for issue in result.issues] == ["undated"]


def test_source_may_say_that_it_has_no_dates(database: Database) -> None:
    expect = {"documents": {"min": 1, "max": 9}, "fill": {"published_at": 0}}
    result, _ = visited(database, make_spec("s", "http://h.example/rss", expect=expect), build(title="Bir"))
    assert result.issues == ()


def test_visit_that_brought_only_a_broken_parse_has_failed(database: Database) -> None:
    expect = {"documents": {"min": 1, "max": 9}, "fill": {"text": 1.0, "published_at": 0}}
    result, counts = visited(database, make_spec("s", "http://h.example/rss", expect=expect), build(title="Gazete"))
    assert (result.status, counts["found"]) == ("failed", 0)
    assert {"broken", "too-few"} <= {issue.kind for issue in result.issues}


def test_future_date_is_no_date_and_an_issue() -> None:
    row = Row({"title": "Haber", "published_at": (NOW + timedelta(days=2)).isoformat()}, "p")
    document, issues = build_document(make_spec("s", "http://h.example/rss"), row, NOW)
    assert document is not None and document.published_at is None
    assert [issue.kind for issue in issues] == ["date"]


PARAGRAPHS = "<p>" + "Örnekçi Makina yeni bir hat kuracağını ve kırk kişi daha çalıştıracağını bildirdi. " * 8 + "</p>"


def published(
    head: str = "", above: str = "", inside: str = "", below: str = "", url: str = "http://h.example/x"
) -> str:
    html = (
        f"<html><head><title>Örnekçi Makina</title>{head}</head><body>{above}<article><h1>Örnekçi Makina büyüyor</h1>"
    )
    moment = extract_article(f"{html}{inside}{PARAGRAPHS}</article>{below}</body></html>", url, NOW).published_at
    return moment.isoformat()[:16] if moment else ""


LD = "<script type='application/ld+json'>{}</script>"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"head": LD.format('{"@type":"NewsArticle","datePublished":"2026-02-28T14:30:00+03:00"}')},
            "2026-02-28T11:30",
        ),
        (
            {"head": LD.format('{"@graph":[{"@type":"WebSite"},{"datePublished":"2026-02-28T14:30"}]}')},
            "2026-02-28T11:30",
        ),
        ({"head": LD.format('{"headline":"a "b" c","datePublished":"2026-02-28"}')}, "2026-02-27T21:00"),
        ({"head": "<meta property='article:published_time' content='2026-02-28T11:30:00Z'>"}, "2026-02-28T11:30"),
        ({"head": "<meta name='DC.date.issued' content='28.02.2026 14:30'>"}, "2026-02-28T11:30"),
        ({"inside": "<time datetime='2026-02-28T14:30:00+03:00'>dün</time>"}, "2026-02-28T11:30"),
        ({"inside": "<span class='tarih'>28 Şubat 2026 14:30</span>"}, "2026-02-28T11:30"),
        ({"inside": "<span class='haber-date'>28 Şubat 14:30</span>"}, "2026-02-28T11:30"),
        (
            {"inside": "<div class='kunye'>Yayınlanma: 28.02.2026 - 14:30 Güncelleme: 01.03.2026 10:00</div>"},
            "2026-02-28T11:30",
        ),
        ({"inside": "<span class='date'>dün 14:30</span>"}, "2026-03-01T11:30"),
        ({"url": "http://h.example/2026/02/28/ornekci"}, "2026-02-27T21:00"),
        ({}, ""),
        ({"above": "<div class='tarih'>2 Mart 2026 Pazartesi</div>"}, ""),
        ({"above": "<header><span>02.03.2026</span></header>"}, ""),
        ({"below": "<footer>© 2026 Gazete</footer>"}, ""),
    ],
)
def test_article_is_published_when_it_says_so_and_never_today_by_default(given: dict[str, str], expected: str) -> None:
    assert published(**given) == expected
