"""What labels are worth: micro F1, Brier and the types that get worse, of cues and model as labels come in.

Each set is cut in three; two thirds are asked for labels in a drawn order, the third measures, in turns. Nothing is
tuned by it: cues stay as they are. The sets differ in how well the cues know them: headlines on which cues were
written, the same with half of the cues left out, a hard half nobody looked at, and English news of others
(SENTiVENT, the half on which no cue was tuned).
"""

import json
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from oncu.classifiers.learned.evaluate import Comparison, Gold, Judgement, brier, compare, count_all, micro
from oncu.classifiers.learned.train import Example, examples_of_noise, examples_of_types, train
from oncu.classifiers.tags.tagger import Tagger, build_tagger
from oncu.config.load import load_signal_types
from oncu.config.noise_classes import load_noise_classes
from oncu.config.specs import SignalSpec

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
TAGS = ROOT / "tests" / "quality" / "tags"
TURNS = 3
WEIGHT = 3.0  # of a label, as in training

Row = tuple[Example, Gold]
Types = Mapping[str, SignalSpec]


@dataclass(frozen=True)
class LabelSet:
    """Labelled texts, the types whose cues read them, and how many labels are asked for."""

    title: str
    rows: Sequence[Row]
    types: Types
    sizes: Sequence[int]


def measure_labels() -> None:
    """Print what labels are worth on each set that is here."""
    if not SHARED.is_dir():
        print("../shared is not here: headlines and SENTiVENT left out")
    for labelled in label_sets():
        print_worth(labelled)


def label_sets() -> Iterator[LabelSet]:
    """The sets, ours first."""
    types = load_types()
    yield LabelSet("hard set, half not looked at", read_hard("judge"), types, (0, 60, 150, 300))
    if SHARED.is_dir():
        news = [headline_row(row) for row in load_rows(SHARED / "tr/gold/headlines_dev.jsonl")]
        sizes = (0, 100, 300, 980)
        yield LabelSet("headlines, development half", news, types, sizes)
        yield LabelSet("the same, half of the cues left out", news, halve_cues(types), sizes)
        yield LabelSet("SENTiVENT, half without tuning", read_sentivent(), types, (0, 250, 1000, 2000))


def print_worth(labelled: LabelSet) -> None:
    """One line a size: labels, texts that hold a type as mean over types, P, R, F1, Brier, types worse than the cues
    beyond their interval."""
    types = labelled.types
    noise, tagger = load_noise_classes(), build_tagger(types)
    base = examples_with_cues([*examples_of_types(types), *examples_of_noise(noise)], tagger)
    given = examples_with_cues([example for example, _ in labelled.rows], tagger)
    gold = [truth for _, truth in labelled.rows]
    by_cues = [judge_text(tagger, example) for example in given]
    print(f"{labelled.title}: {len(given)} texts")
    print(f"{'labels':>8}{'a type':>8}{'P':>8}{'R':>8}{'micro F1':>10}{'Brier':>9}{'worse':>7}")
    print_line("cues", 0.0, gold, by_cues, compare(gold, by_cues, by_cues, sorted(types)))
    order = random.Random(5).sample(range(len(given)), len(given))
    for size in labelled.sizes:
        found, held = list(by_cues), 0
        for turn in range(TURNS):
            measured = set(order[turn::TURNS])
            asked = [given[n] for n in order if n not in measured][:size]
            held += sum(len(example.holds) for example in asked)
            model = tagger.joined(train([*base, *asked], types, noise).learned)
            for n in measured:
                found[n] = judge_text(model, given[n])
        asked_types = {code for truth in gold for code in (truth.asked or types)}
        print_line(
            str(size), held / TURNS / len(asked_types), gold, found, compare(gold, by_cues, found, sorted(types))
        )


def print_line(name: str, a_type: float, gold: Sequence[Gold], found: Sequence[Judgement], against: Comparison) -> None:
    counts = micro(count_all(gold, found, load_codes()))
    pairs = [(g, f, code) for g, f in zip(gold, found, strict=True) for code in g.asked or ()]
    said = np.array([f.probability.get(code, 0.0) for _, f, code in pairs])
    loss = brier(said, np.array([float(code in g.holds) for g, _, code in pairs]))
    worse = sum(d.high < 0 for d in against.types.values())
    rates = f"{counts.precision:>8.3f}{counts.recall:>8.3f}{counts.f1:>10.3f}{loss:>9.5f}"
    spread = f"  F1 {against.main.value:+.3f} ({against.main.low:+.3f} … {against.main.high:+.3f})"
    print(f"{name:>8}{a_type:>8.1f}{rates}{worse:>7}{spread}", flush=True)


def examples_with_cues(examples: Sequence[Example], tagger: Tagger) -> list[Example]:
    """Examples with what the cues say of them."""
    return [
        replace(e, cues={t.type: t.probability for t in tagger.read(e.text, language=e.language)}) for e in examples
    ]


def judge_text(tagger: Tagger, example: Example) -> Judgement:
    tags = tagger.read(example.text, language=example.language)
    return Judgement(frozenset(t.type for t in tags if t.accepted), {t.type: t.probability for t in tags})


def load_types() -> dict[str, SignalSpec]:
    return {code: spec for code, spec in load_signal_types().items() if not spec.derived}


@cache
def load_codes() -> tuple[str, ...]:
    return tuple(sorted(load_types()))


def load_rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def halve_cues(types: Types) -> dict[str, SignalSpec]:
    """The types with half of their cues, drawn; at least one each."""
    dice = random.Random(7)
    drawn = {code: [cue for cue in spec.cues if dice.random() < 0.5] for code, spec in types.items()}
    return {code: spec.model_copy(update={"cues": drawn[code] or list(spec.cues[:1])}) for code, spec in types.items()}


def read_hard(half: str) -> list[Row]:
    """A half of the hard set as people's answers to one type each."""
    return [hard_row(row) for row in load_rows(TAGS / f"{half}.jsonl")]


def hard_row(row: dict) -> Row:
    asked = frozenset([row["type"]])
    holds = asked if row["holds"] else frozenset[str]()
    return label(row["id"], row["text"], row["language"], holds, asked)


def headline_row(row: dict) -> Row:
    """A labelled headline; types on which the two readers differ count neither way."""
    both = frozenset(event["type"] for event in row["events"] if event["agreed"])
    either = {event["type"] for event in row["events"]}
    known = frozenset(code for code in load_codes() if code in both or code not in either)
    return label(row["id"], row["text"], "tr", both, known)


def read_sentivent() -> list[Row]:
    """Sentences of the half on which no cue was tuned, with the types mapped to theirs."""
    sys.path.insert(0, str(TAGS))
    import foreign

    mapped = frozenset(foreign.SENTIVENT.values())
    return [
        label(f"s{n}", text, "en", frozenset(holds) & mapped, mapped)
        for n, (document, (text, holds)) in enumerate(foreign.read_sentivent())
        if foreign.half_of(document) == 1
    ]


def label(key: str, text: str, language: str, holds: frozenset[str], asked: frozenset[str]) -> Row:
    """A text with its truth, as an answer to learn from and as gold to judge by."""
    return Example(text, language, holds, asked, None, WEIGHT, "label"), Gold(key, text, holds, asked)
