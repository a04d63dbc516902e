"""Tag a text with signal types: cues give a probability, the sentence status and subject, the words the reason."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

import numpy as np

from oncu.config.specs import SignalSpec
from oncu.config.values import Origin, Side, Status

from ..learned.model import Judged, Learned
from ..lookups import read_lookup
from ..sentences import split_sentences
from ..stories.stated import Stated, read_stated
from ..text import Folded, fold, fold_key
from .cues import CueHit, CueIndex, compile_cues, compile_pattern
from .parts import does_it_itself
from .status import read_status
from .subject import Subject, judge_subject

SUREST = 0.97
LEAST = 0.05
SHORT = 400  # code points: a short text is about its client as a whole, and speaks of one thing
UNNAMED = 0.5  # below, a subject factor says that no firm was found
ELSEWHERE = 0.9  # a firm named in another sentence of a short text
ACTOR = 0.4  # the client does to another what the type says of the one it falls on
BODY_FACTOR = 0.8  # deep in a long text the event is more often somebody else's
ORIGINS: tuple[Origin, ...] = ("customer", "employee", "competitor", "authority", "self")


@dataclass(frozen=True)
class Tag:
    """A signal type found in a text; `start`, `end` are code points of the text as given."""

    type: str
    side: Side
    probability: float
    accepted: bool
    status: Status
    origin: Origin
    start: int
    end: int
    reason: str
    facts: Stated = field(default_factory=Stated)  # of accepted tags


class TypeFault(NamedTuple):
    """One thing wrong with a signal type: its code, the key in its file, what is wrong and what to do."""

    code: str
    key: str
    problem: str


@dataclass(frozen=True)
class _Reading:
    """The text being read, as given and folded."""

    text: str
    folded: Folded
    language: str
    about: tuple[int, int] | None


@dataclass(frozen=True)
class _Sentence:
    """One sentence of a text: its code points, its folded words and where these lie in the folded text."""

    reading: _Reading
    start: int
    end: int
    folded: str
    offset: int
    factor: float

    @property
    def written(self) -> str:
        return self.reading.text[self.start : self.end]

    def span(self, hit: CueHit) -> tuple[int, int]:
        return self.reading.folded.span(self.offset + hit.start, self.offset + hit.end)

    def surface(self, hit: CueHit) -> str:
        start, end = self.span(hit)
        return self.reading.text[start:end]


class Tagger:
    """All signal types, compiled. Build it once with `build_tagger`; reading changes nothing."""

    def __init__(self, specs: Mapping[str, SignalSpec], index: CueIndex, learned: Learned | None = None) -> None:
        self._specs = specs
        self._index = index
        self._learned = learned
        self._unless = {code: tuple(compile_pattern(p) for p in spec.unless) for code, spec in specs.items()}

    def joined(self, learned: Learned | None) -> "Tagger":
        """The same cues, joined with what a model has learned; without a model the cues alone."""
        return Tagger(self._specs, self._index, learned)

    def read(self, text: str, *, language: str = "tr", about: tuple[int, int] | None = None) -> list[Tag]:
        """Tags with probability ≥ .05, most probable first; a text with a title is title + "\\n" + text.

        `about` is the span of a known client: the subject is then taken for granted, and only the sentences that hold
        it count (with the title where the client is named there too; a text of up to 400 characters counts whole).
        """
        folded = fold(text)
        finds = self._learned is not None and self._learned.finds
        if not finds and not self._index.touches(folded.text, language):
            return []
        sentences = _read_sentences(_Reading(text, folded, language, about))
        if about:
            sentences = [replace(s, factor=1.0) for s in _sentences_about(sentences, text, about)]
        tags = _best_by_type(tag for sentence in sentences for tag in self._read_sentence(sentence))
        if not tags:
            return []
        origin = guess_origin(folded.text, language)
        return [replace(tag, origin=origin) for tag in tags]

    def _read_sentence(self, sentence: _Sentence) -> Iterator[Tag]:
        cued = list(self._read_cues(sentence))
        tags = self._join(self._learned, cued, sentence) if self._learned else (tag for tag, _ in cued)
        return (_complete(tag, sentence) for tag in tags if tag.probability >= LEAST)

    def _join(self, learned: Learned, cued: list[tuple[Tag, float]], sentence: _Sentence) -> Iterator[Tag]:
        """The tags of the cues as the model judges them, and those that only the model finds.

        The model judges words; whether a firm is meant is known from elsewhere and lowers what it says too.
        """
        if not cued and not learned.finds:
            return
        judged = learned.judge(sentence.written, {tag.type: tag.probability / weight for tag, weight in cued})
        for tag, weight in cued:
            found = judged.pop(tag.type, None)
            yield _judged_tag(tag, found, weight) if found else tag
        padded = sentence.folded + " "
        subject = _find_subject(sentence) if judged and learned.finds else None
        for code, found in judged.items():
            spec = self._specs.get(code)
            if spec and subject and not any(p.search(padded) for p in self._unless[code]):
                probability = round(found.probability * subject.factor * sentence.factor, 4)
                yield _found_tag(spec, replace(found, probability=probability), sentence, why=subject.reason)

    def _read_cues(self, sentence: _Sentence) -> Iterator[tuple[Tag, float]]:
        """The tags of the cues, each with how far its probability was lowered because of whom and where it is about."""
        by_type = _by_type(self._index.find(sentence.folded, sentence.reading.language))
        padded = sentence.folded + " "
        left = {code: hits for code, hits in by_type.items() if not any(p.search(padded) for p in self._unless[code])}
        if not left:
            return
        subject = _find_subject(sentence)
        for code, hits in left.items():
            weight = sentence.factor * subject.factor
            probability = round(combine(hits) * weight, 4)
            yield _make_tag(self._specs[code], hits, sentence, probability=probability, why=subject.reason), weight


def build_tagger(specs: Mapping[str, SignalSpec]) -> Tagger:
    """Compile the signal types into a tagger; ValueError names the type and the pattern that cannot be read."""
    return Tagger(specs, compile_cues(specs))


def check_types(specs: Mapping[str, SignalSpec]) -> list[TypeFault]:
    """Every pattern that cannot be read, and every example that the type's own cues judge differently."""
    faults = [fault for code, spec in specs.items() for fault in _check_patterns(code, spec)]
    if faults:
        return faults
    tagger = build_tagger(specs)
    return [fault for code, spec in specs.items() for fault in _check_examples(tagger, code, spec)]


