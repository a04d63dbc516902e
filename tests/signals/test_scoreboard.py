"""Signals in storage judged against what really happened."""

from datetime import UTC, datetime, timedelta

import pytest

from oncu.signals.score.case import SIDES
from oncu.signals.score.judging import judge as judge_ledger
from oncu.signals.score.ledger import read_ledger
from oncu.signals.score.scoreboard import build_scoreboard
from oncu.storage.outcomes import save_exposure, save_outcomes

LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
PLANT = "Parlak Telekom yeni fabrika kuruyor"
OLD = timedelta(days=60)
DAY = timedelta(days=1)


def outcome(client, kind, at, **more):
    base = {"client_id": client, "kind": kind, "subtype": None, "occurred_at": at, "recorded_at": at, "amount": None}
    return base | {"currency": None, "competing": False, "initiator": None, "note": None} | more


@pytest.fixture
def judged(bank, now):
    """The scoreboard after given outcomes; a lawsuit and a new plant were heard of 60 days ago."""

    def judge(*rows, as_of=now):
        with bank.database.write() as connection:
            save_outcomes(connection, list(rows), now)
        return build_scoreboard(bank.database, as_of.date(), horizon_days=dict.fromkeys(SIDES, 30))

    for title in (LAWSUIT, PLANT):
        bank.see(title, at=now - OLD)
    bank.run(now - OLD)
    return judge


def test_a_foretold_sale_is_a_conversion(judged, now):
    board = judged(outcome("C2", "sale", now - OLD + 10 * DAY))
    assert board.overall["opportunity"]["conversion"]["value"] == 1
    assert board.overall["risk"]["conversion"]["value"] == 0


def test_a_default_is_what_a_risk_foretells_and_a_sale_is_not(judged, now):
    board = judged(outcome("C1", "default", now - OLD + 10 * DAY))
    assert board.overall["risk"]["conversion"]["value"] == 1


def test_what_was_recorded_after_the_day_does_not_exist(judged, now):
    late = outcome("C2", "sale", now - OLD + 10 * DAY, recorded_at=now)
    assert judged(late, as_of=now - DAY).overall["opportunity"]["conversion"]["value"] == 0


def test_signals_known_after_the_day_do_not_exist(judged, now):
    assert judged(as_of=now - OLD - DAY).overall["risk"]["episodes"] == 0


def test_an_outcome_before_the_signal_is_an_echo(judged, now):
    board = judged(outcome("C2", "sale", now - OLD - 5 * DAY))
    assert (board.overall["opportunity"]["echoes"], board.overall["opportunity"]["episodes"]) == (1, 0)


def test_groups_are_made_by_type_and_by_source(judged):
    board = judged()
    assert [one.key for one in board.by_type["risk"]] == ["lawsuit"]
    assert [one.key for one in board.by_source["risk"]] == ["gazete"]


def test_a_source_has_one_precision_on_one_day(bank, judged, now):
    board = judged(outcome("C2", "sale", now - OLD + 10 * DAY))
    leagues = judge_ledger(read_ledger(bank.database, now.date()), horizon=30).leagues
    for side in SIDES:
        assert board.by_source[side] == leagues[side]["source"] and board.by_type[side] == leagues[side]["type"]


def test_without_exposure_there_is_no_base_rate(judged):
    assert judged().overall["risk"]["base_rate"] is None


def test_exposure_gives_a_base_rate(bank, judged, now):
    first = (now - 400 * DAY).date()
    rows = [
        {"client_id": c, "from": first, "to": None, "sector": None, "size_band": None, "region": None}
        for c in ("C1", "C2", "C3")
    ]
    with bank.database.write() as connection:
        save_exposure(connection, rows, now - OLD)
    assert judged().overall["risk"]["base_rate"]["n"] >= 1


def test_shadow_signals_are_not_judged_with_the_live_ones(bank, judged, now):
    bank.see("Nehir Kimya, çevre kirliliği davasını kaybetti", at=now, published_at=datetime(2025, 1, 1, tzinfo=UTC))
    bank.run()
    assert judged().overall["risk"]["signals"] == 1
