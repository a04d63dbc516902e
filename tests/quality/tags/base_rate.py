"""How often a tag is accepted in general news, and how many of a seeded sample of accepted tags are wrong.

    python tests/quality/tags/base_rate.py            the figure, from verdicts.csv
    python tests/quality/tags/base_rate.py --draw N   the sample of seed N as lines to judge (texts are never kept)

verdicts.csv keeps no text: file and row number, type, and the verdicts of two readings in different order, each blind
to the other (1 right, 0 wrong, by the guide beside the labelled headlines). A tag counts as right where both say so.
Needs ../shared/data; without it a line says that it was skipped.
"""

import argparse
import csv
import json
import random
from collections.abc import Iterator
from pathlib import Path

from oncu.classifiers.tags.tagger import build_tagger
from oncu.config.load import load_signal_types
from oncu.scoring.estimates.intervals import wilson

HERE = Path(__file__).parent
SHARED = HERE.parents[3] / "shared" / "data" / "tr" / "news"
FILES = {"titles_20k.jsonl": "title", "stream_2026-07-08_to_08-10.jsonl": "baslik"}
SAMPLE = 100
Accepted = tuple[str, int, str, str]


def read_accepted() -> tuple[list[Accepted], int]:
    """Accepted tags as (file, row, type, text), and how many texts were read."""
    tagger = build_tagger(load_signal_types())
    texts = list(_texts())
    accepted = [(name, row, tag.type, text) for name, row, text in texts for tag in tagger.read(text) if tag.accepted]
    return accepted, len(texts)


def draw(seed: int) -> list[Accepted]:
    """A hundred accepted tags, the same for the same seed and the same tagger."""
    accepted, _ = read_accepted()
    return random.Random(seed).sample(accepted, min(SAMPLE, len(accepted)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draw", type=int, metavar="SEED")
    asked = parser.parse_args()
    if not SHARED.exists():
        print(f"skipped: {SHARED} is not there")
    elif asked.draw is not None:
        for name, row, code, text in draw(asked.draw):
            print(name, row, code, " ".join(text.split()), sep="\t")
    else:
        _print_figures()


def _print_figures() -> None:
    accepted, texts = read_accepted()
    print(f"{len(accepted)} accepted tags on {texts} texts: {1000 * len(accepted) / texts:.1f} per 1,000")
    with (HERE / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        verdicts = list(csv.DictReader(file))
    standing = {(name, str(row), code) for name, row, code, _ in accepted}
    still = sum((v["file"], v["row"], v["type"]) in standing for v in verdicts)
    wrong = sum(v["first"] == "0" or v["second"] == "0" for v in verdicts)
    agree = sum(v["first"] == v["second"] for v in verdicts)
    low, high = wilson(wrong, len(verdicts))
    print(f"judged: {wrong} of {len(verdicts)} wrong ({low:.0%} to {high:.0%}); the readings agree on {agree}")
    print(f"of those judged, {still} are still accepted")


def _texts() -> Iterator[tuple[str, int, str]]:
    for name, key in FILES.items():
        with (SHARED / name).open(encoding="utf-8") as file:
            for row, line in enumerate(file):
                yield name, row, json.loads(line)[key] or ""


if __name__ == "__main__":
    main()
