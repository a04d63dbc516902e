"""What the learned tagger is trained on and compared on: our examples, registries, and what people said.

A fifth of the stories is frozen: whatever is labelled in them only ever measures. Of the newest month, half measures
too. Which half a story is in follows from its key, so it is the same in every training.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from oncu.classifiers.learned.evaluate import Gold, Judgement
from oncu.classifiers.learned.labels import Answer, settle
from oncu.classifiers.learned.train import NO_NOISE, Example, examples_of_noise, examples_of_types
from oncu.classifiers.sentences import split_sentences
from oncu.classifiers.tags.tagger import Tagger
from oncu.config.noise_classes import NoiseSpec
from oncu.config.specs import SignalSpec, SourceSpec
from oncu.storage.database import Database
from oncu.storage.keys import key_id
from oncu.storage.labels import Label, load_decisions, load_labels
from oncu.storage.passages import Passage, passages_of, registry_texts

NEWEST = timedelta(days=30)
SHORT = 400  # code points; the tagger reads a text up to here whole
PER_REGISTRY = 100
WEIGHTS = {"label": 3.0, "decision": 2.0, "registry": 0.3}

Set = Literal["train", "frozen", "newest"]


@dataclass(frozen=True)
class JudgedPassage:
    """A passage with what is true of it, as people settled it."""

    passage: Passage
    answer: Answer
    asked: frozenset[str] | None
    origin: str

    @property
    def gold(self) -> Gold:
        """As `oncu.classifiers.learned.evaluate` wants it."""
        return Gold(self.passage.mention_id, told_in(self.passage), self.answer.holds, self.asked)


@dataclass(frozen=True)
class Corpus:
    """Examples to train on, and judged passages that only measure; `inputs` names each part with its n and digest."""

    examples: Sequence[Example]
    frozen: Sequence[JudgedPassage]
    newest: Sequence[JudgedPassage]
    inputs: Mapping[str, Mapping[str, object]]


def gather(
    database: Database,
    types: Mapping[str, SignalSpec],
    noise: Mapping[str, NoiseSpec],
    sources: Mapping[str, SourceSpec],
    tagger: Tagger,
    now: datetime,
) -> Corpus:
    """Everything there is to learn from at a moment; `tagger` is that of the cues alone."""
    judged = judged_passages(database)
    sets = {name: [j for j in judged if set_of(j.passage, now) == name] for name in ("train", "frozen", "newest")}
    parts = {
        "examples of types": examples_of_types(types),
        "examples of noise": examples_of_noise(noise),
        "registries": _registries(database, types, sources),
        "labels": [_example(j) for j in sets["train"] if j.origin == "label"],
        "decisions": [_example(j) for j in sets["train"] if j.origin == "decision"],
    }
    spans = {j.passage.mention_id: j.passage for j in sets["train"]}
    examples = [_with_cues(e, tagger, spans) for name in parts for e in parts[name]]
    end = 0
    inputs: dict[str, Mapping[str, object]] = {}
    for name, part in parts.items():
        inputs[name] = {"n": len(part), "sha256": _digest(map(_row, examples[end : end + len(part)]))}
        end += len(part)
    inputs["thresholds"] = {"n": len(types) + len(noise), "sha256": _digest(_thresholds(types, noise))}
    return Corpus(examples, sets["frozen"], sets["newest"], inputs)


def judged_passages(database: Database) -> list[JudgedPassage]:
    """What people said of mentions whose text is still there: settled answers to the whole, and decisions on one
    type."""
    with database.read() as connection:
        labels, decisions = load_labels(connection), load_decisions(connection)
        passages = passages_of(connection, {label.mention_id for label in (*labels, *decisions)})
    by_mention: dict[str, list[Label]] = {}
    for label in labels:
        by_mention.setdefault(label.mention_id, []).append(label)
    settled = ((item, settle(map(answer_of, given))) for item, given in by_mention.items())
    found = [JudgedPassage(passages[i], a, None, "label") for i, a in settled if a and i in passages]
    for label in decisions:
        if label.mention_id in passages and label.mention_id not in by_mention:
            asked = frozenset(label.asked or ())
            found.append(JudgedPassage(passages[label.mention_id], answer_of(label), asked, "decision"))
    return sorted(found, key=lambda j: (j.passage.mention_id, sorted(j.asked or ())))


def answer_of(label: Label) -> Answer:
    """A stored label as an answer."""
    return Answer(frozenset(label.holds), label.noise, label.is_unsure)


def set_of(passage: Passage, now: datetime) -> Set:
    """Whether what is known of a passage trains or measures."""
    drawn = int(key_id("frozen", passage.story_id), 16) % 10
    if drawn < 2:
        return "frozen"
    return "newest" if drawn < 6 and passage.first_seen_at > now - NEWEST else "train"


def told_in(passage: Passage) -> str:
    """The words a passage is judged by: a short text whole, else the sentences that name the client."""
    text = passage.reading
    if len(text) <= SHORT:
        return text
    cuts = split_sentences(text, passage.language)
    return " ".join(text[a:b] for a, b in cuts if a < passage.end and b > passage.start) or text[:SHORT]


def judge(passages: Iterable[Passage], tagger: Tagger) -> list[Judgement]:
    """What a tagger says of the clients of passages."""
    return [_judgement(passage, tagger) for passage in passages]


def _judgement(passage: Passage, tagger: Tagger) -> Judgement:
    tags = tagger.read(passage.reading, language=passage.language, about=(passage.start, passage.end))
    return Judgement(frozenset(t.type for t in tags if t.accepted), {t.type: t.probability for t in tags})


def _example(judged: JudgedPassage) -> Example:
    return Example(
        text=told_in(judged.passage),
        language=judged.passage.language,
        holds=judged.answer.holds,
        asked=judged.asked,
        noise=judged.answer.noise or (NO_NOISE if judged.answer.holds else None),
        weight=WEIGHTS[judged.origin],
        origin=judged.origin,
        key=judged.passage.mention_id,
    )


def _registries(
    database: Database, types: Mapping[str, SignalSpec], sources: Mapping[str, SourceSpec]
) -> list[Example]:
    """Rows of registries, each of the type its registry is of; weak, since a register has its own way of writing."""
    found = []
    with database.read() as connection:
        for name, source in sources.items():
            if source.provenance is None or source.provenance.type not in types:
                continue
            held = frozenset([source.provenance.type])
            for document, language, text in registry_texts(connection, name, limit=PER_REGISTRY):
                weight = WEIGHTS["registry"]
                found.append(Example(text[:SHORT], language, held, held, None, weight, "registry", document))
    return found


def _with_cues(example: Example, tagger: Tagger, spans: Mapping[str, Passage]) -> Example:
    passage = spans.get(example.key)
    if passage is not None:
        return replace(example, cues=_judgement(passage, tagger).probability)
    tags = tagger.read(example.text, language=example.language)
    return replace(example, cues={tag.type: tag.probability for tag in tags})


def _row(example: Example) -> object:
    cues = sorted((example.cues or {}).items())
    known = sorted(example.holds), sorted(example.asked or ()), example.noise
    return example.text, example.language, known, example.weight, cues


def _thresholds(types: Mapping[str, SignalSpec], noise: Mapping[str, NoiseSpec]) -> list[object]:
    given: list[object] = [(code, spec.threshold) for code, spec in types.items()]
    return given + [(code, spec.threshold, spec.keeps, spec.spares) for code, spec in noise.items()]


def _digest(rows: Iterable[object]) -> str:
    return hashlib.sha256(json.dumps(list(rows), ensure_ascii=False).encode()).hexdigest()
