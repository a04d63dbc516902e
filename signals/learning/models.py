"""Train the learned tagger, and compare it with the one that reads."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from oncu.classifiers.learned.embeddings import Embedder, Kind, open_embedder
from oncu.classifiers.learned.evaluate import (
    Change,
    Comparison,
    Counts,
    Difference,
    Gold,
    Judgement,
    Objection,
    auc,
    brier,
    compare,
    count_all,
    macro_f1,
    micro,
    reliability,
)
from oncu.classifiers.learned.files import ModelError, load_model, save_model
from oncu.classifiers.learned.model import Learned
from oncu.classifiers.learned.train import HeldOut, train, truth_table
from oncu.classifiers.tags.tagger import Tagger, build_tagger
from oncu.config.noise_classes import NoiseSpec
from oncu.config.problems import Problem
from oncu.config.specs import SignalSpec, SourceSpec
from oncu.storage.audit import write_audit
from oncu.storage.database import Database
from oncu.storage.keys import key_id
from oncu.storage.runs import Issue, save_issues
from oncu.storage.trained import (
    CUES_ALONE,
    TrainedModel,
    active_model,
    load_trained,
    save_match,
    save_trained,
)

from .corpus import Corpus, JudgedPassage, gather, judge, judged_passages, set_of
from .model_files import file_of, name_file

LIBRARIES = ("scikit-learn", "skops")
READER = "run"  # who refuses a model, in the trail


@dataclass(frozen=True)
class Course:
    """What a training works with: the types that are read, the noise classes, the sources, perhaps sentence vectors."""

    types: Mapping[str, SignalSpec]
    noise: Mapping[str, NoiseSpec]
    sources: Mapping[str, SourceSpec]
    embeddings: Kind | None = None

    @property
    def tagger(self) -> Tagger:
        """The tagger of the cues alone."""
        return build_tagger(self.types)


@dataclass(frozen=True)
class Match:
    """A new model against the old one, on what never trains and on what is newest."""

    old: str
    new: str
    frozen: Comparison
    newest: Comparison

    @property
    def newly_worse(self) -> tuple[Objection, ...]:
        """Where the new one is worse in the newest month."""
        return tuple(reason for reason in self.newest.reasons if reason.kind == "worse")

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the new one may not be promoted: what the frozen set says, and where it is worse in the newest month."""
        return (*map(str, self.frozen.reasons), *(f"newest month: {reason}" for reason in self.newly_worse))


def train_model(database: Database, course: Course, folder: Path, by: str, now: datetime) -> TrainedModel:
    """Train on everything there is, write the model and its report beside it, and register it.

    The same inputs give the same model, which is registered once. Raises ModelError, EmbeddingsError, StorageError.
    """
    embedder = open_embedder(course.embeddings) if course.embeddings else None
    tagger = course.tagger
    corpus = gather(database, course.types, course.noise, course.sources, tagger, now)
    inputs = {**corpus.inputs, **_vectors(embedder)}
    name = key_id("model", json.dumps(inputs, sort_keys=True), _library())[:12]
    with database.read() as connection:
        known = next((model for model in load_trained(connection) if model.id == name), None)
    if known and file_of(database, known).is_file():
        return known
    made = train(corpus.examples, course.types, course.noise, embedder=embedder)
    path = folder.resolve() / f"{name}.skops"
    sha256 = save_model(made.learned, path)
    report = json.loads(json.dumps(_report(corpus, made, course, tagger)))
    path.with_suffix(".json").write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    model = TrainedModel(name, name_file(database, path), sha256, _library(), inputs, report, by, now)
    with database.write() as connection:
        save_trained(connection, model)
    return model


def open_model(database: Database, model: TrainedModel) -> Learned:
    """A registered model, checked. Raises ModelError where its file or the library that made it is another."""
    if model.library != _library():
        raise ModelError(f"model {model.id}: made with {model.library}, here is {_library()}; train again: oncu train")
    return load_model(file_of(database, model), model.sha256)


def reading_model(database: Database, now: datetime) -> tuple[Learned | None, str]:
    """The model that reads now with its id; none and "" for the cues alone.

    A model that cannot be used is an issue that a person sees, and a line of the trail (each reason once), and the cues
    read alone: listening goes on.
    """
    with database.read() as connection:
        model = active_model(connection)
    if model is None:
        return None, ""
    try:
        return open_model(database, model), model.id
    except ModelError as error:
        with database.write() as connection:
            if save_issues(connection, [Issue("model", model.id, str(error))], now, run_id=None, source=None):
                write_audit(connection, READER, "model.refuse", model.id, now, reason=str(error))
        return None, ""


def said_by_cues(course: Course, text: str) -> dict[str, float]:
    """What the cues alone give a text: probabilities by type."""
    return {tag.type: tag.probability for tag in course.tagger.read(text)}


def find_model(database: Database, name: str) -> TrainedModel:
    """A model by its id or the beginning of it; "newest" is the last trained, "active" the one that reads.

    Raises Problem.
    """
    with database.read() as connection:
        known, active = load_trained(connection), active_model(connection)
    if name == "active" and active:
        return active
    found = known[:1] if name == "newest" else [model for model in known if model.id.startswith(name)]
    if len(found) != 1:
        what = "several models begin so" if found else "there is no such model"
        raise Problem(f"model {name!r}: {what}; oncu models list shows them")
    return found[0]


