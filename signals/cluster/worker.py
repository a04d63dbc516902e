"""What runs on a worker. It keeps the reader of one kit from batch to batch and from run to run, and writes nothing."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from ..flow.batches import Batch, Found, read_batch
from ..flow.read import Reader
from .kit import Kit, unpack_reader, versions

# By the kit's key, one at a time: the one thing here that outlives a call, because making a reader takes seconds.
_readers: dict[str, Reader] = {}


@dataclass(frozen=True)
class Standing:
    """What a worker has: which versions, and whether the reader asked for."""

    versions: dict[str, str]
    is_ready: bool


@dataclass(frozen=True)
class Missing:
    """The answer of a worker that has no reader of this kit; it has just come, or reads for somebody else now."""


def look(key: str) -> Standing:
    """What this worker has."""
    return Standing(versions(), key in _readers)


async def install(kit: Kit) -> None:
    """Make the reader of a kit and drop the one before; the worker answers its scheduler meanwhile."""
    _readers.clear()  # first: two at once would be twice the memory
    _readers[kit.key] = await asyncio.to_thread(unpack_reader, kit)


def read(key: str, batch: Batch, now: datetime) -> Found | Missing:
    """Read a batch with the reader of a kit."""
    reader = _readers.get(key)
    return read_batch(batch, reader, now) if reader else Missing()
