"""The reading of one batch of documents: pure, so that it may be done here or by a worker anywhere."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from oncu.storage.documents import Document

from .masking import Masking, mask_documents
from .read import Reader, Reading, read_documents

Batch = Sequence[Document]


@dataclass(frozen=True)
class Found:
    """What reading a batch gives: what is in it, its masked texts, and the documents that no process survived."""

    reading: Reading = Reading((), ())
    masking: Masking = Masking((), ())
    unread: tuple[Document, ...] = ()


# Reads batches in the order in which they come; each is given back with what was found before many more are asked for.
ReadAll = Callable[[Iterable[Batch], Reader, datetime], Iterator[tuple[Batch, Found]]]


def read_batch(batch: Batch, reader: Reader, now: datetime) -> Found:
    """Mentions, tags, prospects and masked texts of a batch."""
    reading = read_documents(batch, reader, now)
    return Found(reading, mask_documents(batch, reading.mentions, reader.tax_ids))


def read_here(batches: Iterable[Batch], reader: Reader, now: datetime) -> Iterator[tuple[Batch, Found]]:
    """Read batch after batch in this process."""
    for batch in batches:
        yield batch, read_batch(batch, reader, now)


def join_found(parts: Iterable[Found]) -> Found:
    """What was found in the parts of a batch, as if it had been read whole."""
    every = list(parts)
    return Found(
        Reading(
            tuple(mention for part in every for mention in part.reading.mentions),
            tuple(tag for part in every for tag in part.reading.tags),
            tuple(prospect for part in every for prospect in part.reading.prospects),
        ),
        Masking(
            tuple(document_id for part in every for document_id in part.masking.looked_at),
            tuple(text for part in every for text in part.masking.masked),
        ),
        tuple(document for part in every for document in part.unread),
    )
