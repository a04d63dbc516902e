"""After an alert a client and type are quiet for a while: only what is graver, or told by another source, breaks it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from oncu.config.load import load_signal_types
from oncu.config.settings import AlertSettings
from oncu.signals.flow.route import route, sift
from oncu.storage.alerts import Candidate
from oncu.storage.withheld import ToldBefore

TYPES = load_signal_types()
DAY = timedelta(days=1)


@pytest.fixture
def candidate(now):
    ids = {"episode_id": "e2", "client_id": "c1", "signal_id": "s2", "story_id": "y2", "event_key": "k2"}
    values = {"side": "risk", "type": "lawsuit", "status": "fact", "probability": 0.8, "relevance": 90, "signals": 1}
    return Candidate(**ids, **values, manager="ayse", started_at=now, is_told=False, source="gazete")


@pytest.fixture
def before(candidate, now):
    """An alert of the same client and type, five days ago, as strong and from the same source."""
    (alert,) = route([candidate], TYPES, AlertSettings(), now)
    return ToldBefore("c1", "lawsuit", "e1", now - 5 * DAY, alert.reason, frozenset({"gazete"}))


def kinds(candidate, before, now, **settings):
    rows = sift([candidate], TYPES, AlertSettings(**settings), before, day=now.date(), now=now)
    return [(row.kind, row.reason) for row in rows]


def test_the_same_again_is_withheld_with_the_day_of_the_alert_before(candidate, before, now):
    assert kinds(candidate, [before], now) == [("quiet", "2026-02-25")]


def test_without_an_alert_before_it_is_told(candidate, now):
    assert kinds(candidate, [], now) == []


@pytest.mark.parametrize(
    "change",
    [{"client_id": "c2"}, {"type": "strike"}, {"sources": frozenset({"ajans"})}, {"reason": "probability 0.10"}],
)
def test_another_client_type_or_source_and_what_is_graver_is_told(candidate, before, now, change):
    assert kinds(candidate, [replace(before, **change)], now) == []


def test_after_the_quiet_days_it_is_told(candidate, before, now):
    assert kinds(candidate, [before], now, quiet_days=5) == []
    assert kinds(candidate, [before], now, quiet_days=6) != []


def test_what_is_too_weak_is_withheld_first(candidate, before, now):
    assert kinds(candidate, [before], now, min_priority=0.9) == [("weak", "0.288 < 0.9")]


def test_what_does_not_have_enough_stories_yet_is_not_listed(candidate, now):
    few = replace(candidate, type="customer_complaint", signals=TYPES["customer_complaint"].alert_after - 1)
    assert kinds(few, [], now, min_priority=0.9) == []
