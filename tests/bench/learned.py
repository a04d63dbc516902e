"""The learned tagger: how well it learns from few texts beside spaCy's TextCatBOW, what a label is worth, calibration.

    .venv/bin/python tests/bench/learned.py [curve] [labels] [headlines]

curve: macro-F1 at 8, 32 and 128 texts a class, the same texts for both. labels: micro F1 of cues and model on one half
of tests/quality/tags/dev.jsonl as labels of the other half come in. headlines: the day without labels. What needs the
real data (../shared) says so where it is absent. No text is printed.
"""

import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from oncu.classifiers.learned.evaluate import Gold, Judgement, brier, count_all, macro_f1, micro, reliability
from oncu.classifiers.learned.model import Learned
from oncu.classifiers.learned.train import (
    Example,
    _fit_heads,
    _vectorize,
    examples_of_noise,
    examples_of_types,
    train,
    truth_table,
)
from oncu.classifiers.tags.tagger import Tagger, build_tagger
from oncu.config.load import load_signal_types
from oncu.config.noise_classes import load_noise_classes

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
TAGS = ROOT / "tests" / "quality" / "tags"
SIZES = (8, 32, 128)
SEEDS = (1, 2, 3)
Texts = Mapping[str, list[str]]


def load_rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def texts_by_class() -> dict[str, Texts]:
    """The sets the curve is drawn on: texts by class."""
    sets = {"noise classes (ours, tr)": {c: list(s.examples.tr.holds) for c, s in load_noise_classes().items()}}
    if SHARED.is_dir():
        topics: dict[str, list[str]] = {}
        for row in load_rows(SHARED / "tr/news/articles_500.jsonl"):
            topics.setdefault(row["category"], []).append(f"{row['title']} {row['summary']}")
        feelings: dict[str, list[str]] = {}
        for row in load_rows(SHARED / "tr/complaints/social_sentiment.jsonl"):
            feelings.setdefault(str(row["sentiment"]), []).append(row["text"])
        sets |= {"topics of news": topics, "sentiment of posts": feelings}
    else:
        print("../shared is not here: topics and sentiment left out")
    return sets


def split(texts: Texts, size: int, seed: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """`size` texts a class to train on, at most 200 a class of the others to test on."""
    dice, trained, tested = random.Random(seed), [], []
    for name, given in sorted(texts.items()):
        mixed = dice.sample(given, len(given))
        trained += [(text, name) for text in mixed[:size]]
        tested += [(text, name) for text in mixed[size : size + 200]]
    return trained, tested


def score(tested: Sequence[tuple[str, str]], guessed: Sequence[str]) -> float:
    gold = [Gold(str(n), "", frozenset([name])) for n, (_, name) in enumerate(tested)]
    found = [Judgement(frozenset([name]), {}) for name in guessed]
    return macro_f1(count_all(gold, found, sorted({name for _, name in tested}))) or 0.0


def ours(trained: Sequence[tuple[str, str]], tested: Sequence[tuple[str, str]]) -> float:
    names = sorted({name for _, name in trained})
    words, pieces, rows = _vectorize([text for text, _ in trained])
    truth = np.array([[float(name == own) for name in names] for _, own in trained])
    weights, bias = _fit_heads(rows, truth, np.ones(len(trained)))
    none = np.zeros((len(names), 3))
    model = Learned(words, pieces, tuple(names), (), weights.astype(np.float32), bias, none, np.full(len(names), 0.5))
    return score(tested, [names[int(model.logits(text).argmax())] for text, _ in tested])


def textcat_bow(trained: Sequence[tuple[str, str]], tested: Sequence[tuple[str, str]], seed: int) -> float:
    import spacy
    from spacy.training import Example as Row
    from spacy.util import fix_random_seed

    fix_random_seed(seed)
    nlp = spacy.blank("tr")
    names = sorted({name for _, name in trained})
    bow = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": 2,
        "no_output_layer": False,
    }
    pipe = nlp.add_pipe("textcat", config={"model": bow})
    rows = [
        Row.from_dict(nlp.make_doc(text), {"cats": {name: float(name == own) for name in names}})
        for text, own in trained
    ]
    for name in names:
        pipe.add_label(name)
    optimizer = nlp.initialize(lambda: rows)
    for _ in range(20):
        random.Random(seed).shuffle(rows)
        for start in range(0, len(rows), 8):
            nlp.update(rows[start : start + 8], sgd=optimizer)
    found = [doc.cats for doc in nlp.pipe(text for text, _ in tested)]
    return score(tested, [max(cats, key=cats.get) for cats in found])


