"""The quick way to read a feed: to the letter what feedparser gives, or not at all."""

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncu.crawlers.pages import tame
from oncu.crawlers.pages.dialect import Unusual
from oncu.crawlers.pages.feed import parse_feed, read_with_feedparser
from oncu.crawlers.pages.plainfeed import read_plain_feed
from oncu.crawlers.phrases import any_of, may_hold
from oncu.crawlers.text import element_text, html_to_text

URL = "http://haber.example/a/rss"
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SPACES = (
    "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    " xmlns:media='http://search.yahoo.com/mrss/' xmlns:slash='http://purl.org/rss/1.0/modules/slash/'"
    " xmlns:dcterms='http://purl.org/dc/terms/'"
)
ATOM = "xmlns='http://www.w3.org/2005/Atom'"
RDF = f"xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' {SPACES}"


def rss(inside: str, head: str = "<title>Deneme</title>") -> bytes:
    return f"<rss version='2.0' {SPACES}><channel>{head}{inside}</channel></rss>".encode()


def old_atom(inside: str, head: str = "") -> bytes:
    return f"<feed version='0.3' xmlns='http://purl.org/atom/ns#'>{head}{inside}</feed>".encode()


def atom(inside: str, head: str = "<title>Deneme</title>") -> bytes:
    return f"<feed {ATOM}>{head}{inside}</feed>".encode()


def said(claimed: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in claimed.items() if text}


def assert_same(body: bytes, url: str | None = URL, content_type: str | None = "application/xml") -> bool:
    """Whether the quick way was taken; where it was, feedparser gives the same and finds nothing wrong."""
    try:
        quick = read_plain_feed(body, url, content_type)
    except Unusual:
        return False
    slow, problems = read_with_feedparser(body, url, content_type)
    assert not problems
    assert said(quick.feed) == said(slow.feed)
    assert [said(entry) for entry in quick.entries] == [said(entry) for entry in slow.entries]
    return True


TEXTS = [
    '', 'Örnek Dokuma', ' iki  kelime ', 'a &amp; b', '&amp;#8217;', '&lt;b&gt;kalın&lt;/b&gt;', '&lt;br/&gt;',
    '&amp;amp;', '&lt;p&gt;Bir &amp;ccedil;ay&lt;/p&gt;', "<![CDATA[<p>Örnek <a href='/x'>bağ</a></p>]]>",
    '<![CDATA[a < b]]>', 'Ã¼',
    "<![CDATA[<p><img src='http://a.example/b.jpg' alt='c' style='x:y'/>\r\n<br>son</p>]]>", '\x85&#150;',
    'a<!-- b -->c', '<![CDATA[<script>x()</script>metin]]>', 'http://haber.example/1?a=1&amp;b=2', '/1',
    'tag:haber,2026:1', '&amp;b;', 'ğ&#13;ı', 'Fri, 20 Feb 2026 14:30:00 +0300', '2026-02-20T14:30:00Z',
    'ada@haber.example (Ada)', '<b>içeride</b>', '&lt;x&gt;y&lt;/x&gt;',
]  # fmt: skip
NAMES = [
    'title', 'link', 'guid', "guid isPermaLink='false'", 'description', 'content:encoded', 'pubDate', 'dc:date',
    'author', 'dc:creator', 'category', "category domain='x'", 'comments', 'dc:subject', 'slash:comments',
    'dcterms:modified', "source url='http://a.example'", "media:thumbnail url='http://a.example/b.jpg'",
    'media:title', 'media:description', 'media:group', 'dc:title', 'summary', 'id', 'updated', 'published',
    'language', 'image', 'xml:lang', "link rel='self' href='/self'", "link href='http://a.example/2'", 'özel',
]  # fmt: skip
ATOM_NAMES = [
    'title', "title type='html'", "title type='xhtml'", "link href='/1'", "link rel='self' href='/s'", 'link', 'id',
    'summary', "summary type='html'", "content type='html'", 'content', "content type='image/png'", 'published',
    'updated', 'author', 'contributor', 'rights', "category term='x'", "content src='/x'",
    "title mode='escaped' type='text/html'",
    "tagline", "modified", "issued", 'source',
    "link rel='alternate' type='text/html' href='http://b.example'",
]  # fmt: skip
PEOPLE = [
    "<name>Ada</name>",
    "<name>Ada</name><email>a@b.example</email>",
    "<email>a@b.example</email>",
    "<uri>/a</uri>",
]


def element(name: str, text: str) -> str:
    return f"<{name}>{text}</{name.split()[0]}>"


