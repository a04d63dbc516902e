"""Complaints on real data: telling them from headlines, how grave they are, and surges in a regulator's counts."""

import csv
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from measure import SHARED
from sklearn.metrics import roc_auc_score

from oncu.classifiers.complaints import complaint_probabilities, read_complaints
from oncu.classifiers.surge import MONTHLY, Panel, find_surges

TR, CFPB = SHARED / "data/tr", SHARED / "data/en/cfpb_monthly"
EVERY = 5  # one row of so many is read
BUREAUS = ("EFX", "TRU", "EXPGY")
KNOWN = {"EFX": "2017-09", "WFC": "2016-09"}
GROWN = 24  # months after which a firm's counts are no longer those of a database that fills up


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


def bench_cfpb(folder: Path) -> None:
    """Surges in the monthly counts of 43 firms: the known ones, and how many alarms there are a firm and year."""
    months, panel = read_cfpb()
    alarms = [(alarm.client_id, (alarm.date - panel.first).days) for alarm in find_surges(panel)]
    for firm, month in KNOWN.items():
        print(f"  {firm} {month}: {'found' if (firm, months.index(month)) in alarms else 'MISSED'}")
    starts = dict(zip(panel.clients, panel.starts.tolist(), strict=True))
    for name, least in (("all", MONTHLY.least), ("grown", GROWN)):
        years = sum(max(0, len(months) - start - least) for start in starts.values()) / 12
        some = [(firm, month) for firm, month in alarms if month >= starts[firm] + least]
        begun = sum(not any((firm, month - back) in alarms for back in (1, 2, 3)) for firm, month in some)
        print(f"  {name:<6} {len(some)} alarms, {begun} episodes in {years:.0f} firm-years: {begun / years:.3f} a year")
    late = [(firm, month) for firm, month in alarms if firm in BUREAUS and months[month] >= "2018"]
    print(f"  alarms of the three bureaus since 2018, when floods of one text tripled their counts: {len(late)}")


def read_cfpb() -> tuple[list[str], Panel]:
    """The months and the panel of all firms, a row a month."""
    counts: Counter[tuple[str, str]] = Counter()
    with (CFPB / "monthly_mapped.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            counts[row["ticker"], row["month"]] += int(row["n"])
    firms, months = sorted({firm for firm, _ in counts}), sorted({month for _, month in counts})
    table = np.array([[counts[firm, month] for firm in firms] for month in months], np.int32)
    starts = np.argmax(table > 0, axis=0).astype(np.int32)
    return months, Panel(tuple(firms), date(2000, 1, 1), table, starts, np.zeros(len(firms), np.int32), MONTHLY)


def _rows(path: str) -> Iterable[dict[str, Any]]:
    with (TR / path).open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number % EVERY == 0:
                yield json.loads(line)


def _share(found: Sequence[float] | np.ndarray) -> str:  # type: ignore[type-arg]
    return f"{np.mean(np.asarray(found) >= 0.5):.3f}"


if __name__ == "__main__":
    bench_complaints(Path())
    bench_cfpb(Path())
