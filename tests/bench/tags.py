"""Reading for signal types: one pass over all cues beside a search for each, and texts a second."""

import re
import time
from pathlib import Path

from measure import in_turns
from pipeline import read_lines

from oncu.classifiers.tags.cues import CueIndex, compile_cues, compile_pattern
from oncu.classifiers.tags.tagger import build_tagger
from oncu.classifiers.text import fold_key
from oncu.config.load import load_signal_types

ROUNDS = 3
HEADLINES = 3_000
BATCH = 250


def bench_tags(folder: Path) -> None:
    """Headlines and articles a second on one core; one pass over all cues beside separate searches."""
    types = load_signal_types()
    titles = [str(row["title"]) for row in read_lines("tr/news/titles_20k.jsonl")][:HEADLINES]
    articles = ["\n".join(str(v) for v in row.values()) for row in read_lines("tr/news/articles_500.jsonl")]
    index = compile_cues(types)
    patterns = [compile_pattern(cue.pattern) for spec in types.values() for cue in spec.cues if cue.language == "tr"]
    folded = [fold_key(title) for title in titles]
    batches = [folded[at : at + BATCH] for at in range(0, len(folded), BATCH)]
    sides = {"one pass": lambda batch: _one_pass(index, batch), "separate": lambda batch: _separate(patterns, batch)}
    spent = in_turns(batches, sides, rounds=ROUNDS)
    print(f"  {len(patterns)} Turkish cues, {len(folded)} headlines, seconds of computing, {ROUNDS} rounds in turns")
    for name, seconds in spent.items():
        print(f"  {name:<10} {seconds:6.2f} s  {len(folded) / seconds:8.0f} headlines/s")
    print(f"  ratio      {spent['separate'] / spent['one pass']:6.1f} x")
    tagger = build_tagger(types)
    for name, texts in (("headlines", titles), ("articles", articles)):
        start = time.process_time()
        for text in texts:
            tagger.read(text)
        print(f"  tagger     {len(texts) / (time.process_time() - start):8.0f} {name}/s")


def _one_pass(index: CueIndex, sentences: list[str]) -> int:
    return sum(len(index.find(sentence, "tr")) for sentence in sentences)


def _separate(patterns: list[re.Pattern[str]], sentences: list[str]) -> int:
    """The peer: each pattern searched for on its own, its conditions left out."""
    return sum(pattern.search(f"{sentence} ") is not None for sentence in sentences for pattern in patterns)