def elements(names: list[str], texts: list[str] = TEXTS) -> st.SearchStrategy[str]:
    part = st.builds(element, st.sampled_from(names), st.sampled_from(texts))
    return st.lists(part, max_size=6).map("".join)


@given(elements(NAMES), st.lists(elements(NAMES), max_size=2), elements(NAMES))
@settings(max_examples=150, deadline=None)
def test_rss_comes_out_as_from_feedparser(head: str, items: list[str], tail: str) -> None:
    assert_same(rss("".join(element("item", item) for item in items) + tail, head))


@given(elements(ATOM_NAMES), st.lists(elements(ATOM_NAMES, [*TEXTS, *PEOPLE]), max_size=2))
@settings(max_examples=150, deadline=None)
def test_atom_comes_out_as_from_feedparser(head: str, entries: list[str]) -> None:
    for write in (atom, old_atom):
        assert_same(write("".join(element("entry", entry) for entry in entries), head))


@given(elements(NAMES), st.lists(elements(NAMES), max_size=2))
@settings(max_examples=100, deadline=None)
def test_rdf_comes_out_as_from_feedparser(head: str, items: list[str]) -> None:
    rows = "".join(element("item rdf:about='http://haber.example/1'", item) for item in items)
    assert_same(f"<rdf:RDF {RDF}>{element('channel', head)}{rows}</rdf:RDF>".encode())


ITEM = (
    "<item><title>Örnek &amp;amp; Dokuma</title><link>http://haber.example/1</link><guid>http://haber.example/1</guid>"
)
LONG = (
    "<description>&lt;p&gt;Örnek&lt;/p&gt;</description>"
    "<content:encoded><![CDATA[<p>Uzun</p>]]></content:encoded></item>"
)
ENTRY = (
    "<entry><title type='html'>Örnek</title><link href='/1'/><id>tag:haber,2026:1</id><summary>Kısa</summary></entry>"
)


@pytest.mark.parametrize(
    "body",
    [
        rss(ITEM + "<pubDate>Fri, 20 Feb 2026 14:30:00 +0300</pubDate><dc:creator>Ada</dc:creator>" + LONG),
        rss(
            ITEM + LONG, "<title>Deneme</title><image><url>/a</url><title>b</title><link>/c</link></image><ttl>5</ttl>"
        ),
        rss(ITEM + "<media:content url='/a'><media:credit>b</media:credit></media:content>" + LONG),
        atom(ENTRY, "<title>Deneme</title><link rel='self' href='/s'/><author><name>Ada</name></author>"),
        f"<rdf:RDF {RDF}><channel><title>Deneme</title></channel>{ITEM}</item></rdf:RDF>".encode(),
        b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>" + rss(ITEM + LONG),
    ],
)
def test_usual_feeds_take_the_quick_way(body: bytes) -> None:
    assert assert_same(body)


ENTITY = b"<!DOCTYPE rss [<!ENTITY a 'b'>]>"


@pytest.mark.parametrize(
    "body",
    [
        ENTITY + rss("<item><title>&a;</title></item>"),
        rss("<item><title>&nbsp;</title></item>"),
        rss("<item><title>a</title><title>b</title></item>"),
        rss("<item xml:base='http://a.example/'><link>1</link></item>"),
        rss("<item><title>a</title></item>")[:-5],
        rss("<item><media:description>a</media:description></item>"),
        rss("<item><a:b xmlns:a='urn:a'/><a:b xmlns:a='urn:b'/></item>"),
        rss("<item><body xmlns='http://www.w3.org/1999/xhtml'>a</body></item>"),
        atom("<entry><content type='xhtml'><div>a</div></content></entry>"),
        atom("<entry><source><title>a</title></source></entry>"),
        rss("<item/>").decode().encode("utf-16"),
        b"",
    ],
)
def test_what_is_not_certain_is_left_to_feedparser(body: bytes) -> None:
    with pytest.raises(Unusual):
        read_plain_feed(body, URL, "application/xml")


@pytest.mark.parametrize("declared", ["utf-8", "windows-1254", "ISO-8859-9", "us-ascii", "koi8-r", ""])
@pytest.mark.parametrize("written", ["utf-8", "cp1254"])
@pytest.mark.parametrize(
    "content_type",
    [None, "application/rss+xml", "text/xml", "text/html; charset=utf-8", "text/xml; charset='windows-1254'", "x/y"],
)
def test_encoding_is_the_one_feedparser_takes(declared: str, written: str, content_type: str | None) -> None:
    declaration = f"<?xml version='1.0' encoding='{declared}'?>".encode() if declared else b""
    body = declaration + rss(ITEM + LONG).decode().encode(written)
    for url in (URL, None):
        assert_same(body, url, content_type)


