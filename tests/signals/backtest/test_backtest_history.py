"""`oncu backtest` of the history of clients: a model learnt on the earlier cut-offs ranks the later one."""

from pathlib import Path

import numpy as np

HISTORY = """
kind: history
side: risk
horizon_days: 100
cut_offs: [2018-12-31, 2019-12-31]
top: 50
events:
  files: [visits.csv]
  columns: {client_id: shop, known_at: day, value: points, text: remark, result: result}
outcomes: {files: [closed.csv], columns: {client_id: shop, occurred_at: day}}
ended: closed
baselines: [last_value]
"""


def write_shops(write_csv, *, late=()):
    """Shops whose points foretell little and whose remark foretells much."""
    random = np.random.default_rng(1)
    visits, closed = [], []
    for year, month in (("2018", "2019-02"), ("2019", "2020-02")):
        for n in range(300):
            is_bad = random.random() < 0.3
            visits.append(
                [f"s{n}", f"{year}-11-0{1 + n % 9}", int(random.integers(0, 30)), "rot" if is_bad else "fine", ""]
            )
            if random.random() < (0.5 if is_bad else 0.05):
                closed.append([f"s{n}", f"{month}-01"])
    early = [[shop, day, "", "", "closed"] for shop, day in closed if day < "2019-06"]
    write_csv("visits.csv", ["shop", "day", "points", "remark", "result"], [*visits, *early, *late])
    write_csv("closed.csv", ["shop", "day"], [row for row in closed if row[1] > "2019-06"])


def test_a_model_learnt_on_the_earlier_cut_ranks_the_later_one(run, write_csv):
    write_shops(write_csv)
    ours, baseline = run(HISTORY)["rankings"]
    assert ours["auc"]["value"] > 0.68 > 0.6 > baseline["auc"]["value"] and baseline["p"] < 0.001


def test_what_comes_after_the_judged_cut_off_changes_no_score(run, write_csv):
    write_shops(write_csv)
    before = run(HISTORY)["rankings"]
    write_shops(write_csv, late=[[f"s{n}", "2020-01-15", 99, "rot", ""] for n in range(300)])
    assert run(HISTORY)["rankings"] == before


def test_the_judged_outcomes_do_not_teach(run, write_csv):
    write_shops(write_csv)
    before = run(HISTORY)
    header, *rows = Path("data/closed.csv").read_text(encoding="utf-8").split()
    Path("data/closed.csv").write_text("\n".join([header, *rows[::2]]), encoding="utf-8")
    assert run(HISTORY)["weights"] == before["weights"]


def test_a_baseline_that_is_no_number_of_the_history_is_named(run, write_csv):
    write_shops(write_csv)
    said = run(HISTORY.replace("[last_value]", "[karma]"))
    assert said.code == 1 and "baselines: there is no number 'karma'" in said.err


def test_a_value_that_is_no_number_is_named_with_its_row(run, write_csv):
    write_shops(write_csv, late=[["s1", "2018-01-01", "many", "", ""]])
    said = run(HISTORY)
    assert said.code == 1 and "column value: 'many' is no number" in said.err


def test_a_history_in_which_nobody_ended_is_refused(run, write_csv):
    write_shops(write_csv)
    said = run(HISTORY.replace("ended: closed", "ended: never"))
    assert said.code == 1 and "all clients end alike" in said.err
