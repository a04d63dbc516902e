"""What is cut from a page before its article is looked for, and what its head says."""

from datetime import UTC, datetime

import pytest
from lxml import html

from oncu.crawlers.pages.article import extract_article
from oncu.crawlers.pages.described import read_authors, read_title
from oncu.crawlers.pages.trunk import cut_to_trunk

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEXT = "Yoklamacı Makine, Çankırı'daki tesisine yeni bir kesim hattı kurdu ve üretimini iki katına çıkaracak. "


def shown(body: str) -> str:
    return str(cut_to_trunk(html.document_fromstring(f"<html><body>{body}</body></html>")).text_content())


def test_what_stands_beside_headline_and_text_is_cut() -> None:
    assert "Çok okunan" not in shown(f"<div>Çok okunan</div><div><h1>Hat</h1><p>{TEXT * 5}</p></div>")


def test_headline_outside_of_the_text_is_kept() -> None:
    assert "Hat kuruldu" in shown(f"<div><h1>Hat kuruldu</h1></div><div><p>{TEXT * 5}</p></div>")


def test_page_of_many_equal_parts_stays_whole() -> None:
    assert shown("".join(f"<div><p>{number}. {TEXT}</p></div>" for number in range(5))).count("Yoklamacı") == 5


def test_text_in_a_list_of_links_does_not_count_as_text() -> None:
    links = "".join(f"<li><a href='/{number}'>{TEXT}</a></li>" for number in range(20))
    assert shown(f"<ul>{links}</ul><div><p>{TEXT * 3}</p></div>").count("Yoklamacı") == 3


def test_text_that_is_in_no_paragraph_is_kept() -> None:
    assert shown(f"<p>Çerez kullanıyoruz.</p><div>{TEXT}<br>{TEXT}</div>").count("Yoklamacı") == 2


def test_page_inside_a_form_is_read() -> None:
    page = f"<html><body><form id='aspnetForm'><h1>Hat kuruldu</h1><p>{TEXT * 6}</p></form></body></html>"
    assert "kesim hattı" in extract_article(page, None, NOW).text


def test_short_text_is_looked_for_in_the_json_of_the_page() -> None:
    body = f'{{"@type": "NewsArticle", "articleBody": "{TEXT * 6}"}}'
    page = f"<html><body><script type='application/ld+json'>{body}</script><h1>Hat</h1><p>Kısa</p></body></html>"
    assert "kesim hattı" in extract_article(page, None, NOW).text


def test_day_found_on_a_page_has_the_hour_its_time_element_says() -> None:
    page = (
        f"<html><body><h1>Hat</h1><p>{TEXT * 6}</p><div><time datetime='2026-02-27T10:15+03:00'>27 Şubat</time></div>"
    )
    assert extract_article(page, None, NOW).published_at == datetime(2026, 2, 27, 7, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("<meta name='author' content='Defne Örnekoğlu'>", ("Defne Örnekoğlu",)),
        ("<meta property='article:author' content='https://gazete.example/defne'>", ()),
        ("""<script type='application/ld+json'>{"@graph": [{"@type": "NewsArticle", "author": [{"@type": "Person",
         "name": "Defne Örnekoğlu"}, {"@type": "Organization", "name": "Ajans"}]}]}</script>""", ("Defne Örnekoğlu",)),
        ("<script type='application/ld+json'>{broken</script>", ()),
    ],
    ids=["meta", "address", "json-ld", "broken"],
)  # fmt: skip
def test_authors_are_those_the_head_names(head: str, expected: tuple[str, ...]) -> None:
    assert read_authors(html.document_fromstring(f"<html><head>{head}</head><body>x</body></html>")) == expected


def test_endlessly_nested_author_is_no_name() -> None:
    nested = '{"name": ' * 900 + '"x y"' + "}" * 900
    script = f'<script type="application/ld+json">{{"@type": "NewsArticle", "author": {nested}}}</script>'
    assert read_authors(html.document_fromstring(f"<html><head>{script}</head><body>x</body></html>")) == ()


def test_title_is_the_headline_shown_where_the_named_one_begins_with_it() -> None:
    head = "<meta property='og:title' content='Yoklamacı Makine hat kurdu | Deneme Gazetesi'>"
    page = f"<html><head>{head}</head><body><h1>Yoklamacı Makine hat kurdu</h1></body></html>"
    assert read_title(html.document_fromstring(page)) == "Yoklamacı Makine hat kurdu"
