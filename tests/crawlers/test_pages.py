import json
from datetime import UTC, datetime

import pytest

from oncu.crawlers.pages.article import article_json, extract_article
from oncu.crawlers.pages.feed import feed_json, parse_feed

from .conftest import item, page, rss

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
PARAGRAPH = (
    "Yoklamacı Makine, Çankırı'daki tesisine yeni bir kesim hattı kurdu ve üretimini bu yıl iki katına çıkaracak. "
)
SECOND = "Şirket, hattın nisanda tam güçle çalışacağını ve kırk kişinin işe alınacağını bildirdi. "
PAGE = page(
    "<nav><a href='/'>Ana sayfa</a></nav><article><h1>Yoklamacı Makine yeni hat kurdu</h1>"
    f"<time datetime='2026-03-01T10:00:00+03:00'>1 Mart</time><p>{PARAGRAPH * 3}</p><p>{SECOND * 4}</p></article>"
    "<footer>Tüm hakları saklıdır</footer>",
    charset="windows-1254",
)


def test_article_is_extracted_without_its_frame() -> None:
    article = extract_article(PAGE, "https://haber.example/1", NOW)
    assert (article.title, article.text.count("\n")) == ("Yoklamacı Makine yeni hat kurdu", 1)
    assert article.text.startswith("Yoklamacı Makine, Çankırı'daki") and "saklıdır" not in article.text


def test_article_has_the_moment_of_its_markup_and_its_language() -> None:
    article = extract_article(PAGE, None, NOW)
    assert (article.published_at, article.language) == (datetime(2026, 3, 1, 7, tzinfo=UTC), "tr")


def test_article_json_has_the_contracts_keys_and_is_json() -> None:
    row = article_json(extract_article(PAGE, None, NOW))
    assert list(row) == ["title", "text", "published_at", "authors", "language"]
    assert json.loads(json.dumps(row))["published_at"] == "2026-03-01T07:00:00+00:00"


def test_name_of_the_paper_is_cut_from_the_title() -> None:
    head = "<head><title>Yoklamacı Makine hat kurdu - Deneme Gazetesi</title></head>"
    html = f"<html>{head}<body><h1>Yoklamacı Makine hat kurdu</h1><p>{PARAGRAPH}</p></body></html>"
    assert extract_article(html, None, NOW).title == "Yoklamacı Makine hat kurdu"


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\x00\xff\xfe",
        b"%PDF-1.7 x",
        b"<a " + b"x=1 " * 300_000 + b">",
        b"<div>" * 300_000,
        b"<p>" + b"x" * 9_000_000,
        "\ud800<p>x</p>",
        "yalnız metin",
    ],
    ids=["empty", "noise", "pdf", "attributes", "depth", "size", "surrogate", "text"],
)
def test_hostile_page_is_an_article_with_a_problem(hostile: bytes | str) -> None:
    assert extract_article(hostile, None, NOW).problem


def test_feed_json_has_the_contracts_keys_and_is_json() -> None:
    row = feed_json(parse_feed(rss(item(1)), None, NOW))
    assert list(row["entries"][0]) == ["title", "link", "summary", "published_at", "author", "entry_id"]
    assert json.loads(json.dumps(row))["entries"][0]["published_at"] == "2026-03-02T05:00:00+00:00"


def test_feed_date_in_eet_is_istanbul_time() -> None:
    [entry] = parse_feed(rss(item(1, date="Fri, 20 Feb 2026 14:30:00 EET")), None, NOW).entries
    assert entry.published_at == datetime(2026, 2, 20, 11, 30, tzinfo=UTC)


def test_broken_feed_gives_what_it_has_and_says_what_is_wrong() -> None:
    feed = parse_feed(rss(item(1), item(2))[:-40], None, NOW)
    assert feed.entries and feed.issues[0].startswith("not well formed")


@pytest.mark.parametrize(
    "hostile", [b"", b"\x00" * 100, b"/etc/hostname", b"<a>" * 5_000, b"<!DOCTYPE x [<!ENTITY a 'b'>]>&a;"]
)
def test_what_is_no_feed_has_no_entries_and_an_issue(hostile: bytes) -> None:
    feed = parse_feed(hostile, None, NOW)
    assert not feed.entries and feed.issues


def test_feed_over_the_limit_is_refused() -> None:
    assert parse_feed(rss(item(1)), None, NOW, max_bytes=100).issues[0].endswith("is over the limit of 100")
