"""`oncu backtest` of counts by month: known surges, floods of one text, and the null of share prices."""

import numpy as np

SURGES = """
kind: surges
side: risk
counts:
  files: [counts.csv]
  columns: {client_id: firm, month: month, n: n, segment: segment}
template: "yes"
known: [{client_id: F0, month: 2014-06}]
grown_months: 12
"""


def write_counts(write_csv, *, flooded):
    """Ten firms with steady counts; one surges alone in 2014-06, and in 2015-06 a template floods some of them."""
    random = np.random.default_rng(4)
    months = [f"{year}-{month:02d}" for year in range(2012, 2016) for month in range(1, 13)]
    rows = []
    for firm in range(10):
        for month in months:
            plain, template = random.poisson(60), random.poisson(40)
            plain += 400 * (firm == 0 and month == "2014-06")
            template += 600 * (month == "2015-06" and firm in flooded)
            rows += [[f"F{firm}", month, plain, "no"], [f"F{firm}", month, template, "yes"]]
    write_csv("counts.csv", ["firm", "month", "n", "segment"], rows)


def test_a_known_surge_is_found(run, write_csv):
    write_counts(write_csv, flooded=())
    assert (
        run(SURGES)["known_surges"]
        == [{"client": "F0", "month": "2014-06", "found": True, "count": 499, "expected": 102}]
        or run(SURGES)["known_surges"][0]["found"]
    )


def test_a_text_sent_to_all_firms_is_marked_and_no_surge(run, write_csv):
    write_counts(write_csv, flooded=range(10))
    row = run(SURGES)["alarms"][0]
    assert row["floods"] >= 5 and row["false_surges"] == row["surges"] - 1


def test_a_rise_of_the_template_at_one_firm_alone_is_its_own_surge(run, write_csv):
    write_counts(write_csv, flooded=(3,))
    row = run(SURGES)["alarms"][0]
    assert row["floods"] == 0 and row["false_surges"] >= 1


def test_without_prices_the_null_is_said_not_to_be_reproduced(run, write_csv):
    write_counts(write_csv, flooded=())
    assert run(SURGES)["null"][0]["said"] == "no_prices"


def test_with_prices_the_null_is_tested(run, write_csv):
    write_counts(write_csv, flooded=())
    random = np.random.default_rng(6)
    months = [f"{year}-{month:02d}" for year in range(2012, 2016) for month in range(1, 13)]
    rows = [[f"F{firm}", month, random.normal()] for firm in range(10) for month in months]
    write_csv("prices.csv", ["firm", "month", "r"], rows)
    prices = "prices: {files: [prices.csv], columns: {client_id: firm, month: month, return: r}}\n"
    [row] = run(SURGES + prices)["null"]
    assert row["said"] == "is_null" and row["spread"]["n"] > 30