def match_models(
    database: Database, course: Course, new: TrainedModel, old: TrainedModel | None, now: datetime
) -> Match:
    """Compare two models, or one with the cues alone, where people have judged and neither was trained; kept for the
    pages."""
    judged = judged_passages(database)
    before, after = (open_model(database, model) if model else None for model in (old, new))
    taggers, codes = (course.tagger.joined(before), course.tagger.joined(after)), sorted(course.types)
    parts = ([one for one in judged if set_of(one.passage, now) == name] for name in ("frozen", "newest"))
    frozen, newest = (_compare(part, taggers, codes) for part in parts)
    match = Match(old.id if old else CUES_ALONE, new.id, frozen, newest)
    with database.write() as connection:
        save_match(connection, new.id, old.id if old else None, match_content(match), now)
    return match


def match_content(match: Match) -> dict[str, Any]:
    """A comparison as plain values; of the texts on which the two differ only the mentions are in it."""
    content: dict[str, Any] = json.loads(json.dumps(asdict(match)))
    for part in ("frozen", "newest"):
        for change in content[part]["changes"]:
            change["text"] = ""
    return content


def match_of(content: Mapping[str, Any]) -> Match:
    """The comparison that `match_content` gave."""
    return Match(content["old"], content["new"], _comparison(content["frozen"]), _comparison(content["newest"]))


def _comparison(content: Mapping[str, Any]) -> Comparison:
    told: dict[str, Any] = {
        "main": Difference(**content["main"]),
        "types": {code: Difference(**found) for code, found in content["types"].items()},
        "changes": tuple(Change(**change) for change in content["changes"]),
        "reasons": tuple(Objection(one["kind"], Difference(**one["by"]), one["type"]) for one in content["reasons"]),
    }
    return Comparison(**{**content, **told})


def _compare(judged: Sequence[JudgedPassage], taggers: tuple[Tagger, Tagger], codes: Sequence[str]) -> Comparison:
    passages, gold = [j.passage for j in judged], [j.gold for j in judged]
    old, new = (judge(passages, tagger) for tagger in taggers)
    return compare(gold, old, new, codes)


def _vectors(embedder: Embedder | None) -> dict[str, Mapping[str, object]]:
    """The sentence vectors among the inputs of a training; n is their length."""
    if embedder is None:
        return {}
    return {f"embeddings {embedder.kind}": {"n": embedder.size, "sha256": embedder.sha256}}


def _library() -> str:
    return ", ".join(f"{name} {version(name)}" for name in LIBRARIES)


def _report(corpus: Corpus, made: HeldOut, course: Course, tagger: Tagger) -> dict[str, Any]:
    """What is kept beside a model: how each head does on texts held out of it, and the whole on the frozen set."""
    learned = made.learned
    truth = truth_table(corpus.examples, learned)
    said, before = (1 / (1 + np.exp(-np.clip(x, -30, 30))) for x in (made.logits, made.before))
    heads = (*learned.types, *(rule.code for rule in learned.noise))
    rows = {head: _head(said[:, n], before[:, n], truth[:, n]) for n, head in enumerate(heads)}
    for n, code in enumerate(learned.types):
        rows[code] |= {
            "threshold": float(learned.thresholds[n]),
            "joined": [round(float(x), 3) for x in learned.stack[n]],
        }
    known = ~np.isnan(truth)
    gold, passages = [j.gold for j in corpus.frozen], [j.passage for j in corpus.frozen]
    return {
        "types": {code: rows[code] for code in learned.types},
        "noise": {rule.code: rows[rule.code] for rule in learned.noise},
        "brier": {"before": brier(before[known], truth[known]), "after": brier(said[known], truth[known])},
        "reliability": {
            "before": reliability(before[known], truth[known]),
            "after": reliability(said[known], truth[known]),
        },
        "frozen": {
            "cues": _scores(gold, judge(passages, tagger), learned.types),
            "joined": _scores(gold, judge(passages, tagger.joined(learned)), learned.types),
        },
        "left to the cues": sorted(set(course.types) - set(learned.types)),
    }


def _head(said: Any, before: Any, truth: Any) -> dict[str, Any]:
    known = ~np.isnan(truth)
    p, y = said[known], truth[known]
    counts = Counts(int(((p >= 0.5) * y).sum()), int(((p >= 0.5) * (1 - y)).sum()), int(((p < 0.5) * y).sum()))
    return {
        "positives": int(y.sum()),
        "texts": len(y),
        "precision": counts.precision,
        "recall": counts.recall,
        "auc": auc(p, y),
        "brier": {"before": brier(before[known], y), "after": brier(p, y)},
    }


def _scores(gold: Sequence[Gold], found: Sequence[Judgement], types: Sequence[str]) -> dict[str, Any]:
    counts = count_all(gold, found, types)
    every = micro(counts)
    return {
        "texts": len(gold),
        "precision": every.precision,
        "recall": every.recall,
        "micro_f1": every.f1,
        "macro_f1": macro_f1(counts),
    }
