"""`oncu backtest` of offers, accepted or not, in the order in which they were made."""

import numpy as np
import pytest

OFFERS = """
kind: offers
side: opportunity
offers:
  files: [offers.csv]
  columns: {result: taken, job: job, season: season, age: age}
accepted: '^yes$'
words: [job, season]
numbers: [age]
edges: {age: [40]}
delay: 20
watched: [8]
"""
HEADER = ["taken", "job", "season", "age"]


@pytest.fixture
def offers(run, write_csv):
    """Five thousand offers: tailors accept, seasons come and go, and in the last fifth everybody accepts more."""
    random = np.random.default_rng(5)
    rows = []
    for n in range(5_000):
        job, season = random.choice(["tailor", "smith"]), f"s{n // 500}"
        chance = (0.3 if job == "tailor" else 0.05) + 0.25 * (n >= 4_000)
        rows.append(["yes" if random.random() < chance else "no", job, season, int(random.integers(20, 60))])
    write_csv("offers.csv", HEADER, rows)
    return run


def test_a_feature_that_marks_the_season_is_left_out(offers):
    assert {row["feature"]: row["kept"] for row in offers(OFFERS)["drift"]} == {
        "job": True,
        "season": False,
        "age": True,
    }


def test_what_lasts_still_ranks_the_judged_offers(offers):
    ours = offers(OFFERS)["models"][0]
    assert ours["model"] == "stable" and ours["auc"]["low"] > 0.55


def test_a_level_that_follows_costs_less_where_all_accept_more(offers):
    rows = {row["model"]: row["log_loss"]["value"] for row in offers(OFFERS)["models"]}
    assert rows["following"] < rows["stable"]


def test_the_alarm_rings_in_the_part_that_breaks(offers):
    [row] = offers(OFFERS)["monitor"]
    assert (row["learnt_parts"], row["alarm_part"]) == (8, 9)


def test_acceptance_is_counted_by_parts_of_the_order(offers):
    assert [row["offers"] for row in offers(OFFERS)["by_part"]] == [500] * 10


def test_a_number_that_is_empty_is_named_with_its_row(offers, write_csv):
    rows = [["yes" if n % 2 else "no", "smith", "s1", "" if n == 6 else 30] for n in range(40)]
    write_csv("offers.csv", HEADER, rows)
    said = offers(OFFERS)
    assert said.code == 1 and "row 7, column age: is empty" in said.err


def test_what_only_the_decision_reveals_is_no_feature(offers, write_csv):
    spec = OFFERS.replace("job: job", "winner: job").replace("words: [job,", "words: [winner,")
    said = offers(spec)
    assert said.code == 1 and "known only after the decision: winner" in said.err


def test_offers_that_all_end_alike_are_refused(offers):
    said = offers(OFFERS.replace("^yes$", "^never$"))
    assert said.code == 1 and "end alike" in said.err


def test_the_text_names_features_as_the_spec_does_in_each_language(offers, oncu):
    offers(OFFERS + "labels: {job: {tr: meslek, en: trade}}\n")
    turkish, english = (oncu("backtest", "deneme.yml", "--data", "data", "--lang", one).out for one in ("tr", "en"))
    assert "meslek" in turkish and "trade" in english


def test_no_line_of_a_table_is_wider_than_a_page(offers, oncu):
    offers(OFFERS)
    said = oncu("backtest", "deneme.yml", "--data", "data").out
    assert max(map(len, said.splitlines())) <= 120
