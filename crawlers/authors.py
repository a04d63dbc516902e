"""Authors are kept as digests alone: enough to count different ones and to find one who asks to be forgotten."""

import hashlib
import hmac
from dataclasses import replace

from oncu.storage.keys import digest_of
from oncu.storage.shapes import Document

from .document import AUTHOR_SALT
from .text import clean_line


def seal_author(document: Document, salt: str) -> Document:
    """The document with its author's digest keyed by the secret of this installation.

    Done in the crawling process: a parser, which a hostile page may have taken over, never sees the secret.
    """
    if document.author_digest is None:
        return document
    return replace(document, author_digest=seal(document.author_digest, salt))


def seal(digest: str, salt: str) -> str:
    """A 32-digit digest that cannot be made or tried out without the salt."""
    return hmac.new(salt.encode(), digest.encode(), hashlib.sha256).hexdigest()[:32]


def digests_of(handle: str, salt: str) -> list[str]:
    """The digests an author may be stored under: as given, and with and without an @ before it."""
    name = clean_line(handle)
    forms = {name, name.removeprefix("@"), "@" + name.removeprefix("@")}
    return sorted(seal(digest_of(AUTHOR_SALT, form), salt) for form in forms)
