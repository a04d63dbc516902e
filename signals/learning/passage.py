"""A passage as it is shown to who judges it: the part around the client, its key sentence and the client marked."""

from dataclasses import dataclass

from oncu.classifiers.sentences import split_sentences
from oncu.storage.passages import Passage

BEFORE, AFTER = 700, 1_100  # code points around the client that are shown


@dataclass(frozen=True)
class Piece:
    """Some of the text: whether it is of the key sentence, and whether it is the client's name."""

    text: str
    is_key: bool = False
    is_name: bool = False


@dataclass(frozen=True)
class Shown:
    """What is shown of a text, in order; whether something of it was left out before or after."""

    pieces: tuple[Piece, ...]
    cut_before: bool
    cut_after: bool


def show_passage(passage: Passage) -> Shown:
    """The text around the client, cut at sentences."""
    text, cuts = passage.reading, split_sentences(passage.reading, passage.language)
    key = [(a, b) for a, b in cuts if a < passage.end and b > passage.start] or [(passage.start, passage.end)]
    near = [(a, b) for a, b in cuts if b > passage.start - BEFORE and a < passage.end + AFTER]
    first = max(min(a for a, _ in near or key), passage.start - 2 * BEFORE, 0)
    last = min(max(b for _, b in near or key), passage.end + 2 * AFTER)
    ends = (key[0][0], passage.start, passage.end, key[-1][1])
    edges = sorted({first, last, *(edge for edge in ends if first <= edge <= last)})
    pieces = [_piece(passage, key, a, b) for a, b in zip(edges, edges[1:], strict=False)]
    return Shown(tuple(pieces), bool(text[:first].strip()), bool(text[last:].strip()))


def _piece(passage: Passage, key: list[tuple[int, int]], start: int, end: int) -> Piece:
    is_key = start >= key[0][0] and end <= key[-1][1]
    return Piece(passage.reading[start:end], is_key, start >= passage.start and end <= passage.end)