def combine(hits: Iterable[CueHit]) -> float:
    """Noisy-or of the cues of one type in one sentence, at most .97."""
    doubt = 1.0
    for hit in hits:
        doubt *= 1 - hit.cue.p
    return min(SUREST, 1 - doubt)


def guess_origin(folded: str, language: str = "tr") -> Origin:
    """Who speaks in a folded text: a customer, the firm itself …; "independent" where nothing says so."""
    padded = folded + " "
    patterns = _origin_patterns(language)
    return next((o for o in ORIGINS if any(p.search(padded) for p in patterns.get(o, ()))), "independent")


def _by_type(hits: Iterable[CueHit]) -> dict[str, list[CueHit]]:
    """Hits by type, surest first; of hits that share words only the surest counts: they are one piece of evidence."""
    by_type: dict[str, list[CueHit]] = {}
    for hit in sorted(hits, key=lambda hit: (-hit.cue.p, hit.start)):
        kept = by_type.setdefault(hit.type, [])
        if all(hit.end <= other.start or hit.start >= other.end for other in kept):
            kept.append(hit)
    return by_type


def _make_tag(spec: SignalSpec, hits: list[CueHit], sentence: _Sentence, *, probability: float, why: str) -> Tag:
    first = hits[0]
    start, end = sentence.span(first)
    words = ", ".join(f"“{sentence.surface(hit)}”" for hit in hits)
    return Tag(
        type=spec.code,
        side=spec.side,
        probability=probability,
        accepted=probability >= spec.threshold,
        status=read_status(sentence.folded, (first.start, first.end), sentence.reading.language, ending=first.ending),
        origin="independent",
        start=start,
        end=end,
        reason=f"{words}; {why}" if why else words,
    )


def _judged_tag(tag: Tag, judged: Judged, weight: float) -> Tag:
    reason = f"{tag.reason}; {judged.reason}" if judged.reason else tag.reason
    probability = round(judged.probability * weight, 4)
    if not tag.accepted and tag.probability >= judged.threshold * weight:  # words do not say that a firm is meant
        probability = min(probability, tag.probability)
    return replace(tag, probability=probability, accepted=probability >= judged.threshold, reason=reason)


def _found_tag(spec: SignalSpec, judged: Judged, sentence: _Sentence, *, why: str) -> Tag:
    """A tag without a cue: its evidence is the sentence."""
    end = len(sentence.folded)
    return Tag(
        type=spec.code,
        side=spec.side,
        probability=judged.probability,
        accepted=judged.probability >= judged.threshold,
        status=read_status(sentence.folded, (0, end), sentence.reading.language),
        origin="independent",
        start=sentence.start,
        end=sentence.end,
        reason="; ".join(part for part in (judged.reason, why) if part),
    )


