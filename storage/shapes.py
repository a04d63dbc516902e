"""What a crawl brings, as plain values: a process that only reads pages needs no database, nor the time to load one."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from .keys import digest_of, key_id

CUSTOMERS = ("complaint", "social")  # the categories of places where customers, private people, write
ADVERTORIAL = "advertorial"  # the field that says why a document is a firm's paid word; such a one never alerts


@dataclass(frozen=True)
class Document:
    """One page, feed entry, row or post as it was seen.

    `natural_key` is what the source itself calls it (an id, else its address); `fields` are the structured values of a
    registry row; `quarantine` is the reason why nothing is to be read from it. `stored_id` is the id it was stored
    under: the text may have been masked or erased since, and a digest of what is left would be another one.
    """

    source: str
    natural_key: str
    title: str
    text: str
    first_seen_at: datetime
    published_at: datetime | None = None
    url: str | None = None
    language: str = "tr"
    category: str = "news"
    origin: str = "independent"
    fields: dict[str, str] = field(default_factory=dict)
    author_digest: str | None = None
    quarantine: str | None = None
    stored_id: str | None = field(default=None, compare=False, repr=False)

    @cached_property
    def content_digest(self) -> str:
        """Changes when title, text or a field changes; the address, the times and where lines break do not count."""
        return digest_of(" ".join(self.title.split()), " ".join(self.text.split()), *sorted(self.fields.items()))

    @cached_property
    def id(self) -> str:
        """The key of this version of the document."""
        return self.stored_id or key_id("document", self.source, self.natural_key, self.content_digest)

    @property
    def reading(self) -> str:
        """The text that is read, and that all spans count in: title, a line break, text."""
        return f"{self.title}\n{self.text}" if self.text else self.title


@dataclass(frozen=True)
class Saved:
    """What became of a batch: unseen documents, new versions of known ones, and those stored before."""

    new: int = 0
    changed: int = 0
    seen: int = 0

    def __add__(self, other: "Saved") -> "Saved":
        return Saved(self.new + other.new, self.changed + other.changed, self.seen + other.seen)


@dataclass(frozen=True)
class Issue:
    """One thing that went wrong: what kind, where (an address, a row), and the problem in a sentence."""

    kind: str
    place: str
    problem: str
