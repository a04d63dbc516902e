"""Foreign text made safe to store: no invisible or broken characters, tidy spaces, HTML as plain paragraphs."""

import re

from lxml import etree, html

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
SPACES = re.compile(r"[^\S\n]+")


def strip_unwanted(text: str) -> str:
    """Text without control characters, NUL, lone surrogates, direction overrides and zero-width spaces."""
    return UNWANTED.sub("", text)


def clean_text(text: str) -> str:
    """Paragraphs as single lines: runs of spaces are one space, empty lines go."""
    lines = SPACES.sub(" ", strip_unwanted(text.replace("\r\n", "\n").replace("\r", "\n"))).split("\n")
    return "\n".join(line for line in (line.strip() for line in lines) if line)


def clean_line(text: str) -> str:
    """The same on one line."""
    return clean_text(text).replace("\n", " ")


def html_to_text(fragment: str) -> str:
    """Plain text of HTML, one line a paragraph; text without markup comes back as it is, tidied."""
    if "<" not in fragment and "&" not in fragment:
        return clean_text(fragment)
    try:
        root = html.fragment_fromstring(strip_unwanted(fragment), create_parent="div", parser=PARSER)
    except (etree.ParserError, ValueError):
        return ""
    return element_text(root)


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


def _joined(text: str | None) -> str:
    # A line break in the source of a page is a space on the screen.
    return (text or "").replace("\n", " ").replace("\r", " ")
