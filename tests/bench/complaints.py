"""Complaints on real data: telling them from headlines, and how grave they are."""

import json
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from measure import SHARED
from sklearn.metrics import roc_auc_score

from oncu.classifiers.complaints import complaint_probabilities, read_complaints

TR = SHARED / "data/tr"
EVERY = 5  # one row of so many is read


def bench_complaints(folder: Path) -> None:
    """Complaint or not on complaints, headlines and articles; mood and gravity of posts; documents a second."""
    read_complaints(["warm up"])
    texts = [f"{row['title']}\n{row['text']}" for row in _rows("complaints/complaints.jsonl")]
    start = time.process_time()
    found = np.array(complaint_probabilities(texts))
    print(f"  {len(texts)} complaints: recall {_share(found)}, {len(texts) / (time.process_time() - start):.0f}/s")
    titles = np.array(complaint_probabilities([row["title"] for row in _rows("news/titles_20k.jsonl")]))
    print(f"  {len(titles)} headlines: taken for complaints {_share(titles)}")
    precision = (found >= 0.5).mean() / ((found >= 0.5).mean() + (titles >= 0.5).mean())
    print(f"  precision where both are as frequent: {precision:.3f}")
    posts = list(_rows("complaints/social_sentiment.jsonl"))
    said = read_complaints([post["text"] or "" for post in posts])
    negative = [post["sentiment"] == "olumsuz" for post in posts]
    grave = np.array([int(post["severity"]) for post in posts])
    probability = np.array([one.probability for one in said])
    gravity = np.array([one.severity * one.probability for one in said])
    taken = np.array([one.is_complaint for one in said])
    print(f"  {len(posts)} posts, negative or not: AUC {roc_auc_score(negative, probability):.3f}", end="")
    print(f", precision {np.array(negative)[taken].mean():.3f}, recall {taken[np.array(negative)].mean():.3f}")
    print(f"  severity 1 and over: AUC {roc_auc_score(grave >= 1, gravity):.3f}")


def _rows(path: str) -> Iterable[dict[str, Any]]:
    with (TR / path).open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number % EVERY == 0:
                yield json.loads(line)


def _share(found: Sequence[float] | np.ndarray) -> str:  # type: ignore[type-arg]
    return f"{np.mean(np.asarray(found) >= 0.5):.3f}"


if __name__ == "__main__":
    bench_complaints(Path())
