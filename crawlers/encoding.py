"""Bytes to text, with Turkish pages in mind: they are often windows-1254 and say something else, or nothing."""

import re

from w3lib.encoding import html_body_declared_encoding, http_content_type_encoding, read_bom, resolve_encoding

ASCII = bytes(range(128))
LATIN = frozenset(("cp1252", "iso8859-1", "latin_1"))
XML_DECLARATION = re.compile(rb"""<\?xml[^>]{0,100}encoding=["']([A-Za-z0-9._-]{1,40})["']""")


def decode_body(body: bytes, content_type: str | None = None, language: str = "tr") -> str:
    """The text of a page: by byte order mark, as UTF-8 if it is that, by header, by what it declares, by a guess.

    Letters that happen to be right UTF-8 are not an accident, so a declaration against it is a lie (a page that was
    converted and kept its old header). A Turkish page that calls itself Latin-1 is read as windows-1254: the two differ
    in ğ, ı, ş and their capitals. Bytes that are wrong in the chosen encoding become U+FFFD, never an error.
    """
    bom, skipped = read_bom(body)
    if bom:
        return body[len(skipped or b"") :].decode(bom, "replace")
    if not body.isascii() and _is_utf8(body):
        return body.decode("utf-8", "replace")
    turkish = language == "tr"
    declared = _declared(body, content_type)
    if declared in (None, "utf-8"):
        declared = _guess(body, "cp1254" if turkish else "cp1252")
    elif declared in LATIN and turkish:
        declared = "cp1254"
    return body.decode(declared or "utf-8", "replace")


def _declared(body: bytes, content_type: str | None) -> str | None:
    header = http_content_type_encoding(content_type) if content_type else None
    if header:
        return header
    xml = XML_DECLARATION.search(body[:200])
    return resolve_encoding(xml[1].decode("ascii")) if xml else html_body_declared_encoding(body)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        # A page cut in the middle of a letter is still UTF-8.
        return error.reason == "unexpected end of data"
    return True


def _guess(body: bytes, fallback: str) -> str:
    # One broken byte in a long UTF-8 page must not turn all its letters into two.
    wrong = body.decode("utf-8", "replace").count("\ufffd")
    letters = len(body.translate(None, ASCII))
    return "utf-8" if wrong * 10 < letters else fallback
