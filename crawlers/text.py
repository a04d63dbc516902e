"""Foreign text made safe to store: no invisible or broken characters, tidy spaces, HTML as plain paragraphs."""

import re
from html import unescape

from lxml import etree, html

from .pages.tame import TAME

BLOCKS = frozenset(
    ("address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption", "figure")
    + ("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option", "p")
    + ("pre", "section", "table", "td", "th", "title", "tr", "ul")
)
HIDDEN = frozenset(("script", "style", "noscript", "template", "head"))
# C0 and C1 controls but tab and line ends, surrogates, noncharacters, direction overrides, zero-width space, soft
# hyphen: PostgreSQL refuses some of them, the others hide words from a reader or from the matcher.
UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
# Without huge_tree text deeper than 256 elements is lost without a word.
PARSER = html.HTMLParser(huge_tree=True)
TAG = re.compile(r"<(/?)([a-z0-9]+)[^<>]*>")
HOLDERS = frozenset(("article", "aside", "blockquote", "div", "figure", "footer", "header", "ol", "section", "ul"))
TABULAR = frozenset(("dd", "dl", "dt", "table", "tbody", "td", "tfoot", "th", "thead", "tr"))
LEFT_TAG = re.compile(
    r"</?(?:a|b|br|div|em|embed|h[1-6]|i|iframe|img|li|object|ol|p|script|span|strong|style|table|td|tr|u|ul)\b[^<>]{0,2000}>",
    re.IGNORECASE,
)
VOID_TAGS = frozenset(("br", "hr", "img"))
SPACES = re.compile(r"[^\S\n]+")


def strip_unwanted(text: str) -> str:
    """Text without control characters, NUL, lone surrogates, direction overrides and zero-width spaces."""
    return text if text.isprintable() else UNWANTED.sub("", text)


def clean_text(text: str) -> str:
    """Paragraphs as single lines: runs of spaces are one space, empty lines go."""
    if text.isprintable() and "  " not in text:  # no line ends, nothing unwanted: most of what is cleaned
        return text.strip()
    lines = SPACES.sub(" ", strip_unwanted(text.replace("\r\n", "\n").replace("\r", "\n"))).split("\n")
    return "\n".join(line for line in (line.strip() for line in lines) if line)


def clean_line(text: str) -> str:
    """The same on one line."""
    return clean_text(text).replace("\n", " ")


def html_to_text(fragment: str) -> str:
    """Plain text of HTML, one line a paragraph; text without markup comes back as it is, tidied."""
    if "<" not in fragment and "&" not in fragment:
        return clean_text(fragment)
    if TAME.fullmatch(fragment) and _is_nested(fragment):  # most of what feeds hold
        return clean_text(unescape(TAG.sub(_break, _joined(fragment))))
    try:
        root = html.fragment_fromstring(strip_unwanted(fragment), create_parent="div", parser=PARSER)
    except (etree.ParserError, ValueError):
        return ""
    return element_text(root)


def plain_text(fragment: str) -> str:
    """The same of HTML that may have been escaped once too often: no reader wants to see "<p>"."""
    text = html_to_text(fragment)
    return html_to_text(text.replace("\n", "<br>")) if "<" in text and LEFT_TAG.search(text) else text


def element_text(root: etree._Element) -> str:
    """Plain text of an element, one line a paragraph, without scripts and styles."""
    pieces: list[str] = []
    hidden = 0
    for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
        is_hidden = element.tag in HIDDEN
        is_block = element.tag in BLOCKS
        if event == "start":
            hidden += is_hidden
            pieces.append(("\n" if is_block else "") + ("" if hidden else _joined(element.text)))
            continue
        if event == "end":
            hidden -= is_hidden
            pieces.append("\n" if is_block else "")
        if element is not root and not hidden:
            pieces.append(_joined(element.tail))
    return clean_text("".join(pieces))


def _break(tag: re.Match[str]) -> str:
    return "\n" if tag[2] in BLOCKS else ""


def _is_nested(fragment: str) -> bool:
    """Whether every element is closed in its turn and none ends another: what a parser makes of those is its own."""
    open_tags: list[str] = []
    for slash, name in TAG.findall(fragment):
        if slash and (not open_tags or open_tags.pop() != name):
            return False
        if not slash and (name in TABULAR or (name in BLOCKS and not HOLDERS.issuperset(open_tags))):
            return False
        if not slash and name not in VOID_TAGS:
            open_tags.append(name)
    return not open_tags


def _joined(text: str | None) -> str:
    # A line break in the source of a page is a space on the screen.
    return (text or "").replace("\n", " ").replace("\r", " ")
