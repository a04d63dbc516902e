"""Exactly one alert for each event: killed at every step and anywhere, without mail, by two at once, replayed."""

from datetime import timedelta
from random import Random

from .line import START, WHOLE, Line
from .mailbox import OUTAGES
from .mother import STEPS
from .once import check_told_once

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAUSE = 3 * MINUTE  # longer than what was claimed by the dead stays theirs


def come_to_rest(line: Line, at):
    """Run undisturbed until all pauses are over."""
    for hours in range(3):
        assert line.run(at=at + hours * HOUR) == [0]


def test_line_killed_at_every_step_tells_each_event_once(line):
    line.tell(60)
    for number, step in enumerate(STEPS):
        assert line.run(at=START + number * PAUSE, step=step) == [-9], step
        line.tell(4)
    come_to_rest(line, START + HOUR)
    check_told_once(line)


def test_line_killed_at_random_moments_tells_each_event_once(line):
    random = Random(11)
    for number in range(8):
        line.tell(6)
        line.run(at=START + number * PAUSE, seconds=random.uniform(0.02, 1))
    assert line.kills >= 4
    come_to_rest(line, START + HOUR)
    check_told_once(line)


def test_two_who_run_at_once_tell_each_event_once(line):
    for number in range(3):
        line.tell(20)
        line.run(at=START + number * PAUSE, copies=2)
    come_to_rest(line, START + HOUR)
    check_told_once(line)


def test_mail_server_in_any_mood_gets_each_event_once(line):
    for number, mood in enumerate(OUTAGES):
        line.tell(4)
        line.run_without_mail(mood, at=START + number * PAUSE)
    come_to_rest(line, START + 2 * HOUR)
    check_told_once(line)


def test_clock_that_jumps_loses_and_doubles_nothing(line):
    for jump in (0 * DAY, DAY, DAY - 2 * HOUR, -2 * HOUR, 0 * DAY):
        line.tell(4)
        line.run(at=START + jump)
    come_to_rest(line, START + PAUSE)
    check_told_once(line)


def test_everything_again_changes_nothing(line):
    line.tell(20)
    line.run(at=START)
    before = line.rows("SELECT * FROM alerts ORDER BY id")
    assert line.run((*WHOLE, ("run", "--again"), *WHOLE), at=START + HOUR) == [0]
    assert line.rows("SELECT * FROM alerts ORDER BY id") == before
    assert line.box.resent == 0
    check_told_once(line)
