"""Signals in storage judged against what really happened."""

from datetime import UTC, datetime, timedelta

import pytest

from oncu.signals.score.scoreboard import SIDES, build_scoreboard, publish
from oncu.storage.outcomes import save_exposure, save_outcomes
from oncu.storage.scores import newest_scores

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
    assert board.by_type["opportunity"]["conversion"]["value"] == 1
    assert board.by_type["risk"]["conversion"]["value"] == 0


def test_a_default_is_what_a_risk_foretells_and_a_sale_is_not(judged, now):
    board = judged(outcome("C1", "default", now - OLD + 10 * DAY))
    assert board.by_type["risk"]["conversion"]["value"] == 1


def test_what_was_recorded_after_the_day_does_not_exist(judged, now):
    late = outcome("C2", "sale", now - OLD + 10 * DAY, recorded_at=now)
    assert judged(late, as_of=now - DAY).by_type["opportunity"]["conversion"]["value"] == 0


def test_signals_known_after_the_day_do_not_exist(judged, now):
    assert judged(as_of=now - OLD - DAY).by_type["risk"]["episodes"] == 0


def test_an_outcome_before_the_signal_is_an_echo(judged, now):
    board = judged(outcome("C2", "sale", now - OLD - 5 * DAY))
    assert (board.by_type["opportunity"]["echoes"], board.by_type["opportunity"]["episodes"]) == (1, 0)


def test_groups_are_made_by_type_and_by_source(judged):
    board = judged()
    assert [group["key"] for group in board.by_type["risk"]["groups"]] == ["lawsuit"]
    assert [group["key"] for group in board.by_source["risk"]["groups"]] == ["gazete"]


def test_without_exposure_there_is_no_base_rate(judged):
    assert judged().by_type["risk"]["base_rate"] is None


def test_exposure_gives_a_base_rate(bank, judged, now):
    first = (now - 400 * DAY).date()
    rows = [
        {"client_id": c, "from": first, "to": None, "sector": None, "size_band": None, "region": None}
        for c in ("C1", "C2", "C3")
    ]
    with bank.database.write() as connection:
        save_exposure(connection, rows, now - OLD)
    assert judged().by_type["risk"]["base_rate"]["n"] >= 1


def test_published_scores_can_be_quoted_from_their_day_on(bank, judged, now):
    publish(bank.database, judged(), bank.types, now)
    with bank.database.read() as connection:
        today = newest_scores(connection, "type", "conversion", until=now.date())
        before = newest_scores(connection, "type", "conversion", until=now.date() - DAY)
    assert (set(today), today["lawsuit"].n, before) == ({"lawsuit", "plant_expansion"}, 1, {})


def test_shadow_signals_are_not_judged_with_the_live_ones(bank, judged, now):
    bank.see("Nehir Kimya, çevre kirliliği davasını kaybetti", at=now, published_at=datetime(2025, 1, 1, tzinfo=UTC))
    bank.run()
    assert judged().by_type["risk"]["signals"] == 1
