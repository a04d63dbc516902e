"""The quoted sentence of an alert, word for word from the stored document, with the client's name marked."""

from dataclasses import dataclass

from oncu.classifiers.sentences import split_sentences
from oncu.storage.alerts import Evidence

LONGEST = 240  # characters: what a reader takes in at one look


@dataclass(frozen=True)
class Quote:
    """A sentence in three parts; `name` is the client as written there, empty when it stands elsewhere."""

    before: str
    name: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}{self.name}{self.after}"


def quote_evidence(evidence: Evidence) -> Quote:
    """The sentence that holds the cue (the name's sentence where the row has no cue of its own)."""
    text = f"{evidence.title}\n{evidence.text}" if evidence.text else evidence.title
    sentences = split_sentences(text, "tr")
    inside = [(a, b) for a, b in sentences if a <= evidence.tag_start < b] or sentences[:1]
    start, end = inside[0] if inside else (0, len(text))
    name = (evidence.mention_start, evidence.mention_end)
    if not (start <= name[0] < name[1] <= end):
        name = (start, start)
    start, end = _cut(start, end, (min(name[0], evidence.tag_start), max(name[1], evidence.tag_end)))
    before = ("…" if start > inside[0][0] else "") + text[start : name[0]].lstrip() if inside else ""
    after = text[name[1] : end].rstrip()
    return Quote(before, text[name[0] : name[1]], after + ("…" if inside and end < inside[0][1] else ""))


def _cut(start: int, end: int, important: tuple[int, int]) -> tuple[int, int]:
    """At most LONGEST characters of a sentence, those around its important part."""
    if end - start <= LONGEST:
        return start, end
    first = max(start, min(important[0], end - LONGEST))
    return first, min(end, first + LONGEST)
