"""Precision, recall and status on the hard set of invented headlines, per type.

    python tests/quality/tags/measure.py dev|judge [--misses]

Each row is about one type: it holds (with a status) or is a near miss, whatever else it may be. `judge` is the half
nobody looks at while mending cues; `--misses` prints the rows judged otherwise, for the other half.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from oncu.classifiers.tags.tagger import build_tagger
from oncu.config.load import load_signal_types

HERE = Path(__file__).parent
OUTCOMES = {(True, True): "right", (False, True): "wrong", (True, False): "missed", (False, False): "passed over"}


def read_rows(half: str) -> list[dict[str, object]]:
    """The rows of one half: id, type, language, text, holds, and the status of those that hold."""
    return [json.loads(line) for line in (HERE / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()]


def judge_rows(half: str) -> tuple[dict[str, Counter[str]], Counter[tuple[str, str]], list[str]]:
    """Outcomes by type, statuses as (expected, found) of the tags that are right, and the rows judged otherwise."""
    tagger = build_tagger(load_signal_types())
    outcomes: dict[str, Counter[str]] = {}
    statuses: Counter[tuple[str, str]] = Counter()
    misses: list[str] = []
    for row in read_rows(half):
        code, text, holds = str(row["type"]), str(row["text"]), bool(row["holds"])
        tag = next((t for t in tagger.read(text, language=str(row["language"])) if t.type == code), None)
        outcome = OUTCOMES[holds, tag is not None and tag.accepted]
        outcomes.setdefault(code, Counter())[outcome] += 1
        if outcome in ("wrong", "missed"):
            found = f"{tag.probability:.2f} {tag.reason}" if tag else "no cue"
            misses.append(f"{outcome:7} {code:24} {text}   [{found}]")
        elif outcome == "right" and tag:
            statuses[str(row["status"]), tag.status] += 1
            if row["status"] != tag.status:
                misses.append(f"status  {code:24} {text}   [{row['status']}, read as {tag.status}]")
    return outcomes, statuses, misses


def rates(counts: Counter[str]) -> tuple[float, float]:
    """Precision and recall."""
    right = counts["right"]
    return right / max(1, right + counts["wrong"]), right / max(1, right + counts["missed"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("half", choices=("dev", "judge"))
    parser.add_argument("--misses", action="store_true")
    asked = parser.parse_args()
    outcomes, statuses, misses = judge_rows(asked.half)
    for code, counts in sorted(outcomes.items()):
        precision, recall = rates(counts)
        print(f"{code:26} P {precision:.2f}  R {recall:.2f}  {dict(sorted(counts.items()))}")
    precision, recall = rates(sum(outcomes.values(), Counter()))
    print(f"all types: P {precision:.3f} R {recall:.3f}")
    kept = sum(n for (expected, found), n in statuses.items() if expected == found)
    print(f"status: {kept} of {sum(statuses.values())} as expected; differing: ", end="")
    print({f"{e} as {f}": n for (e, f), n in statuses.items() if e != f})
    if asked.misses:
        print("\n".join(misses))


if __name__ == "__main__":
    main()