def test_turkish_feed_in_windows_1254_takes_the_quick_way() -> None:
    text = "<?xml version='1.0' encoding='windows-1254'?>" + rss("<item><title>Şiş</title></item>").decode()
    assert assert_same(text.encode("cp1254"), URL, "text/xml")
    assert parse_feed(text.encode("cp1254"), URL, NOW, content_type="text/xml").entries[0].title == "Şiş"


def test_feed_says_what_it_is() -> None:
    head = "<title>Deneme</title><link>/</link><description>Haberler</description><language>tr</language>"
    found = parse_feed(rss(ITEM + LONG, head + "<pubDate>20.02.2026 14:30</pubDate>"), URL, NOW).head
    assert (found.title, found.link, found.summary, found.language) == (
        "Deneme",
        "http://haber.example/",
        "Haberler",
        "tr",
    )
    assert found.published_at == datetime(2026, 2, 20, 11, 30, tzinfo=UTC)


# ------------------------------------------------------------------------------------------------------ markup inside

PIECES = [
    '<p>', '</p>', '<br>', '<br/>', '<br />', '<b>', '</b>', "<i class='x y'>", '</i>', '</a>', 'metin', ' ', '\r\n',
    '&amp;', '&#39;', '<a href="http://a.example/c?d=1&amp;e=2#f">',
    '<img src=\'https://a.example/c.jpg\' alt="O\'x" data-x="1" />', '&#8217;',
    "<img\nalt='b' src='http://a/b' srcset='x 2x'>", '>', "'", '"', 'ığş', '&quot;', "<div id='a' class='b'>",
    '</div>', '&#150;', "<a rel='NoFollow' title='a &amp; b' href='http://a.example'>", "<a href='/x'>",
    "<a href='http://a.example/#'>", '&nbsp;', "<p style='x:y'>", "<p class='a' class='b'>", '<!-- c -->', '<script>',
    '</script>', '&ccedil;', '&xyz;', '&', '<', '<u\n>', '<p/>',
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@settings(max_examples=400, deadline=None)
def test_harmless_markup_comes_out_as_from_feedparser(text: str) -> None:
    assert tame.clean_markup(text, URL) == tame._cleaned_by_feedparser(text, URL)


def trees(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    named = st.sampled_from(["p", "b", "div", "ul", "li", "a", "h2", "table", "td", "blockquote", "section", "q"])
    return st.builds(lambda name, parts: f"<{name}>{''.join(parts)}</{name}>", named, st.lists(inner, max_size=3))


LEAVES = st.sampled_from(["bir", " iki ", "\n", "&amp;", "&#8217;", "<br />", "<img src='http://a/b'>", "&nbsp;"])


@given(st.lists(st.recursive(LEAVES, trees, max_leaves=8), max_size=3).map("".join))
@settings(max_examples=300, deadline=None)
def test_simple_html_gives_the_text_the_parser_gives(fragment: str) -> None:
    from lxml import html

    from oncu.crawlers.text import PARSER, clean_text

    is_plain = "<" not in fragment and "&" not in fragment
    parsed = html.fragment_fromstring(fragment, create_parent="div", parser=PARSER)
    assert html_to_text(fragment) == (clean_text(fragment) if is_plain else element_text(parsed))


def test_long_hostile_markup_is_judged_in_a_moment() -> None:
    """A pattern that went back would never end here."""
    for part in ("<p ", "<a href='http://", "&amp", "<a title='x' ", "<p>&lt;"):
        assert tame.TAME.fullmatch(part * 50_000 + escape("<")) is None or part == "<p>&lt;"


PHRASES = ("deneme bonusu", "hoşgeldin", "İlan", "iş birliği", "ı-ş_k", "javascript'i")


@given(
    st.text(alphabet="denmbousİIıişŞgğklrv hj-_'\n\tſ\u0307K", max_size=40),
    st.sampled_from(PHRASES),
    st.integers(0, 40),
)
@settings(max_examples=300, deadline=None)
def test_quick_look_never_misses_a_phrase(text: str, phrase: str, place: int) -> None:
    for form in (phrase, phrase.upper(), phrase.replace(" ", "_\n"), phrase.replace("ş", "s").replace("ğ", "G")):
        whole = text[:place] + form + text[place:]
        assert may_hold(PHRASES, whole) or not any_of(PHRASES).search(whole)
