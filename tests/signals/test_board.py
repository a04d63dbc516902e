"""The flagged clients and the scoreboard as lines."""

from datetime import date, timedelta

import pytest

from oncu.signals.faces.board import flagged_clients, flagged_lines, score_lines, show_rate
from oncu.signals.score.case import SIDES
from oncu.signals.score.scoreboard import build_scoreboard
from oncu.signals.words import load_words
from oncu.storage.clients import Client

WORDS = load_words("tr", "Europe/Istanbul")
BANKRUPT = "Parlak Telekom konkordato ilan etti"
DENIED = "Parlak Telekom'un konkordato ilan ettiği haberi yalanlandı"
CLIENTS = {"C2": Client("C2", "Parlak Telekom A.Ş.")}
DAY = timedelta(days=1)


@pytest.fixture
def flagged(bank, now):
    def find(at=None, threshold=40):
        return flagged_clients(bank.database, at or now, threshold=threshold)

    bank.see(BANKRUPT)
    bank.see("Simya İlaç yeni fabrika kuruyor")
    bank.run()
    return find


def test_a_client_over_the_threshold_is_flagged(flagged):
    (found,) = flagged()
    assert (found.client_id, found.level > 40, len(found.steps)) == ("C2", True, 1)


def test_an_opportunity_flags_nobody(flagged):
    assert {found.client_id for found in flagged(threshold=0.001)} == {"C2"}


def test_the_level_of_yesterday_did_not_exist(flagged, now):
    assert flagged(now - DAY) == []


def test_a_flagged_client_is_free_again_when_years_have_passed(flagged, now):
    assert flagged(now + 3650 * DAY) == []


def test_a_denial_frees_a_flagged_client(bank, flagged, now):
    bank.see(DENIED, at=now + DAY)
    bank.run(now + DAY)
    assert (flagged(now + DAY), len(flagged(now))) == ([], 1)


def test_a_flagged_client_is_shown_with_its_steps(bank, flagged):
    title, client, step, told = flagged_lines(flagged(), CLIENTS, bank.types, WORDS, threshold=40)
    assert title == "İzlemedeki müşteriler (düzey 40 ve üstü)"
    assert client.startswith("▼ Parlak Telekom A.Ş.  ") and "yükseldi" in step
    assert told.strip().startswith("Eşiği aşıran son adım: İflas ve konkordato")


def test_nobody_flagged_is_said(bank):
    assert flagged_lines([], {}, bank.types, WORDS, threshold=40) == ["İzlemede müşteri yok (eşik 40)."]


def test_a_rate_has_its_interval_and_n():
    assert show_rate({"value": 0.25, "low": 0.1, "high": 0.5, "n": 12}, WORDS) == "%25 (%10–%50, n=12)"


@pytest.mark.parametrize("rate", [None, {"value": None, "low": None, "high": None, "n": 0}])
def test_a_rate_nobody_knows_is_unknown(rate):
    assert show_rate(rate, WORDS) == "bilinmiyor"


def test_an_empty_scoreboard_says_unknown_and_does_not_fail(bank):
    board = build_scoreboard(bank.database, date(2026, 3, 2), horizon_days=dict.fromkeys(SIDES, 180))
    shown = score_lines(board, bank.types, {}, WORDS, "02.03.2026")
    assert sum("bilinmiyor" in line for line in shown) >= 6
