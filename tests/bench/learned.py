"""The learned tagger: how well it learns from few texts beside spaCy's TextCatBOW, what a label is worth, calibration.

    .venv/bin/python tests/bench/learned.py [curve] [labels] [headlines] [meaning]

curve: macro-F1 at 8, 32 and 128 texts a class, the same texts for both. labels: see `label_worth`. headlines: the day
without labels, and calibration before and after. What needs the real data (../shared) says so where it is absent. No
text is printed. meaning: the same with the extra `oncu[embeddings]`, only where it is asked for.
"""

import random
import sys
import time
from collections.abc import Mapping, Sequence

import numpy as np
from label_worth import SHARED, examples_with_cues, judge_text, load_rows, load_types, measure_labels

from oncu.classifiers.learned.embeddings import PACKAGES, Embedder, EmbeddingsError, open_embedder
from oncu.classifiers.learned.evaluate import Gold, Judgement, brier, count_all, macro_f1, reliability
from oncu.classifiers.learned.model import Learned
from oncu.classifiers.learned.stack import CUES_ALONE
from oncu.classifiers.learned.train import (
    Example,
    _fit_heads,
    _vectorize,
    examples_of_noise,
    examples_of_types,
    train,
    truth_table,
)
from oncu.classifiers.tags.tagger import build_tagger
from oncu.config.noise_classes import load_noise_classes

SIZES = (8, 32, 128)
SEEDS = (1, 2, 3)
Texts = Mapping[str, list[str]]


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


def ours(
    trained: Sequence[tuple[str, str]], tested: Sequence[tuple[str, str]], *, embedder: Embedder | None = None
) -> float:
    names = sorted({name for _, name in trained})
    words, pieces, rows = _vectorize([text for text, _ in trained])
    truth = np.array([[float(name == own) for name in names] for _, own in trained])
    weights, bias = _fit_heads(rows, truth, np.ones(len(trained)))
    none, half = np.zeros((len(names), len(CUES_ALONE))), np.full(len(names), 0.5)
    model = Learned(words, pieces, tuple(names), (), weights.astype(np.float32), bias, none, half, half)
    logits = np.array([model.logits(text) for text, _ in tested])
    if embedder:
        vectors = embedder.encode([text for text, _ in trained])
        meant, start = _fit_heads(vectors, truth, np.ones(len(trained)), embedder.strength)
        logits = (logits + embedder.encode([text for text, _ in tested]) @ meant + start) / 2
    return score(tested, [names[n] for n in logits.argmax(axis=1)])


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


def headlines() -> None:
    """The day without labels: cues alone and joined, and the calibration of texts held out of the training."""
    types = load_types()
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
            accepted = judge_text(tagger.joined(model), Example(row["text"])).accepted
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


def meaning() -> None:
    """Macro-F1 with and without sentence vectors on the same texts, and texts a second of computing."""
    print(f"{'macro-F1':<28}{'a class':>8}{'words':>8}" + "".join(f"{kind:>8}" for kind in PACKAGES))
    for name, texts in texts_by_class().items():
        for size in SIZES:
            if min(map(len, texts.values())) < size * 1.25:
                continue
            draws = [split(texts, size, seed) for seed in SEEDS]
            found = [[ours(*draw) for draw in draws]]
            found += [[ours(*draw, embedder=embedder) for draw in draws] for embedder in open_embedders()]
            middle = (sorted(scores)[len(scores) // 2] for scores in found)
            print(f"{name:<28}{size:>8}" + "".join(f"{f1:>8.3f}" for f1 in middle), flush=True)
    for embedder in open_embedders():
        given = [text for found in texts_by_class().values() for text in found[min(found)][:100]]
        start = time.process_time()
        embedder.encode(given)
        print(f"{embedder.kind}: {len(given) / (time.process_time() - start):.0f} texts a second of computing")


def open_embedders() -> list[Embedder]:
    """Those that are installed; the others are named."""
    found = []
    for kind in PACKAGES:
        try:
            found.append(open_embedder(kind))
        except EmbeddingsError as error:
            print(f"left out: {error}")
    return found


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ("headlines", "curve", "labels"):
        {"headlines": headlines, "curve": curve, "labels": measure_labels, "meaning": meaning}[wanted]()