def curve() -> None:
    print(f"{'macro-F1':<28}{'a class':>8}{'ours':>8}{'TextCatBOW':>12}{'more':>8}")
    for name, texts in texts_by_class().items():
        for size in SIZES:
            if min(map(len, texts.values())) < size * 1.25:
                continue
            pairs = []
            for seed in SEEDS:
                trained, tested = split(texts, size, seed)
                pairs.append((ours(trained, tested), textcat_bow(trained, tested, seed)))
            own, peer = (sorted(scores)[len(scores) // 2] for scores in zip(*pairs, strict=True))
            print(f"{name:<28}{size:>8}{own:>8.3f}{peer:>12.3f}{own - peer:>+8.3f}", flush=True)


def examples_with_cues(examples: Sequence[Example], tagger: Tagger) -> list[Example]:
    return [
        replace(e, cues={t.type: t.probability for t in tagger.read(e.text, language=e.language)}) for e in examples
    ]


def judge_row(tagger: Tagger, row: dict) -> Judgement:
    tags = tagger.read(row["text"], language=row.get("language", "tr"))
    return Judgement(frozenset(t.type for t in tags if t.accepted), {t.type: t.probability for t in tags})


def gold_row(row: dict) -> Gold:
    holds = frozenset([row["type"]]) if row["holds"] else frozenset()
    return Gold(row["id"], row["text"], holds, frozenset([row["type"]]))


def labels() -> None:
    """One half of the set is asked for labels, the other half measures; the halves are drawn thrice."""
    types = {code: spec for code, spec in load_signal_types().items() if not spec.derived}
    noise, tagger = load_noise_classes(), build_tagger(types)
    base = examples_with_cues([*examples_of_types(types), *examples_of_noise(noise)], tagger)
    rows = load_rows(TAGS / "dev.jsonl")
    sizes = (0, 60, 230)
    found: dict[int, list[tuple[float, float]]] = {size: [] for size in (-1, *sizes)}
    for seed in SEEDS:
        mixed = random.Random(seed).sample(rows, len(rows))
        asked, held = mixed[:230], mixed[230:]
        gold = [gold_row(row) for row in held]
        for size in (-1, *sizes):
            given = [
                Example(row["text"], row["language"], gold_row(row).holds, frozenset([row["type"]]), None, 3.0, "label")
                for row in asked[: max(size, 0)]
            ]
            model = None if size < 0 else train([*base, *examples_with_cues(given, tagger)], types, noise).learned
            judged = [judge_row(tagger.joined(model), row) for row in held]
            said = np.array([j.probability.get(row["type"], 0.0) for j, row in zip(judged, held, strict=True)])
            truth = np.array([float(row["holds"]) for row in held])
            f1 = micro(count_all(gold, judged, sorted(types))).f1 or 0.0
            found[size].append((f1, brier(said, truth)))
    print(f"{'labels':>8}{'micro F1':>10}{'Brier':>8}   (medians of {len(SEEDS)} draws, 230 texts each)")
    for size, scores in found.items():
        f1, loss = (sorted(values)[len(values) // 2] for values in zip(*scores, strict=True))
        print(f"{'cues' if size < 0 else size:>8}{f1:>10.3f}{loss:>8.3f}")


def headlines() -> None:
    """The day without labels: cues alone and joined, and the calibration of texts held out of the training."""
    types = {code: spec for code, spec in load_signal_types().items() if not spec.derived}
    noise, tagger = load_noise_classes(), build_tagger(types)
    examples = examples_with_cues([*examples_of_types(types), *examples_of_noise(noise)], tagger)
    made = train(examples, types, noise)
    truth = truth_table(examples, made.learned)
    known = ~np.isnan(truth)
    for name, logits in (("before", made.before), ("after", made.logits)):
        said = 1 / (1 + np.exp(-np.clip(logits[known], -30, 30)))
        print(f"Brier {name} calibration {brier(said, truth[known]):.4f}; low end, said, true, n:")
        print("  " + "  ".join(f"{a:.2f} {b:.3f} {c:.3f} {n}" for a, b, c, n in reliability(said, truth[known])))
    for n, rule in enumerate(made.learned.noise, len(made.learned.types)):
        print_head(rule.code, made.logits[:, n], truth[:, n])
    if not SHARED.is_dir():
        print("../shared is not here: headlines left out")
        return
    rows = load_rows(SHARED / "tr/gold/headlines_dev.jsonl")
    for name, model in (("cues", None), ("joined", made.learned)):
        right = wrong = missed = 0
        for row in rows:
            accepted = judge_row(tagger.joined(model), row).accepted
            both = {event["type"] for event in row["events"] if event["agreed"]}
            right += len(accepted & both)
            wrong += len(accepted - {event["type"] for event in row["events"]})
            missed += len(both - accepted)
        print(f"headlines, {name}: P {right / (right + wrong):.3f} R {right / (right + missed):.3f}", end=" ")
        print(f"F1 {2 * right / (2 * right + wrong + missed):.3f}")


def print_head(code: str, logits: np.ndarray, truth: np.ndarray) -> None:
    """A noise class on texts held out of it, at probability one half."""
    known = ~np.isnan(truth)
    found, true = logits[known] > 0, truth[known] > 0
    right = int((found & true).sum())
    print(f"  {code:<18} n={int(true.sum())} P {right / max(1, found.sum()):.2f} R {right / true.sum():.2f}")


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ("headlines", "curve", "labels"):
        {"headlines": headlines, "curve": curve, "labels": labels}[wanted]()
