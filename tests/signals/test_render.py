"""The digest as text, HTML and JSON: the same in each, and nothing a page says becomes markup."""

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from oncu.signals.faces.cards import AlertView, Card
from oncu.signals.faces.digest import DigestView, Update
from oncu.signals.faces.quote import Quote
from oncu.signals.faces.render import render_digest
from oncu.signals.words import load_words

WORDS = load_words("tr", "Europe/Istanbul")
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</blockquote></main><iframe srcdoc='<script>x</script>'>",
    "{{ 7*7 }}{% raw %}",
    "<!--",
    "&lt;b&gt;",
    "]]><x>",
    "</title><script>x</script>",
]
ALLOWED = {"html", "head", "meta", "title", "style", "body", "div", "header", "h1", "p", "bdi", "main", "section", "h2"}
ALLOWED |= {"article", "h3", "span", "blockquote", "mark", "a", "strong", "br", "ul", "li", "footer"}


class Tags(HTMLParser):
    """All tags, attributes and the text of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.words = set(), [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, *pair) for pair in attrs]

    def handle_data(self, data):
        self.words.append(data)


def alert(**more):
    texts = {f: f for f in AlertView.__dataclass_fields__ if f not in ("quote", "sources", "priority", "url", "side")}
    rest = {
        "quote": Quote("önce ", "Simya İlaç", " sonra"),
        "sources": 2,
        "priority": 0.5,
        "url": "https://a.example/1",
    }
    return AlertView(**(texts | rest | {"side": "risk", "id": "0123456789abcdef"} | more))


def digest(*alerts, **more):
    card = Card(
        "C1", more.pop("client", "Simya İlaç"), "Limit 1", 55.0, True, more.pop("conflict", None), alerts or (alert(),)
    )
    empty = DigestView("ayse", "02.03.2026", 1234, len(card.alerts), 3, (card,), (), ("Gazete",))
    return replace(empty, **more)


def render(view, form="html"):
    return render_digest(view, WORDS, form, wait_days=7)


@pytest.mark.parametrize("payload", HOSTILE)
def test_nothing_hostile_becomes_markup(payload):
    view = digest(
        alert(
            quote=Quote(payload, payload, payload),
            source=payload,
            domain=payload,
            why=payload,
            match=payload,
            title=payload,
        ),
        client=payload,
        conflict=payload,
        manager=payload,
        updates=(Update("a", payload, payload, payload),),
        silent_sources=(payload,),
    )
    page = Tags(render(view))
    assert page.tags <= ALLOWED
    assert not [name for _, name, _ in page.attributes if name.startswith("on") or name in ("srcdoc", "src")]
    assert payload in "".join(page.words)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "http://[", None, ""]
)
def test_what_is_no_web_address_is_no_link(url):
    assert [a for a in Tags(render(digest(alert(url=url)))).attributes if a[:2] == ("a", "href")] == []


def test_a_quote_in_an_address_does_not_end_the_attribute():
    page = Tags(render(digest(alert(url='https://a.example/"onclick="x'))))
    assert ("a", "href", 'https://a.example/"onclick="x') in page.attributes
    assert "onclick" not in {name for _, name, _ in page.attributes}


def test_text_html_and_json_tell_the_same_alerts():
    view = digest(alert(title="Dava"), alert(title="Grev", side="risk"))
    told = json.loads(render(view, "json"))
    titles = [found["title"] for card in told["cards"] for found in card["alerts"]]
    assert titles == ["Dava", "Grev"]
    assert all(title in render(view, form) for form in ("text", "html") for title in titles)


def test_the_client_is_marked_in_the_quote():
    assert "önce <mark>Simya İlaç</mark> sonra" in render(digest())


@pytest.mark.parametrize("form", ["text", "html"])
def test_a_conflict_is_said_on_the_card(form):
    shown = render(digest(conflict="Çelişki: ikisi de açık"), form)
    assert "Çelişki: ikisi de açık" in shown and WORDS.upper("aynı müşteride fırsat ve risk") in WORDS.upper(shown)


@pytest.mark.parametrize("form", ["text", "html"])
def test_silent_sources_and_waiting_alerts_are_said(form):
    shown = " ".join(render(digest(), form).split())
    assert WORDS("silent", sources="Gazete") in shown and WORDS("section_waiting", n=3, days=7) in shown


@pytest.mark.parametrize("form", ["text", "html"])
def test_an_empty_day_says_how_much_was_read(form):
    empty = DigestView("ayse", "02.03.2026", 1234, 0, 0, (), (), ())
    assert "Bugün yeni uyarı yok. 1.234 belge tarandı." in render(empty, form)


def test_text_fits_the_width_of_a_page():
    view = digest(alert(quote=Quote("uzun söz " * 25, "Simya İlaç", ""), why="sebep " * 30))
    assert max(map(len, render(view, "text").splitlines())) <= 100


def test_the_page_says_its_language():
    assert ("html", "lang", "tr") in Tags(render(digest())).attributes
