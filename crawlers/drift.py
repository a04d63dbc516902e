"""When a page is still read but no longer understood: what such a parse brings must not reach a reader."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from oncu.config.specs import SourceSpec
from oncu.storage.shapes import Document, Issue

KIND = "broken"
# A document without a date or an author is a poorer one; without its text it is none.
SPARABLE = frozenset(("published_at", "author"))
TOO_EMPTY = 0.5  # of the expected share
SAME_TEXT = 3  # addresses that show one and the same page show something else than their documents


def set_broken_aside(batch: Sequence[Document], spec: SourceSpec) -> tuple[list[Document], list[Issue]]:
    """The documents of a batch, those of a broken parse in quarantine, and an issue for each sign of one.

    Signs: a field the source's file expects is empty in most of the batch; several detail pages hold the same text.
    """
    sound = [document for document in batch if not document.quarantine]
    lost = {name: reason for name in spec.expect.fill if (reason := _lost_field(name, sound, spec))}
    copies = _same_pages(sound) if _leads_on(spec) else {}
    marked = [_marked(document, lost, copies) for document in batch]
    reasons = list(lost.values()) + sorted(set(copies.values()))
    return marked, [Issue(KIND, spec.url, reason) for reason in reasons]


def filled_fields(document: Document) -> set[str]:
    """The names of the fields a document has, of the standard ones and its own."""
    standard = ("title", "text", "url", "published_at")
    filled = {name for name in standard if getattr(document, name)} | set(document.fields)
    return filled | ({"author"} if document.author_digest else set())


def _lost_field(name: str, sound: Sequence[Document], spec: SourceSpec) -> str | None:
    expected = spec.expect.fill[name]
    if name in SPARABLE or not sound:
        return None
    share = sum(name in filled_fields(document) for document in sound) / len(sound)
    if share >= TOO_EMPTY * expected:
        return None
    return f"broken parse: {name} is filled in {share:.0%} of {len(sound)} documents, {expected:.0%} expected"


def _leads_on(spec: SourceSpec) -> bool:
    """Whether its documents are pages or answers of their own."""
    return bool((spec.listing and spec.listing.link) or (spec.api and spec.api.detail))


def _same_pages(sound: Sequence[Document]) -> dict[str, str]:
    found = Counter(digest for _, digest in {(d.natural_key, d.content_digest) for d in sound})
    return {digest: f"broken parse: {n} addresses show the same text" for digest, n in found.items() if n >= SAME_TEXT}


def _marked(document: Document, lost: dict[str, str], copies: dict[str, str]) -> Document:
    missing = [reason for name, reason in lost.items() if name not in filled_fields(document)]
    reason = copies.get(document.content_digest) or (missing[0] if missing else None)
    return replace(document, quarantine=reason) if reason and not document.quarantine else document
