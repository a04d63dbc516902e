"""What no HTML or XML parser is given: some need minutes, or lose the text without a word."""

import re
from itertools import accumulate

# A real tag has a few dozen attributes; 300,000 keep every parser tried busy for more than 20 seconds.
MAX_ATTRIBUTES = 2_000
LEAST_LONG_TAG = 2 * MAX_ATTRIBUTES
# The deepest of 203 real pages had 283 by this count; sanitisers are quadratic in the depth.
MAX_DEPTH = 2_000
QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")
OPENING = re.compile(rb"<[A-Za-z]")
TAG = re.compile(rb"<(/?)([A-Za-z][\w:.-]{0,30})[^<>]{0,8000}>")
# Elements that hold nothing, or that end where the next one begins: many pages never close them.
FLAT = frozenset(
    b"area base br col embed hr img input link meta param source track wbr".split()
    + b"p li dt dd tr td th thead tbody tfoot option optgroup colgroup rp rt html head body".split()
)


def check_markup(body: bytes) -> str | None:
    """Why a body must not be given to an HTML parser, or None; takes time in proportion to its length."""
    if body[:5] == b"%PDF-":
        return "is a PDF file, not a page"
    if any(_counts_too_many(tag) for tag in body.split(b">") if len(tag) > LEAST_LONG_TAG):
        return f"holds a tag with more than {MAX_ATTRIBUTES:,} attributes"
    # In JSON "</div>" is often written "<\\/div>", so its tags cannot be paired.
    if body[:1] not in (b"{", b"[") and _is_too_deep(body):
        return f"holds elements nested deeper than {MAX_DEPTH:,}"
    return None


def _counts_too_many(until_bracket: bytes) -> bool:
    opening = OPENING.search(until_bracket)
    if not opening or until_bracket.count(b"=", opening.start()) <= MAX_ATTRIBUTES:
        return False
    return QUOTED.sub(b"", until_bracket[opening.start() :]).count(b"=") > MAX_ATTRIBUTES


def _is_too_deep(body: bytes) -> bool:
    # The depth is at most the number of opening brackets: nearly all pages are done here.
    if body.count(b"<") - body.count(b"</") <= MAX_DEPTH:
        return False
    depths = accumulate(map(_step, TAG.finditer(body)), lambda depth, step: max(0, depth + step))
    return max(depths, default=0) > MAX_DEPTH


def _step(tag: re.Match[bytes]) -> int:
    if tag[0].endswith(b"/>") or tag[2].lower() in FLAT:
        return 0
    return -1 if tag[1] else 1