def _complete(tag: Tag, sentence: _Sentence) -> Tag:
    """The tag with what its sentence states, and lowered where the client does it to another."""
    reading = sentence.reading
    written = reading.text[sentence.start : sentence.end]
    client = None
    if reading.about and sentence.start <= reading.about[0] and reading.about[1] <= sentence.end:
        start, end = (place - sentence.start for place in reading.about)
        client = written[start:end]
        if does_it_itself(tag.type, written, (start, end), reading.language):
            reason = f"{tag.reason}; {client} does it to another"
            return replace(tag, probability=round(tag.probability * ACTOR, 4), accepted=False, reason=reason)
    return replace(tag, facts=read_stated(written, language=reading.language, client=client)) if tag.accepted else tag


def _read_sentences(reading: _Reading) -> list[_Sentence]:
    return [_cut_sentence(reading, start, end) for start, end in split_sentences(reading.text, reading.language)]


def _cut_sentence(reading: _Reading, start: int, end: int) -> _Sentence:
    a, b = np.searchsorted(reading.folded.starts[:-1], (start, end)).tolist()
    raw = reading.folded.text[a:b]
    factor = 1.0 if start < SHORT else BODY_FACTOR
    return _Sentence(reading, start, end, raw.strip(), a + len(raw) - len(raw.lstrip()), factor)


def _sentences_about(sentences: list[_Sentence], text: str, about: tuple[int, int]) -> list[_Sentence]:
    if len(text) <= SHORT:
        return sentences
    name = fold_key(text[about[0] : about[1]])
    title_end = text.find("\n")
    return [
        s
        for s in sentences
        if (s.start < about[1] and s.end > about[0]) or (s.end <= title_end and name and name in s.folded)
    ]


def _find_subject(sentence: _Sentence) -> Subject:
    """Who the sentence is about; in a short text the other sentences may say it."""
    text = sentence.reading.text
    if sentence.reading.about:
        return Subject(1.0, "")
    subject = judge_subject(text[sentence.start : sentence.end])
    if subject.factor >= UNNAMED or len(text) > SHORT:
        return subject
    whole = judge_subject(text)
    return Subject(whole.factor * ELSEWHERE, whole.reason) if whole.factor * ELSEWHERE > subject.factor else subject


def _best_by_type(tags: Iterable[Tag]) -> list[Tag]:
    best: dict[str, Tag] = {}
    for tag in tags:
        if tag.type not in best or tag.probability > best[tag.type].probability:
            best[tag.type] = tag
    return sorted(best.values(), key=lambda tag: (-tag.probability, tag.type))


def _check_patterns(code: str, spec: SignalSpec) -> Iterator[TypeFault]:
    places = [(f"unless.{n}", pattern) for n, pattern in enumerate(spec.unless)]
    for n, cue in enumerate(spec.cues):
        places.append((f"cues.{n}.pattern", cue.pattern))
        places += [(f"cues.{n}.{key}.{m}", p) for key in ("near", "unless") for m, p in enumerate(getattr(cue, key))]
    for key, pattern in places:
        try:
            compile_pattern(pattern)
        except ValueError as error:
            yield TypeFault(code, key, str(error))


def _check_examples(tagger: Tagger, code: str, spec: SignalSpec) -> Iterator[TypeFault]:
    if spec.examples is None:
        return
    for language in ("tr", "en"):
        pair = getattr(spec.examples, language)
        for kind, wanted in (("holds", True), ("fails", False)):
            for n, text in enumerate(getattr(pair, kind)):
                tag = next((t for t in tagger.read(text, language=language) if t.type == code), None)
                if (tag is not None and tag.accepted) != wanted:
                    found = f"{tag.probability:.2f} from {tag.reason}" if tag else "no cue"
                    problem = f"{'not tagged' if wanted else 'tagged'} ({found}), threshold {spec.threshold}: {text!r}"
                    yield TypeFault(code, f"examples.{language}.{kind}.{n}", problem)


@cache
def _origin_patterns(language: str) -> Mapping[Origin, tuple[re.Pattern[str], ...]]:
    words: dict[Origin, list[str]] = read_lookup("origin").get(language, {})
    return {origin: tuple(compile_pattern(p) for p in patterns) for origin, patterns in words.items()}
