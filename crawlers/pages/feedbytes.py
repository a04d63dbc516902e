"""The bytes of a feed in UTF-8, where there is no doubt which encoding feedparser would take them for."""

import re

CODECS = {
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
    **dict.fromkeys(("us-ascii", "ascii"), "ascii"),
    **dict.fromkeys(("iso-8859-1", "latin1"), "iso-8859-1"),
    **{name: name for name in ("iso-8859-9", "windows-1254", "windows-1252")},
}
BOM = b"\xef\xbb\xbf"
DECLARED = re.compile(rb"^<\?.*encoding=['\"](.*?)['\"].*\?>")
XML_TYPES = ("application/xml", "application/xml-dtd", "application/xml-external-parsed-entity")


def decode_feed(body: bytes, url: str | None, content_type: str | None) -> bytes | None:
    """The feed in UTF-8 without a byte order mark; None where the encoding would have to be guessed."""
    body = body.removeprefix(BOM)
    found = DECLARED.match(body)
    declared = found[1].decode("ascii", "replace").lower() if found else ""
    mime, charset = _media_type(content_type)
    if not {declared, charset} <= {"", *CODECS}:
        return None
    if body.isascii():
        return body
    likely = _expected(mime, charset, declared, is_bare=bool(url) and not content_type)
    return next((text for name in (likely, declared) if name and (text := _recoded(body, CODECS[name]))), None)


def _media_type(content_type: str | None) -> tuple[str, str]:
    """The media type and the charset of a Content-Type header; empty where it says nothing."""
    mime, *rest = (content_type or "").split(";")
    pairs = (part.partition("=") for part in rest)
    charsets = [value.strip().strip("\"'").lower() for key, _, value in pairs if key.strip().lower() == "charset"]
    return mime.strip(), charsets[-1] if charsets else ""


def _expected(mime: str, charset: str, declared: str, *, is_bare: bool) -> str:
    """The encoding RFC 3023 asks for, which many feeds are not in; `is_bare` where headers came without a type."""
    if mime in XML_TYPES or (mime.startswith("application/") and mime.endswith("+xml")):
        return charset or declared or "utf-8"
    if mime.startswith("text/"):
        return charset or "us-ascii"
    return declared or ("iso-8859-1" if is_bare else "utf-8")


def _recoded(body: bytes, codec: str) -> bytes | None:
    try:
        text = body.decode(codec)
    except UnicodeDecodeError:
        return None
    return body if codec == "utf-8" else text.encode()
