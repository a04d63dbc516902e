"""What a page keeps between two requests, so that a slow reading happens once and not for each of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")

READERS = 200  # whose readings are kept at a time


@dataclass
class Kept(Generic[T]):
    """The newest reading of each reader with the version of what it was read from.

    Readers share nothing: each has the rights with which the reading was made.
    """

    readings: dict[str, tuple[object, T]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def get(self, reader: str, version: object, read: Callable[[], T]) -> T:
        """The reading of this version; who asks while it is made waits for it instead of making another."""
        with self.lock:
            known = self.readings.pop(reader, None)
            reading = known[1] if known is not None and known[0] == version else read()
            self.readings[reader] = (version, reading)
            if len(self.readings) > READERS:
                del self.readings[next(iter(self.readings))]
            return reading
