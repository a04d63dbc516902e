"""`oncu backtest` of bids on tenders."""

import numpy as np
import pytest

from oncu.signals.backtest.tenders import firm_key

TENDERS = """
kind: tenders
side: opportunity
judged_from: 70
bids:
  files: [bids.csv]
  columns: {order: number, bidder: firm, price: price, result: won, status: said, project: buyer, country: land}
won: '^yes$'
rejected: '^out$'
"""
HEADER = ["number", "firm", "price", "won", "said", "buyer", "land"]


def bid(tender, firm, price, *, won=False, rejected=False):
    return [tender, firm, round(price, 2), "yes" if won else "no", "out" if rejected else "in", "b1", "Fenland"]


@pytest.fixture
def tenders(run, write_csv):
    """A hundred and twenty tenders of four bids; the cheapest that is not Karga's wins, Karga's are always rejected."""
    random = np.random.default_rng(3)
    rows = []
    for tender in range(1, 121):
        firms = random.permutation(["Karga Yapı", "Alaz Ltd", "Beyaz Co", "Çınar A.Ş."]).tolist()
        prices = dict(zip(firms, (100 * np.exp(0.1 * random.standard_normal(4))).tolist(), strict=True))
        winner = min((one for one in firms if one != "Karga Yapı"), key=lambda one: prices[one])
        rows += [bid(tender, f, prices[f], won=f == winner, rejected=f == "Karga Yapı") for f in firms]
    write_csv("bids.csv", HEADER, rows)
    return run


def test_earlier_tenders_teach_and_later_ones_are_judged(tenders):
    taught, judged = tenders(TENDERS)["bid_sets"]
    assert (taught["tenders"], judged["tenders"], judged["bids"]) == (69, 51, 204)


def test_the_record_of_a_bidder_tells_more_than_its_price(tenders):
    ours, plain, equal = tenders(TENDERS)["chances"]
    assert ours["log_loss"]["value"] < plain["log_loss"]["value"] < equal["log_loss"]["value"]
    assert plain["gain_in_loss"]["low"] > 0


def test_why_bids_were_lost_stands_beside_what_price_can_tell(tenders):
    rows = {row["why"]: row for row in tenders(TENDERS)["why_lost"]}
    assert rows["rejected"]["lost"] == 51 and rows["price_higher"]["not_dearer"] == 0


def test_the_winners_gap_is_shown_as_it_was_and_as_lost_bids_foretell_it(tenders):
    true, foretold = tenders(TENDERS)["gaps"]
    assert true["tenders"] == foretold["tenders"] > 30 and abs(true["median"]["value"] - foretold["median"]) < 5


def test_a_tender_without_a_winner_is_refused(tenders, write_csv):
    write_csv("bids.csv", HEADER, [bid(1, "Alaz", 9.0), bid(1, "Beyaz", 8.0), bid(200, "Alaz", 7.0, won=True)])
    said = tenders(TENDERS)
    assert said.code == 1 and "tender 1 has not exactly one winner" in said.err


def test_a_price_of_nothing_is_refused(tenders, write_csv):
    write_csv("bids.csv", HEADER, [bid(1, "Alaz", 0.0, won=True), bid(200, "Alaz", 7.0, won=True)])
    assert "no price over 0" in tenders(TENDERS).err


def test_a_cut_beyond_the_last_tender_is_refused(tenders):
    said = tenders(TENDERS.replace("judged_from: 70", "judged_from: 900"))
    assert said.code == 1 and "judged_from: tenders run from 1 to 120" in said.err


def test_a_bidder_is_known_again_however_its_form_is_written():
    assert firm_key("Işıl Company Limited") == firm_key("IŞIL CO. LTD")
