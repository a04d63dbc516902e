"""The learned tagger: how well it learns from few texts beside spaCy's TextCatBOW, what a label is worth, calibration.

    .venv/bin/python tests/bench/learned.py [curve] [labels] [headlines]

curve: macro-F1 at 8, 32 and 128 texts a class, the same texts for both. labels: micro F1 of cues and model as labels
come in, by cross-validation. headlines: the day without labels, and calibration before and after. What needs the real
data (../shared) says so where it is absent. No text is printed.
"""

import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
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
TURNS = 3
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


def judge_text(tagger: Tagger, example: Example) -> Judgement:
    tags = tagger.read(example.text, language=example.language)
    return Judgement(frozenset(t.type for t in tags if t.accepted), {t.type: t.probability for t in tags})


def gold_row(row: dict) -> Gold:
    holds = frozenset([row["type"]]) if row["holds"] else frozenset()
    return Gold(row["id"], row["text"], holds, frozenset([row["type"]]))


def labels() -> None:
    """What labels are worth: where no cue was written for the texts (hard set), and where cues were (headlines).

    Each set is cut in three; two thirds are asked for labels, the third measures, in turns.
    """
    types = {code: spec for code, spec in load_signal_types().items() if not spec.derived}
    hard = load_rows(TAGS / "judge.jsonl")
    print_worth(
        "hard set, half not looked at", types, [(label_row(row), gold_row(row)) for row in hard], (0, 60, 150, 300)
    )
    if not SHARED.is_dir():
        print("../shared is not here: headlines left out")
        return
    news = [headline_row(row) for row in load_rows(SHARED / "tr/gold/headlines_dev.jsonl")]
    print_worth("headlines, development half", types, news, (0, 100, 300, 980))


def label_row(row: dict) -> Example:
    """A row of the hard set as a person's answer to one type."""
    gold = gold_row(row)
    return Example(row["text"], row["language"], gold.holds, gold.asked, None, 3.0, "label")


def headline_row(row: dict) -> tuple[Example, Gold]:
    """A labelled headline as an answer, and as gold: types on which the two readers differ count neither way."""
    both = frozenset(event["type"] for event in row["events"] if event["agreed"])
    either = {event["type"] for event in row["events"]}
    known = frozenset(code for code in load_codes() if code in both or code not in either)
    return Example(row["text"], "tr", both, known, None, 3.0, "label"), Gold(row["id"], row["text"], both, known)


@cache
def load_codes() -> tuple[str, ...]:
    return tuple(sorted(code for code, spec in load_signal_types().items() if not spec.derived))


def print_worth(title: str, types: dict, rows: list[tuple[Example, Gold]], sizes: Sequence[int]) -> None:
    """Micro F1 and Brier of the cues and of the model after so many labels, over the three turns."""
    noise, tagger = load_noise_classes(), build_tagger(types)
    base = examples_with_cues([*examples_of_types(types), *examples_of_noise(noise)], tagger)
    given = examples_with_cues([example for example, _ in rows], tagger)
    order = random.Random(5).sample(range(len(rows)), len(rows))
    print(f"{title}: {len(rows)} texts\n{'labels':>8}{'P':>8}{'R':>8}{'micro F1':>10}{'Brier':>8}")
    for size in (-1, *sizes):
        gold, found = [], []
        for turn in range(TURNS):
            held = order[turn::TURNS]
            asked = [given[n] for n in order if n not in set(held)][: max(size, 0)]
            model = None if size < 0 else train([*base, *asked], types, noise).learned
            gold += [rows[n][1] for n in held]
            found += [judge_text(tagger.joined(model), rows[n][0]) for n in held]
        counts = micro(count_all(gold, found, sorted(types)))
        pairs = [(g, f, code) for g, f in zip(gold, found, strict=True) for code in g.asked or ()]
        said = np.array([f.probability.get(code, 0.0) for _, f, code in pairs])
        loss = brier(said, np.array([float(code in g.holds) for g, _, code in pairs]))
        name = "cues" if size < 0 else size
        print(f"{name:>8}{counts.precision:>8.3f}{counts.recall:>8.3f}{counts.f1:>10.3f}{loss:>8.4f}", flush=True)


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


if __name__ == "__main__":
    for wanted in sys.argv[1:] or ("headlines", "curve", "labels"):
        {"headlines": headlines, "curve": curve, "labels": labels}[wanted]()
