"""Exactly one alert for each event: killed at every step and anywhere, without mail, by two at once, replayed."""

from datetime import timedelta
from random import Random

from .line import START, WHOLE, Line
from .mailbox import DEAF, FINE, OUTAGES
from .mother import STEPS
from .once import check_told_once

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAUSE = 3 * MINUTE  # longer than what the dead had claimed stays theirs
CRAWL, READ, DIGESTS = ([words] for words in WHOLE)


def come_to_rest(line: Line, at):
    """Run undisturbed until all pauses are over."""
    assert line.run(at=at) == [0], line.said
    assert line.run(READ, at=at + HOUR) == [0], line.said


def test_line_killed_at_every_step_tells_each_event_once(line):
    line.tell(60)
    steps = list(STEPS)
    crawling, digesting = steps[: steps.index("resolve")], steps[steps.index("compose") :]
    for number, step in enumerate(steps):
        words = CRAWL if step in crawling else DIGESTS if step in digesting else READ
        assert line.run(words, at=START + number * PAUSE, step=step) == [-9], step
    come_to_rest(line, START + HOUR)
    check_told_once(line)


def test_line_killed_at_random_moments_tells_each_event_once(line):
    random = Random(11)
    for number in range(7):
        line.tell(6)
        line.run(at=START + number * PAUSE, seconds=random.uniform(0.02, 0.8))
    assert line.kills >= 4
    come_to_rest(line, START + HOUR)
    check_told_once(line)


def test_two_who_run_at_once_tell_each_event_once(line):
    for number in range(2):
        line.tell(20)
        line.run(at=START + number * PAUSE, copies=2)
    come_to_rest(line, START + HOUR)
    check_told_once(line)


def test_mail_server_in_any_mood_gets_each_event_once(line):
    line.tell(24)
    line.run(CRAWL, at=START)
    for number, mood in enumerate(OUTAGES):
        line.box.turn(mood)
        line.run((*READ, *DIGESTS), at=START + number * HOUR)
        assert mood == DEAF or not line.box.came
    line.box.turn(FINE)
    come_to_rest(line, START + len(OUTAGES) * HOUR)
    check_told_once(line)


def test_clock_that_jumps_loses_and_doubles_nothing(line):
    for jump in (DAY, -2 * HOUR, 0 * DAY):
        line.tell(4)
        line.run(at=START + jump)
    come_to_rest(line, START + PAUSE)
    check_told_once(line)


def test_clock_that_was_set_back_delays_no_message_that_was_being_sent(line):
    line.tell(8)
    line.run((*CRAWL, *READ), at=START + DAY, step="send")
    line.run(READ, at=START)
    assert line.rows("SELECT count(*) FROM dispatches WHERE sent_at IS NULL") == [(0,)]
    assert (line.box.resent, line.kills) == (1, 1)


def test_everything_again_changes_nothing(line):
    line.tell(20)
    line.run(at=START)
    before = line.rows("SELECT * FROM alerts ORDER BY id")
    assert line.run((*CRAWL, ("run", "--again"), *READ, *DIGESTS), at=START + HOUR) == [0]
    assert line.rows("SELECT * FROM alerts ORDER BY id") == before
    assert line.box.resent == 0
    check_told_once(line)
