"""The reading of one batch of documents: pure, so that it may be done here or by a worker anywhere."""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.util import find_spec

from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.storage.documents import Document

from .masking import Masking, mask_documents
from .read import Reader, Reading, read_documents

Batch = Sequence[Document]
Batches = Generator[tuple["Batch", "Found"], None, None]
NO_DASK = "reading with workers needs dask; run: pip install 'oncu[cluster]', or set workers: 1 without a cluster"


@dataclass(frozen=True)
class Found:
    """What reading a batch gives: what is in it, its masked texts, and the documents that no process survived."""

    reading: Reading = Reading((), ())
    masking: Masking = Masking((), ())
    unread: tuple[Document, ...] = ()


# Reads batches in the order in which they come; each is given back with what was found before many more are asked for.
ReadAll = Callable[[Iterable[Batch], Reader, datetime], Batches]


def read_batch(batch: Batch, reader: Reader, now: datetime) -> Found:
    """Mentions, tags, prospects and masked texts of a batch."""
    reading = read_documents(batch, reader, now)
    return Found(reading, mask_documents(batch, reading.mentions, reader.tax_ids))


def read_here(batches: Iterable[Batch], reader: Reader, now: datetime) -> Batches:
    """Read batch after batch in this process."""
    for batch in batches:
        yield batch, read_batch(batch, reader, now)


def reading_elsewhere(settings: Settings) -> ReadAll | None:
    """How batches are read by workers, where the settings name any; None where this process reads.

    Raises Problem where what workers need is not installed.
    """
    if settings.cluster is None and settings.workers == 1:
        return None
    if find_spec("distributed") is None:
        raise Problem(NO_DASK)
    return partial(_read_elsewhere, settings)


def _read_elsewhere(settings: Settings, batches: Iterable[Batch], reader: Reader, now: datetime) -> Batches:
    from ..cluster.reading import read_far  # takes half a second to load, and a short run does not need it

    return read_far(batches, reader, now, settings)


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
