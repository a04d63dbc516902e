"""Mask personal data in what was read, before anybody sees it.

The client is a firm; private people stand beside it. Once clients were found in a complaint or a post, identity
numbers, accounts, telephones and addresses in it are of no further use. Spans still hold: a mask is as long as what
it hides.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from oncu.classifiers.privacy import VERSION, mask
from oncu.storage.database import Database
from oncu.storage.documents import Document, load_documents
from oncu.storage.mentions import MentionRow
from oncu.storage.privacy import (
    PERSONAL,
    MaskedText,
    client_spans,
    client_tax_ids,
    save_masked,
)
from oncu.storage.waiting import MASK, leave, waiting_for

BATCH = 500

Span = tuple[int, int]


@dataclass(frozen=True)
class Masking:
    """What masking did to a batch: which documents were looked at, and the new texts of those that changed."""

    looked_at: tuple[str, ...]
    masked: tuple[MaskedText, ...]


def mask_documents(documents: Iterable[Document], found: Iterable[MentionRow], tax_ids: Collection[str]) -> Masking:
    """Mask personal data in the complaints and posts of a batch in which clients were found."""
    spans: dict[str, list[Span]] = {}
    for mention in found:
        if mention.accepted:
            spans.setdefault(mention.document_id, []).append((mention.start, mention.end))
    return _mask_all([d for d in documents if d.category in PERSONAL], spans, tax_ids)


def mask_pending(database: Database, now: datetime) -> int:
    """Mask what was read before there was masking, and what is in quarantine and never read; returns how many."""
    number = 0
    while True:
        with database.read() as connection:
            ids = waiting_for(connection, MASK, limit=BATCH)
            documents, spans = load_documents(connection, ids), client_spans(connection, ids)
            tax_ids = client_tax_ids(connection) if ids else frozenset()
        if not ids:
            return number
        done = _mask_all(documents.values(), spans, tax_ids)
        with database.write() as connection:
            save_masked(connection, done.looked_at, done.masked, VERSION, now)
            leave(connection, MASK, ids)
        number += len(ids)


def mask_document(document: Document, keep: Iterable[Span], tax_ids: Collection[str]) -> MaskedText:
    """The texts of a document with personal data masked; names only in complaints, whose writers are private."""
    names = document.category == "complaint"
    masked = mask(document.reading, keep=keep, tax_ids=tax_ids, names=names)
    end = len(document.title)
    fields = {name: mask(value, tax_ids=tax_ids) for name, value in document.fields.items()}
    return MaskedText(document.id, masked[:end], masked[end + 1 :], fields)


def _mask_all(documents: Iterable[Document], spans: Mapping[str, Sequence[Span]], tax_ids: Collection[str]) -> Masking:
    texts = {d.id: (d, mask_document(d, spans.get(d.id, ()), tax_ids)) for d in documents}
    changed = (m for d, m in texts.values() if (d.title, d.text, d.fields) != (m.title, m.text, m.fields))
    return Masking(tuple(texts), tuple(changed))
