"""HTML inside a feed, cleaned as feedparser cleans it; the harmless kind without its two parsers of HTML in Python.

Almost all of it is paragraphs, links and pictures with whole addresses. There the outcome is the text itself with each
tag's attributes in order, and one pattern sees that. Whatever the pattern does not know goes to feedparser's own
functions, so the outcome is the same to the letter (a test compares the two).
"""

import re
from functools import lru_cache
from html.entities import entitydefs

# Of feedparser's list of elements; those left out (form, video, style …) take the long way.
ELEMENTS = (
    "a abbr article aside b big blockquote center cite code dd del div dl dt em figcaption figure font footer h1 h2 h3"
    " h4 h5 h6 header i ins li ol p pre q s section small span strong sub sup table tbody td tfoot th thead tr u ul"
)
VOID = "br hr img"
KEPT = frozenset(
    (
        "align",
        "alt",
        "border",
        "class",
        "dir",
        "height",
        "href",
        "hspace",
        "id",
        "lang",
        "rel",
        "src",
        "target",
        "title",
    )
    + ("valign", "vspace", "width")
)
DROPPED = "srcset|sizes|loading|decoding|fetchpriority|referrerpolicy|role|(?:data|aria)-[a-z-]++"
# Of two readings of an address both give the same: no empty part, nothing to be quoted, nothing to be resolved.
PATH = r"[^\s\"'<>&?#;\\|]"
ADDRESS = rf"https?://[A-Za-z0-9.-]++(?::[0-9]++)?(?:/{PATH}*+)?(?:\?(?:{PATH}|&amp;|\?)++)?(?:\#{PATH}++)?"
VALUE = r"(?:[^\"'<>&\s\\]|[ ]|&amp;|&quot;)*+"
ATTRIBUTE = (
    rf"\s++(?:(?:href|src)=(?:\"{ADDRESS}\"|'{ADDRESS}')"
    rf"|(?:{'|'.join(sorted(KEPT - {'href', 'src'}))}|{DROPPED})=(?:\"{VALUE}\"|'{VALUE}'))"
)
NAMES = f"(?:{'|'.join(sorted((ELEMENTS + ' ' + VOID).split(), key=len, reverse=True))})"
# Numbers from 128 to 159 mean something else than they say; those of < > & are kept as they are.
REFERENCE = (
    r"&(?:amp|lt|gt|quot|apos|nbsp|[rl][sd]quo|[rlb]aquo|[nm]dash|hellip|bull|middot|euro|copy|reg|deg"
    r"|[AEIOUaeiou](?:uml|circ|acute|grave)|[Cc]cedil|\#0?(?:38|60|62)|\#(?:1[6-9][0-9]|[2-9][0-9]{2}|[1-9][0-9]{3,4}));"
)
TAME = re.compile(
    rf"(?:[^<&]++|{REFERENCE}|<{NAMES}(?:{ATTRIBUTE})*+\s?>|<(?:{VOID.replace(' ', '|')})(?:{ATTRIBUTE})*+\s?/>"
    rf"|</(?:{ELEMENTS.replace(' ', '|')})>)*+"
)
TAME_ADDRESS = re.compile(ADDRESS.replace("&amp;", "&"))
# Tags that come out otherwise than they went in.
CHANGED = re.compile(rf"<(?:(?:{VOID.replace(' ', '|')})\b[^<>]*|[a-z0-9]+\s[^<>]*)>")
PAIR = re.compile(r"""([a-z-]+)=(?:"([^"]*)"|'([^']*)')""")
LONG_TAG = 300
END_TAG = re.compile(r"</\w+>")
TAG_NAME = re.compile(r"</?(\w+)")
WORD_REFERENCE = re.compile(r"&(\w+);")
ANY_REFERENCE = re.compile(r"&#?\w+;")
KNOWN = frozenset((ELEMENTS + " " + VOID).split())


def clean_markup(text: str, base: str) -> str:
    """HTML with addresses made absolute and without what feedparser's list does not allow."""
    if "<" not in text and "&" not in text:
        return text.strip().replace("\r\n", "\n")
    plain = text.replace("&#39;", "'").replace("&#34;", '"')
    if TAME.fullmatch(plain):
        return CHANGED.sub(_rewritten, plain).strip().replace("\r\n", "\n")
    return _cleaned_by_feedparser(text, base)


def looks_like_html(text: str) -> bool:
    """Whether a text that is called plain holds HTML, by feedparser's rules."""
    if "&" not in text and "</" not in text or not (END_TAG.search(text) or ANY_REFERENCE.search(text)):
        return False
    if not KNOWN.issuperset(TAG_NAME.findall(text)):
        from feedparser.mixin import _FeedParserMixin

        return bool(_FeedParserMixin.looks_like_html(text))
    return all(name in entitydefs for name in WORD_REFERENCE.findall(text))


def absolute(address: str, base: str) -> str:
    """An address relative to `base`, as feedparser joins the two."""
    if not address or TAME_ADDRESS.fullmatch(address):
        return address
    from feedparser.urls import _urljoin

    return str(_urljoin(_safe_base(base), address))


def _rewritten(tag: re.Match[str]) -> str:
    return _kept_order(tag[0]) if len(tag[0]) < LONG_TAG else _in_order(tag[0])


def _in_order(tag: str) -> str:
    """The tag with those of its attributes that may stay, by their names."""
    name = tag[1:-1].split(None, 1)[0].rstrip("/")
    values = {key: double if quote else single for key, double, single, quote in _pairs(tag)}
    shown = "".join(
        f' {key}="{value.lower() if key == "rel" else value}"' for key, value in sorted(values.items()) if key in KEPT
    )
    return f"<{name}{shown}{' /' if name in VOID.split() else ''}>"


_kept_order = lru_cache(maxsize=500)(_in_order)


def _pairs(tag: str) -> list[tuple[str, str, str, bool]]:
    return [(pair[1], pair[2] or "", pair[3] or "", pair[2] is not None) for pair in PAIR.finditer(tag)]


def _cleaned_by_feedparser(text: str, base: str) -> str:
    from feedparser.sanitizer import _sanitize_html
    from feedparser.urls import resolve_relative_uris

    resolved = resolve_relative_uris(text, _safe_base(base), "utf-8", "text/html")
    return str(_sanitize_html(resolved, "utf-8", "text/html"))


def _safe_base(base: str) -> str:
    from feedparser.urls import make_safe_absolute_uri

    return str(make_safe_absolute_uri(base, base) or base) if base else ""
