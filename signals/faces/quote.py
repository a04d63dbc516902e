"""The quoted sentence of an alert, word for word from the stored document, with the client's name marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from oncu.classifiers.sentences import split_sentences
from oncu.storage.alerts import Evidence

LONGEST = 240  # characters: what a reader takes in at one look
ROOM = LONGEST - 2  # a cut sentence may have a dot line at either end


@dataclass(frozen=True)
class Quote:
    """A sentence in three parts; `name` is the client as written there, empty when it stands elsewhere."""

    before: str
    name: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}{self.name}{self.after}"


def quote_evidence(evidence: Evidence) -> Quote:
    """The sentence that holds the cue (the first one where the row has no cue of its own), cut to LONGEST."""
    text = f"{evidence.title}\n{evidence.text}" if evidence.text else evidence.title
    start, end = _sentence_at(text, evidence.tag_start)
    name = _name_in(text, (start, end), (evidence.mention_start, evidence.mention_end), evidence.names)
    is_here = start <= name[0] < name[1] <= end and name[1] - name[0] <= ROOM
    first, last = _cut(start, end, name if is_here else (evidence.tag_start, evidence.tag_start), evidence.tag_start)
    name = name if is_here else (first, first)
    before, after = text[first : name[0]].lstrip(), text[name[1] : last].rstrip()
    return Quote("…" * (first > start) + before, text[name[0] : name[1]], after + "…" * (last < end))


def _name_in(
    text: str, sentence: tuple[int, int], mention: tuple[int, int], names: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    """The place of the mention; when it is in another sentence, the client's first name in this one, whole as it was
    found, or else where the same words stand."""
    start, end = mention
    if sentence[0] <= start < end <= sentence[1] or start == end:
        return mention
    here = [name for name in names if sentence[0] <= name[0] < name[1] <= sentence[1]]
    if here:
        return here[0]
    found = text.find(text[start:end], *sentence)
    return (found, found + end - start) if found >= 0 else mention


def _sentence_at(text: str, place: int) -> tuple[int, int]:
    sentences = split_sentences(text, "tr")
    inside = [(start, end) for start, end in sentences if start <= place < end]
    return (inside or sentences or [(0, 0)])[0]


def _cut(start: int, end: int, name: tuple[int, int], cue: int) -> tuple[int, int]:
    """A sentence that is too long from its name or cue on, whichever is first, but never without the name."""
    if end - start <= LONGEST:
        return start, end
    first = max(min(name[0], cue), name[1] - ROOM)
    first = max(start, min(first, end - ROOM))
    return first, min(end, first + ROOM)
