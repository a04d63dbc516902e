"""What the reader is told in words: the last straw, the way of a contagion, why an alert is read first."""

from datetime import timedelta

import pytest

from oncu.signals.faces.because import cause_story, level_story, rank_story
from oncu.signals.flow.level import LevelStep
from oncu.signals.words import load_words
from oncu.storage.alerts import Alert
from oncu.storage.derived import Cause, Hop

ENGLISH = load_words("en", "Europe/Istanbul")
DAY = timedelta(days=1)


def story(*steps, threshold=40):
    return level_story(steps, ENGLISH, str, threshold=threshold)


@pytest.fixture
def step(now):
    def make(kind, level, *, days=0):
        return LevelStep(now + days * DAY, "raise", 30.0, f"{kind}, fact", level)

    return make


@pytest.fixture
def alert(now):
    def make(client, priority, reason):
        return Alert(client, "t", "risk", client, "e", "s", None, priority, reason, "new", now)

    return make


def test_the_step_over_the_threshold_is_the_last_straw(step):
    told = story(step("strike", 30), step("lawsuit", 51, days=1))
    assert told == "Raised by: strike 2026-03-02. The last straw: lawsuit 2026-03-03 (+30 → 51)."


def test_a_step_over_a_threshold_passed_before_is_the_last_step(step):
    assert "The last straw" not in story(step("strike", 45), step("lawsuit", 60, days=1))


def test_a_type_that_came_often_is_named_once(step):
    told = story(step("strike", 10), step("strike", 20, days=1), step("lawsuit", 30, days=2))
    assert told.startswith("Raised by: strike 2026-03-03 (2 times).")


def test_without_steps_nothing_is_told():
    assert story() == ""


def test_a_way_over_two_firms_is_told_from_the_client_on(now):
    path = (Hop("A", "customer", 0.35), Hop("B", "guaranteed", None))
    cause = Cause("C", "contagion", "s", "e", "s2", "e2", "B", "strike", now, 0.5, path, now)
    told = cause_story([cause], ENGLISH, str, {"A": "Arda", "B": "Bora"})
    assert told == "its customer Arda (35 %) → a guarantor of Bora: strike, 2026-03-02"


def test_what_puts_an_alert_first_is_told_by_its_better_parts(alert):
    first = alert("a", 0.4, "probability 0.80 x severity 0.90")
    second = alert("b", 0.2, "probability 0.80 x severity 0.45")
    assert rank_story(first, second, ENGLISH) == "Priority 0.40; before the next by severity 0.90 (0.45)"


def test_equal_alerts_say_how_the_tie_was_broken(alert):
    one, other = (alert(client, 0.4, "probability 0.80") for client in "ab")
    assert "equal to the next" in rank_story(one, other, ENGLISH)


def test_a_risk_that_was_drawn_forward_says_why(alert):
    assert "does not stand behind" in rank_story(alert("a", 0.1, "p 0.1"), alert("a", 0.4, "p 0.4"), ENGLISH)
