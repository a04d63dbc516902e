"""Feeds as nearly all papers write them, read in a tenth of feedparser's time and to the same letter.

Well-formed RSS 2.0, RSS 1.0 and Atom made of the usual elements. What is not certain to come out as feedparser has it
(a repeated title, XHTML inside, a base address, another namespace's title) is Unusual, and the whole feed is left to
feedparser. The rules here are feedparser's, odd ones too: a test holds the two side by side.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from lxml import etree

from .dialect import ATOM, FIELDS, RDF, RSS_1, Dialect, Unusual, put_aside, read_prefixes
from .feedbytes import decode_feed
from .tame import absolute, clean_markup, looks_like_html

ATOM_ROOTS = frozenset(("{http://www.w3.org/2005/Atom}feed", "{http://purl.org/atom/ns#}feed"))
MODES = (None, "escaped")  # what Atom 0.3 says of markup in a text
PERSON = frozenset(("name", "email", "uri"))
TYPES = {"text": "plain", "plain": "plain", "text/plain": "plain", "html": "html", "text/html": "html"}
PAGE_TYPES = frozenset(("text/html", "html", "application/xhtml+xml", "xhtml"))
# Where each text may stand, by (is it Atom, is it of an entry).
TEXTS = {
    (True, True): {"title": "plain", "summary": "plain", "content": "plain"},
    (True, False): {"title": "plain", "subtitle": "plain", "tagline": "plain"},
    (False, True): {"title": "plain", "description": "html", "content_encoded": "html"},
    (False, False): {"title": "plain", "description": "html"},
}
LINK_ATTRIBUTES = frozenset(("rel", "type", "href", "title", "hreflang", "length"))
BASE = re.compile(rb"\bbase\s*=", re.IGNORECASE)
QUERY_REFERENCE = re.compile(r"&([A-Za-z0-9_]+);")
# Letters of windows-1252 that somebody took for Unicode.
C1 = re.compile("[\x80-\x9f]")
CP1252 = {code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in b"\x81\x8d\x8f\x90\x9d"}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
ABOUT = f"{{{RDF}}}about"
PARSER = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    huge_tree=False,
    remove_comments=True,
    remove_pis=True,
    collect_ids=False,
)


@dataclass(frozen=True)
class Claims:
    """What a feed says of itself and of each of its entries: texts by the values of FIELDS, nothing checked yet."""

    feed: Mapping[str, str]
    entries: tuple[Mapping[str, str], ...]


def read_plain_feed(body: bytes, url: str | None, content_type: str | None) -> Claims:
    """The claims of a well-formed feed of the usual elements. Raises Unusual for any other."""
    recoded = decode_feed(body, url, content_type)
    if recoded is None:
        raise Unusual("an encoding to be guessed")
    root = _parse(recoded)
    dialect = Dialect(url or "", root.tag in ATOM_ROOTS, read_prefixes(_spaces(root, recoded)), {})
    head, entries = _split(root, dialect)
    feed = _Claimed(dialect, is_entry=False)
    if (dialect.is_atom or root.tag == "rss") and (language := root.get(LANGUAGE) or root.get("lang")):
        feed.values["language"] = language.replace("_", "-")
    return Claims(feed.take(head), tuple(_read_entry(entry, dialect) for entry in entries))


class _Claimed:
    """The values of one entry, or of the feed, taken element by element: their order counts."""

    def __init__(self, dialect: Dialect, *, is_entry: bool) -> None:
        self.values: dict[str, str] = {}
        self._dialect = dialect
        self._is_entry = is_entry
        self._texts = TEXTS[dialect.is_atom, is_entry]
        self._met: set[str] = set()

    def take(self, elements: Iterable[etree._Element]) -> dict[str, str]:
        for element in elements:
            name = self._dialect.name(element)
            field = FIELDS.get(name)
            if field is None or (field == "language" and self._is_entry):
                put_aside(element, self._dialect, is_entry=self._is_entry)
            elif field == "link":
                self._take_link(element)
            elif field == "author":
                self._take_author(element, name)
            elif field in ("title", "summary", "content"):
                self._take_text(element, name, field)
            else:
                self._take_value(element, field)
        return self.values

    def _take_link(self, element: etree._Element) -> None:
        given = {key: value for key, value in element.items() if key != LANGUAGE}
        if not LINK_ATTRIBUTES.issuperset(given) or given.get("href") == "":
            raise Unusual("a link with other attributes")
        if "href" not in given:
            address = _mended(absolute(_text(element).strip(), self._dialect.base))
            address = address.replace("&amp;", "&") if self._is_entry else address
            self.values["link"] = QUERY_REFERENCE.sub(r"&\g<1>", address)
        elif given.get("rel", "alternate").lower() == "alternate" and given.get("type", "html").lower() in PAGE_TYPES:
            self.values["link"] = absolute(str(given["href"]), self._dialect.base)

    def _take_author(self, element: etree._Element, name: str) -> None:
        if len(element) and (name != "author" or "author" in self._met) or "person" in self._met:
            raise Unusual("several authors, one with parts")  # feedparser mixes them up
        self._met.add("person" if len(element) else "author")
        self.values["author"] = _person(element, self._dialect) if len(element) else _mended(_bare(element).strip())

    def _take_text(self, element: etree._Element, name: str, field: str) -> None:
        if field in self._met or name not in self._texts:
            raise Unusual(f"element {name} again, or where it should not be")
        self._met.add(field)
        value = self._cleaned(element, self._texts[name])
        self.values[field] = value
        if field == "content":
            self.values.setdefault("summary", value)

    def _cleaned(self, element: etree._Element, kind: str) -> str:
        given = {key: value for key, value in element.items() if key != LANGUAGE}
        if given and (not self._dialect.is_atom or given.keys() - {"type", "mode"} or given.get("mode") not in MODES):
            raise Unusual("a text with attributes")
        kind = TYPES.get(element.get("type", kind).lower(), "")
        text = _text(element).strip()
        if not kind:
            raise Unusual("a text of another type")
        if kind == "html" or (not self._dialect.is_atom and looks_like_html(text)):
            text = clean_markup(text, self._dialect.base)
        return _mended(text)

    def _take_value(self, element: etree._Element, field: str) -> None:
        if field != "id":
            self.values[field] = _mended(_bare(element).strip())
            return
        given = {key.lower(): value for key, value in element.items()}
        if given.keys() - {"ispermalink"}:
            raise Unusual("an id with attributes")
        text = _text(element).strip()
        if given.get("ispermalink", "true") != "true":
            self.values["id"] = _mended(text)
            return
        self.values["id"] = _mended(absolute(text, self._dialect.base))
        self.values.setdefault("link", self.values["id"])


def _parse(body: bytes) -> etree._Element:
    if b"<!DOCTYPE" in body or BASE.search(body):
        raise Unusual("a document type or a base address")
    try:
        return etree.fromstring(body, PARSER)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unusual(str(error)) from None


def _spaces(root: etree._Element, body: bytes) -> Mapping[str | None, str]:
    """The namespaces of a feed by their prefixes. Raises Unusual where a prefix changes its meaning."""
    spaces = root.nsmap
    if body.count(b"xmlns") != len(spaces):
        for element in root.iter():
            for prefix, space in element.nsmap.items():
                if spaces.setdefault(prefix, space) != space:
                    raise Unusual("a prefix with two meanings")
    return spaces


def _split(root: etree._Element, dialect: Dialect) -> tuple[list[etree._Element], list[etree._Element]]:
    """The elements about the feed, and its entries."""
    head, rest = (list(root), []) if dialect.is_atom else _open_channel(root, dialect)
    entry = "entry" if dialect.is_atom else "item"
    entries = [element for element in (*head, *rest) if dialect.name(element) == entry]
    return [element for element in head if dialect.name(element) != entry], entries


def _open_channel(root: etree._Element, dialect: Dialect) -> tuple[list[etree._Element], list[etree._Element]]:
    """What is in the channel of an RSS feed, and the items RSS 1.0 has after it."""
    is_rdf = (
        root.tag == f"{{{RDF}}}RDF" and root.nsmap.get(None) == RSS_1 and ATOM not in map(str.lower, dialect.prefixes)
    )
    names = [dialect.name(element) for element in root]
    if not (is_rdf or root.tag == "rss") or names[:1] != ["channel"] or (names[1:] and not is_rdf):
        raise Unusual("another kind of feed")
    channel, *rest = root
    if not all(str(key).startswith("{") for key in channel.keys()):  # noqa: SIM118 - an element is not a dict
        raise Unusual("a channel with attributes")
    for element, name in zip(rest, names[1:], strict=True):
        if name != "item":
            put_aside(element, dialect, is_entry=False)
    return list(channel), [element for element, name in zip(rest, names[1:], strict=True) if name == "item"]


def _read_entry(entry: etree._Element, dialect: Dialect) -> dict[str, str]:
    if not {ABOUT, LANGUAGE}.issuperset(entry.keys()):
        raise Unusual("an entry with attributes")
    about = entry.get(ABOUT)
    return ({"id": about} if about else {}) | _Claimed(dialect, is_entry=True).take(entry)


def _person(element: etree._Element, dialect: Dialect) -> str:
    parts = {dialect.name(part): _bare(part).strip() for part in element}
    if element.keys() or len(parts) != len(element) or not PERSON.issuperset(parts) or _words_between(element):
        raise Unusual("an author with other parts")
    name, email = parts.get("name"), parts.get("email")
    return f"{name} ({email})" if name and email else name or email or ""


def _words_between(element: etree._Element) -> bool:
    return any((words or "").strip() for words in (element.text, *(part.tail for part in element)))


def _bare(element: etree._Element) -> str:
    """The text of an element that has nothing else."""
    if any(key != LANGUAGE for key in element.keys()):  # noqa: SIM118 - an element is not a dict
        raise Unusual("a value with attributes")
    return _text(element)


def _text(element: etree._Element) -> str:
    if len(element):
        raise Unusual("elements in a text")
    return element.text or ""


def _mended(text: str) -> str:
    """UTF-8 that was read as Latin-1 and written again, and windows-1252 that was taken for Unicode, set right."""
    if text.isascii():
        return text
    with suppress(UnicodeError):
        text = text.encode("iso-8859-1").decode("utf-8")
    return text.translate(CP1252) if C1.search(text) else text
