"""`oncu backtest` of cases that end one way or the other."""

import json
from pathlib import Path

import numpy as np

CASES = """
kind: cases
side: opportunity
split: 2010-01-01
cases:
  files: [cases.jsonl]
  columns: {case_id: number, began_at: day, result: state, kind: kind, amount: amount, due: due}
foretold: '^İPTAL$'
other: '^KAPALI$'
texts: [kind]
numbers: [amount]
groups: [kind, amount]
baselines: [kind]
suspects: [due]
"""


def write_cases(ends=("İPTAL", "KAPALI")):
    random = np.random.default_rng(2)
    lines = []
    for n in range(600):
        kind = ["TEVSİ", "YENİ YATIRIM"][n % 2]
        cancelled = random.random() < (0.1 if n % 2 == 0 else 0.5)
        lines.append(
            {
                "number": n,
                "day": f"20{9 if n < 300 else 10:02d}-03-01",
                "state": ends[0] if cancelled else ends[1],
                "kind": kind,
                "firm": f"F{n - 300}" if n >= 590 else f"F{n}",
                "amount": f"{random.integers(1, 999)},000 TL",
                "due": "kisa" if cancelled else "uzun",
            }
        )
    lines.append({**lines[0], "number": 600, "state": "BEKLEYEN"})
    Path("data/cases.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_later_cases_are_judged_by_what_the_earlier_ones_taught(run):
    write_cases()
    report = run(CASES)
    assert report["rankings"][0]["auc"]["value"] > 0.65 and report["case_sets"][1]["cases"] == 300


def test_a_column_that_knows_the_outcome_is_shown_apart(run):
    write_cases()
    ours, *_, leak = run(CASES)["rankings"]
    assert leak["ranking"] == "leak due" and leak["auc"]["value"] > 0.95 > ours["auc"]["value"]


def test_undecided_cases_are_left_out(run):
    write_cases()
    assert sum(row["cases"] for row in run(CASES)["case_sets"]) == 600


def test_cases_that_all_end_alike_are_refused(run):
    write_cases(ends=("KAPALI", "KAPALI"))
    said = run(CASES)
    assert said.code == 1 and "all cases end alike" in said.err


def test_a_firm_with_cases_on_both_sides_teaches_nothing(run):
    write_cases()
    alone = run(CASES)["case_sets"][0]["cases"]
    shared = run(CASES.replace("kind: kind, amount", "kind: kind, name: firm, amount"))["case_sets"]
    assert (alone, shared[0]["cases"], shared[1]["cases"]) == (300, 290, 300)


def test_what_is_not_stated_is_a_value_of_its_own(run):
    write_cases()
    text = Path("data/cases.jsonl").read_text(encoding="utf-8").replace(json.dumps("TEVSİ"), '"nan"')
    Path("data/cases.jsonl").write_text(text, encoding="utf-8")
    rows = run(CASES.replace("  columns: {case_id", "  blank: [nan]\n  columns: {case_id"))["groups"]
    assert "not_said" in {row["worth"] for row in rows} and "nan" not in {row["worth"] for row in rows}


def test_a_value_is_shown_as_it_is_written(run):
    write_cases()
    assert "YENİ YATIRIM" in {row["worth"] for row in run(CASES)["groups"]}
