"""Silence is told apart from "nothing happened": states, alarms, and what a reader is told."""

from datetime import date, timedelta

import pytest

from oncu.config.settings import HealthSettings
from oncu.signals.commands.health import alarm_line, health_lines
from oncu.signals.listening.health import blind_spots, is_quiet, judge_source, judge_visit, new_alarms, watch_sources
from oncu.signals.words import load_words
from oncu.storage.health import Visit
from oncu.storage.runs import Issue, finish_run, save_issues, start_run

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
GOOD = {"found": 10, "dated": 10}
SETTINGS = HealthSettings()


def visit(status="done", at=None, **counts):
    return Visit(
        "gazete", at, status, {key.replace("kind_", "kind:").replace("_", "-"): n for key, n in counts.items()}
    )


@pytest.fixture
def visits(now):
    """Visits an hour apart: `visits("++f+")`, + good, f failed, 0 silent, c changed, = all pages unchanged."""
    made = {
        "+": ("done", GOOD),
        "f": ("failed", {"found": 0, "kind:fetch": 1, "kind:too-few": 1}),
        "0": ("done", {"found": 0, "kind:too-few": 1}),
        "c": ("done", {"found": 0, "kind:selector": 1, "kind:too-few": 1}),
        "=": ("done", {"found": 0, "unchanged": 1}),
    }
    return lambda marks: [Visit("gazete", now + n * HOUR, *made[mark]) for n, mark in enumerate(marks)]


def judged(visits, arrivals=None):
    return judge_source("gazete", visits, arrivals or {}, alarm_after=3)


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        (GOOD, "ok"),
        ({"found": 0, "kind_too_few": 1}, "silent"),
        ({"found": 1, "kind_too_few": 1}, "silent"),
        ({"found": 0, "kind_empty": 1}, "ok"),  # the source's file expects none
        ({"found": 0, "kind_selector": 1, "kind_too_few": 1}, "changed"),
        ({"found": 0, "kind_wall": 8, "kind_too_few": 1}, "changed"),
        ({"found": 10, "kind_fill": 1}, "changed"),
        ({"found": 10, "kind_too_many": 1}, "changed"),
        ({"found": 10, "kind_empty_row": 5}, "changed"),
        ({"found": 10, "kind_empty_row": 1}, "ok"),
        ({"found": 10, "kind_undated": 1}, "undated"),
        ({"found": 10, "kind_fetch": 6}, "failing"),
        ({"found": 4, "kind_robots": 3}, "ok"),
        ({"found": 4, "kind_feed": 3}, "ok"),
        ({"found": 0, "unchanged": 2}, None),
    ],
)
def test_state_of_a_visit_that_ended(counts, state):
    assert judge_visit(visit(**counts)) == state


@pytest.mark.parametrize(
    ("counts", "state"),
    [
        ({}, "failing"),
        ({"kind_fetch": 1, "kind_too_few": 1}, "failing"),
        ({"kind_feed": 1, "kind_too_few": 1}, "changed"),
    ],
)
def test_state_of_a_visit_that_failed(counts, state):
    assert judge_visit(visit("failed", found=0, **counts)) == state


def test_a_source_without_a_visit_is_new():
    assert judged([]).state == "new"


def test_one_bad_visit_is_a_state_but_no_alarm(visits):
    health = judged(visits("++f"))
    assert (health.state, health.is_alarmed, health.alarm) == ("failing", False, None)


def test_the_alarm_is_raised_at_the_third_bad_visit_and_at_no_other(visits):
    assert [judged(visits("+" + "f" * n)).alarm for n in range(1, 6)] == [None, None, "raised", None, None]


def test_bad_visits_of_different_kinds_are_one_row(visits):
    health = judged(visits("+f0c"))
    assert (health.state, health.visits, health.alarm) == ("changed", 3, "raised")


