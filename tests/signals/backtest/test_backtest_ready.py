"""The backtests that come with the product: all are listed, and what they must not fall under."""

import json

import pytest


def test_the_ready_backtests_are_listed(oncu):
    assert [line.split()[:2] for line in oncu("backtest", "list", "--lang", "en").out.splitlines()] == [
        ["bank-failures", "signals"],
        ["bank-offers", "offers"],
        ["bids", "tenders"],
        ["complaint-surges", "surges"],
        ["concordat", "documents"],
        ["incentives", "cases"],
        ["inspections", "history"],
    ]


@pytest.mark.shared
def test_the_table_of_bank_failures_is_reproduced_and_bettered(oncu, shared):
    report = json.loads(oncu("backtest", "bank-failures", "--data", shared / "data", "--json").out)
    plain = {
        row["type"]: (row["clients"], row["ended"], row["days"]["value"])
        for row in report["types"]
        if row["link"] == "plain"
    }
    assert plain["Prompt Corrective Action"] == (34, 31, 66)
    assert plain["Written Agreement"] == (440, 52, 283) and plain["Cease and Desist Order"] == (17, 5, 85)
    by_resolver = next(
        row for row in report["types"] if (row["link"], row["type"]) == ("resolver", "Written Agreement")
    )
    links = next(row for row in report["links"] if row["link"] == "resolver")
    assert by_resolver["ended"] >= 95 and links["judged"] == links["links"] and links["precision"]["value"] >= 0.97


@pytest.mark.shared
def test_the_known_complaint_surges_are_found_among_few_false_ones(oncu, shared):
    report = json.loads(oncu("backtest", "complaint-surges", "--data", shared / "data", "--json").out)
    assert all(row["found"] for row in report["known_surges"])
    assert all(row["per_firm_year"]["value"] < 0.1 for row in report["alarms"])


@pytest.mark.shared
def test_who_wins_a_tender_is_told_better_than_by_price_and_home(oncu, shared):
    report = json.loads(oncu("backtest", "bids", "--data", shared / "data", "--json").out)
    ours = report["chances"][0]
    assert ours["log_loss"]["value"] < 0.33 and ours["auc"]["value"] > 0.85
    assert {row["why"]: row["lost"] for row in report["why_lost"]} == {
        "price_higher": 656,
        "rejected": 321,
        "price_lower": 37,
    }


@pytest.mark.shared
def test_who_accepts_an_offer_is_still_told_when_times_change(oncu, shared):
    report = json.loads(oncu("backtest", "bank-offers", "--data", shared / "data", "--json").out)
    ours = report["models"][0]
    assert ours["auc"]["value"] > 0.62 and ours["log_loss"]["value"] < 0.40
    assert min(row["alarm_part"] for row in report["monitor"] if row["learnt_parts"] < 8) < 9
