"""Sixty kills, two at once, six outages of mail and two schedulers: two thousand documents, a thousand alerts, once."""

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from ..trust.line import START, WHOLE, Line, begin_mother, open_line
from ..trust.mailbox import FINE, OUTAGES
from ..trust.once import check_told_once

EVENTS, KILLS, AT_ONCE = 1_000, 60, 14
PAUSE, HOUR = timedelta(minutes=3), timedelta(hours=1)
SCHEDULE = (("schedule", "--once"),)


@pytest.fixture(scope="module")
def mother() -> Iterator["subprocess.Popen[str]"]:
    """The process whose copies run commands."""
    with begin_mother() as process:
        yield process


def report(line: Line, what: str) -> None:
    """The figures, for who reads the log."""
    alerts = line.rows("SELECT count(*) FROM alerts")[0][0]
    lost = line.papers.shown - alerts
    print(f"\n{what}: {line.kills} kills, {alerts} alerts, {lost} lost, {line.box.resent} mails sent again")


def test_a_thousand_events_survive_sixty_kills(tmp_path: Path, mother: "subprocess.Popen[str]") -> None:
    random, at, moods = Random(60), START, list(OUTAGES)
    with open_line(tmp_path, EVENTS, mother) as line:
        while line.kills < KILLS or line.papers.shown < EVENTS or moods:
            at += PAUSE
            line.tell(min(AT_ONCE, EVENTS - line.papers.shown))
            mood = moods.pop() if moods and random.random() < 0.15 else FINE
            line.box.turn(mood)
            seconds = random.uniform(0.05, 3) if mood == FINE else None  # an outage is met, not slept through
            line.run(at=at, seconds=seconds, copies=1 + (random.random() < 0.2))
        line.box.turn(FINE)
        for hours in range(1, 4):  # five hundred mails a run
            assert line.run(at=at + hours * HOUR) == [0], line.said[-2_000:]
        report(line, "random kills")
        assert line.kills >= KILLS
        check_told_once(line)
        before = line.rows("SELECT * FROM alerts ORDER BY id")
        assert line.run((*WHOLE, ("run", "--again"), *WHOLE), at=at + 5 * HOUR) == [0]
        assert line.rows("SELECT * FROM alerts ORDER BY id") == before


def test_two_schedulers_that_are_killed_tell_each_event_once(tmp_path: Path, mother: "subprocess.Popen[str]") -> None:
    random = Random(2)
    with open_line(tmp_path, 120, mother) as line:
        for number in range(8):
            line.tell(15)
            is_deadly = number % 2 == 1
            line.run(
                SCHEDULE, at=START + number * PAUSE, copies=2, seconds=random.uniform(0.1, 0.5) if is_deadly else None
            )
        for hours in (1, 2, 3):
            line.run(SCHEDULE, at=START + hours * HOUR, copies=2)
        report(line, "two schedulers")
        check_told_once(line)
        taken = line.rows("SELECT job, slot, count(*) FROM slots GROUP BY job, slot HAVING count(*) > 1")
        assert taken == []