def test_the_recovery_is_told_once_and_wears_off(visits):
    found = [judged(visits("fff" + "+" * n)) for n in range(1, 6)]
    assert [health.alarm for health in found] == ["recovered", None, None, None, None]
    assert [health.state for health in found] == ["recovered", "recovered", "recovered", "ok", "ok"]


def test_a_short_trouble_leaves_no_recovery(visits):
    assert judged(visits("+ff+")).state == "ok"


def test_since_is_the_first_visit_of_the_row(visits, now):
    health = judged(visits("++ff"))
    assert (health.since, health.last_success, health.last_visit) == (now + 2 * HOUR, now + HOUR, now + 3 * HOUR)


def test_an_unchanged_page_does_not_heal_a_source_we_no_longer_understand(visits):
    assert (judged(visits("+c==")).state, judged(visits("+c==")).alarm) == ("changed", "raised")
    assert judged(visits("++==")).state == "ok"


def test_a_daily_paper_without_news_for_two_days_is_silent_though_its_page_answers(now):
    arrivals = {now.date() - n * DAY: 12 for n in range(2, 20)}
    health = judge_source("gazete", [visit(at=now, **GOOD)], arrivals, alarm_after=3)
    assert (health.state, health.alarm) == ("silent", "raised")


@pytest.mark.parametrize(
    ("on", "quiet"), [(date(2026, 3, 1), False), (date(2026, 3, 2), False), (date(2026, 3, 4), True)]
)
def test_a_weekend_is_no_silence_of_a_source_that_rests_on_weekends(on, quiet):
    workdays = [date(2026, 2, 2) + n * DAY for n in range(26) if (date(2026, 2, 2) + n * DAY).weekday() < 5]
    assert is_quiet(dict.fromkeys(workdays, 20), on) is quiet


def test_a_source_that_tells_little_is_not_called_silent_by_chance():
    days = {date(2026, 2, 2) + n * 5 * DAY: 1 for n in range(5)}
    assert not is_quiet(days, date(2026, 3, 4))


def test_a_source_without_a_past_is_not_called_silent():
    assert not is_quiet({date(2026, 3, 1): 50}, date(2026, 3, 9))


def test_rates_compare_the_last_week_with_the_weeks_before(now):
    arrivals = {now.date() - n * DAY: 5 if n < 7 else 10 for n in range(20)} | {now.date() - 20 * DAY: 900}
    health = judge_source("gazete", [visit(at=now, **GOOD)], arrivals, alarm_after=3)
    assert (health.per_day, health.usual) == (5.0, 10.0)


def keep_run(bank, at, status="done", name="gazete", **counts):
    found = {key.replace("kind_", "kind:").replace("_", "-"): n for key, n in counts.items()}
    with bank.database.write() as connection:
        run = start_run(connection, "crawl", "1", at, subject=name)
        finish_run(connection, run, status, found, at)
        if status == "failed":
            save_issues(
                connection, [Issue("fetch", "http://a.example/", "the host answered 500")], at, run_id=run, source=name
            )


def test_health_is_read_from_runs_documents_and_issues(bank, now, make_source):
    for n in range(12, 0, -1):
        bank.see(f"Haber {n}", at=now - n * DAY)
    keep_run(bank, now - HOUR, **GOOD)
    keep_run(bank, now, "failed", found=0, kind_fetch=1)
    [health] = watch_sources(bank.database, {"gazete": make_source("gazete")}, SETTINGS, now)
    assert (health.state, health.usual, health.dated) == ("failing", 1.0, 1.0)
    assert health.issue == Issue("fetch", "http://a.example/", "the host answered 500")


def test_an_issue_of_an_earlier_visit_is_not_shown_beside_ok(bank, now, make_source):
    keep_run(bank, now - HOUR, "failed", found=0, kind_fetch=1)
    keep_run(bank, now, issues=0, **GOOD)
    [health] = watch_sources(bank.database, {"gazete": make_source("gazete")}, SETTINGS, now)
    assert (health.state, health.issue) == ("ok", None)


