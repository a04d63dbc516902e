"""One event told by many outlets: copies and near copies of a text share a story."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from .alike import Likely, Own, Parts, find_likely, likeness, take_apart
from .holders import Holders, Postings
from .sketches import StoryText, sketch_documents


@dataclass(frozen=True, slots=True)
class StoryAssignment:
    """The story of a document: the id of its first document; `similarity` to the nearest one, 0 where it is new."""

    document_id: str
    story_id: str
    similarity: float
    is_copy: bool


class _Known(NamedTuple):
    document_id: str
    story_id: str
    told_at: datetime | None
    known_at: datetime | None


class StoryIndex:
    """The stories of the last days. The same documents in the same order give the same stories, however many at once.

    A document is remembered by when it became known and compared by when it was told: two told more than the window
    apart are never copies, and what became known before `forget` is compared with nothing any more.
    """

    def __init__(self, window_days: int = 14) -> None:
        self._window = timedelta(days=window_days)
        self._known: dict[int, _Known] = {}  # by serial number, in the order in which they became known
        self._parts: dict[int, Parts] = {}
        self._serials: dict[str, int] = {}
        self._count = 0
        self._holders = Holders()
        self._held = 0  # the serial number from which documents were restored that are not among the holders yet

    def add(
        self, document: StoryText, sketched: Sequence[int] | None = None, *, known_at: datetime | None = None
    ) -> StoryAssignment:
        """Assign a document to the story of its nearest copy, or to a new one, and remember it.

        `sketched` is `sketch_document(document)`, for one who has it already.
        """
        return self.add_all([document], None if sketched is None else [sketched], known_at=known_at)[0]

    def add_all(
        self,
        documents: Sequence[StoryText],
        sketches: Sequence[Sequence[int]] | None = None,
        *,
        known_at: datetime | None = None,
        given: Mapping[str, str] | None = None,
    ) -> list[StoryAssignment]:
        """The same for documents in the order given, several times as fast.

        `given`: document id → the story it belongs to, whatever it is like.
        """
        self._hold()
        new = []
        for document, sketched in zip(documents, sketches or sketch_documents(documents), strict=True):
            if document.document_id not in self._serials:
                self._number(document.document_id, sketched)
                new.append(document)
        made: dict[str, StoryAssignment] = {}
        for serial, document, likely in zip(range(self._held, self._count), new, self._find_likely(), strict=True):
            story_id = (given or {}).get(document.document_id)
            found = _belongs(document.document_id, story_id) if story_id else self._assign(document, serial, likely)
            self._known[serial] = _Known(document.document_id, found.story_id, document.published_at, known_at)
            made[document.document_id] = found
        ids = [document.document_id for document in documents]
        return [made.pop(known) if known in made else self._again(known) for known in ids]

    def restore(
        self,
        document_id: str,
        story_id: str,
        sketched: Sequence[int],
        told_at: datetime | None,
        *,
        known_at: datetime | None = None,
    ) -> None:
        """Remember a document assigned earlier, by its stored sketch; a known one stays as it is."""
        if document_id not in self._serials:
            self._known[self._count] = _Known(document_id, story_id, told_at, known_at)
            self._number(document_id, sketched)

    def forget(self, before: datetime) -> None:
        """Drop what became known before a moment; what has no such time stays.

        What is left is what an index restored from the rest would be.
        """
        old = [n for n, known in self._known.items() if known.known_at is not None and known.known_at < before]
        if old:
            self._hold()
            self._holders.drop(old)
        for serial in old:
            del self._serials[self._known.pop(serial).document_id], self._parts[serial]

    def _number(self, document_id: str, sketched: Sequence[int]) -> None:
        """Give a document its serial number."""
        self._serials[document_id] = self._count
        self._parts[self._count] = take_apart(sketched)
        self._count += 1

    def _hold(self) -> Postings:
        """Put the shingles of the documents numbered since the last time among the holders."""
        texts = [self._parts[serial].shingles for serial in range(self._held, self._count)]
        self._held = self._count
        return self._holders.add(texts)

    def _find_likely(self) -> list[list[Likely]]:
        """What each document numbered since the last time may be a copy of."""
        new = [self._parts[serial] for serial in range(self._held, self._count)]
        return find_likely(self._holders.share(self._hold(), len(new)), new)

    def _assign(self, document: StoryText, serial: int, likely: Iterable[Likely]) -> StoryAssignment:
        """The story of the known document most alike, the earlier one among equals, or a new one."""
        story_id, highest = document.document_id, 0.0
        own = Own(self._parts[serial])
        for other, common in likely:
            known = self._known[other]
            alike = likeness(own, self._parts[other], common)
            if alike > highest and self._is_near(document.published_at, known.told_at):
                story_id, highest = known.story_id, alike
        return StoryAssignment(document.document_id, story_id, round(highest, 3), highest > 0)

    def _again(self, document_id: str) -> StoryAssignment:
        return _belongs(document_id, self._known[self._serials[document_id]].story_id)

    def _is_near(self, one: datetime | None, other: datetime | None) -> bool:
        return one is None or other is None or abs(one - other) <= self._window


def _belongs(document_id: str, story_id: str) -> StoryAssignment:
    return StoryAssignment(document_id, story_id, 1.0, story_id != document_id)