def test_an_issue_of_an_earlier_visit_stays_beside_a_source_that_is_not_well(bank, now, make_source):
    keep_run(bank, now - HOUR, "failed", found=0, kind_fetch=1)
    keep_run(bank, now, found=0, unchanged=3, issues=0)
    [health] = watch_sources(bank.database, {"gazete": make_source("gazete")}, SETTINGS, now)
    assert health.state == "failing" and health.issue


def test_health_of_an_earlier_moment_does_not_know_what_came_later(bank, now, make_source):
    keep_run(bank, now, **GOOD)
    keep_run(bank, now + HOUR, "failed", found=0, kind_fetch=1)
    assert watch_sources(bank.database, {"gazete": make_source("gazete")}, SETTINGS, now)[0].state == "ok"


def test_worst_sources_come_first_and_disabled_unvisited_ones_do_not_count(bank, now, make_source):
    keep_run(bank, now, name="iyi", **GOOD)
    keep_run(bank, now, "failed", name="kotu", found=0)
    off = make_source("kapali", enabled=False, to_check=["her şey"])
    specs = {"iyi": make_source("iyi"), "kotu": make_source("kotu"), "yeni": make_source("yeni"), "kapali": off}
    assert [h.source for h in watch_sources(bank.database, specs, SETTINGS, now)] == ["kotu", "yeni", "iyi"]


def test_a_source_heard_today_is_no_blind_spot_before_its_alarm(bank, now):
    keep_run(bank, now - HOUR, **GOOD)
    keep_run(bank, now, "failed", found=0, kind_fetch=1)
    assert blind_spots(bank.database, SETTINGS, now) == []
    keep_run(bank, now + HOUR, "failed", found=0, kind_fetch=1)
    keep_run(bank, now + 2 * HOUR, "failed", found=0, kind_fetch=1)
    assert blind_spots(bank.database, SETTINGS, now + 2 * HOUR) == ["gazete"]


def test_a_source_never_heard_is_a_blind_spot_at_once(bank, now):
    keep_run(bank, now, found=0, kind_selector=1, kind_too_few=1)
    assert blind_spots(bank.database, SETTINGS, now) == ["gazete"]


def test_a_source_that_is_no_longer_visited_is_no_blind_spot(bank, now):
    keep_run(bank, now, "failed", found=0, kind_fetch=1)
    assert blind_spots(bank.database, SETTINGS, now + 8 * DAY) == []


def test_the_digest_names_what_it_could_not_hear(bank, now):
    keep_run(bank, now, found=0, kind_wall=3, kind_too_few=1)
    assert bank.digest(now).silent_sources == ("gazete",)


def test_new_alarms_are_those_of_the_last_visit(bank, now):
    for n in range(4):
        keep_run(bank, now + n * HOUR, "failed", found=0, kind_fetch=1)
    said = [[h.alarm for h in new_alarms(bank.database, ["gazete"], SETTINGS, now + n * HOUR)] for n in range(4)]
    assert said == [[], [], ["raised"], []]


def test_the_table_says_states_in_words_and_marks_alarms(visits):
    [header, line] = health_lines([judged(visits("+fff"))], load_words("en", "Europe/Istanbul"))
    assert header.startswith("state") and line.startswith("failing !") and "2026-03-02 13:00" in line


def test_no_source_is_said_in_one_line():
    assert health_lines([], load_words("en", "Europe/Istanbul")) == [
        "no source is enabled or was visited; oncu sources list shows the catalogue"
    ]


def test_an_alarm_is_one_sentence(visits):
    assert alarm_line(judged(visits("+fff"))) == (
        "alarm: gazete is failing, 3 visits in a row; oncu sources health says more"
    )
    assert alarm_line(judged(visits("fff+"))) == "alarm over: gazete is heard again"
