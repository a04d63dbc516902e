"""How long it took from the page to the reader, by category and source."""

import json
from datetime import timedelta

import pytest

from oncu.signals.faces.latency import delay_of, latency_lines, measure_latency, span_of
from oncu.signals.faces.urgent import send_unsent
from oncu.signals.words import load_words

BANKRUPT = "Parlak Telekom konkordato ilan etti"
LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TR, EN = (load_words(language, "Europe/Istanbul") for language in ("tr", "en"))


def measured(bank, now):
    return measure_latency(bank.database, since=now - 30 * DAY, until=now + DAY)


def test_each_step_is_measured_from_the_one_before(bank, now):
    bank.see(LAWSUIT, published_at=now - 3 * HOUR)
    bank.run(now + 5 * MINUTE)
    steps = measured(bank, now).overall.steps
    assert (steps["seen"].median, steps["alerted"].median, steps["sent"].n) == (180, 5, 0)


def test_what_left_at_once_counts_from_first_sight(bank, now, tmp_path):
    path = tmp_path / "r.yml"
    path.write_text(
        "rules: [{name: all, title: {tr: H, en: A}, whom: [owner], channel: [file], deadline: 1d}]", encoding="utf-8"
    )
    bank.set(routing=path, channels={"folder": tmp_path / "out"})
    bank.see(BANKRUPT)
    bank.run(now + 2 * MINUTE)
    send_unsent(bank.database, bank.catalogue, bank.settings, TR, lambda: now + 4 * MINUTE)
    steps = measured(bank, now).overall.steps
    assert (steps["sent"].median, steps["whole"].median) == (2, 4)


def test_a_page_without_a_time_or_of_the_future_is_left_out_of_the_first_step(bank, now):
    bank.see(LAWSUIT, published_at=now + HOUR)
    bank.run()
    found = measured(bank, now).overall
    assert (found.alerts, found.undated, found.steps["seen"].n) == (1, 1, 0)


def test_groups_are_by_category_and_source(bank, now):
    bank.see(LAWSUIT, source="ajans", category="news")
    bank.see(BANKRUPT, source="resmi", category="registry")
    bank.run()
    found = measured(bank, now)
    assert (sorted(found.by_source), sorted(found.by_category)) == (["ajans", "resmi"], ["news", "registry"])


def test_alerts_of_other_days_do_not_count(bank, now):
    bank.see(LAWSUIT)
    bank.run()
    assert measure_latency(bank.database, since=now + MINUTE, until=now + DAY).overall.alerts == 0


def test_quantiles_lie_between_the_values():
    found = delay_of(n * MINUTE for n in (1, 2, 3, 10))
    assert (found.n, found.median, found.longest) == (4, 2.5, 10)


def test_of_one_value_every_quantile_is_it():
    assert {delay_of([MINUTE]).median, delay_of([MINUTE]).p99} == {1}


@pytest.mark.parametrize(
    ("minutes", "tr", "en"),
    [
        (None, "–", "–"),
        (0, "0 dk", "0 min"),
        (0.5, "0,5 dk", "0.5 min"),
        (119, "119 dk", "119 min"),
        (210, "3,5 sa", "3.5 h"),
        (4320, "3,0 gün", "3.0 d"),
    ],
)
def test_minutes_are_said_in_a_fitting_unit(minutes, tr, en):
    assert (span_of(minutes, TR), span_of(minutes, EN)) == (tr, en)


@pytest.mark.parametrize("words", [TR, EN])
def test_the_table_has_a_line_for_each_group(bank, now, words):
    bank.see(LAWSUIT)
    bank.run()
    lines = latency_lines(measured(bank, now), words)
    assert sum(line.strip().startswith(("gazete", "news")) for line in lines) == 2


def test_latency_on_the_command_line(oncu):
    oncu("init")
    found = oncu("latency", "--json")
    assert (found.code, json.loads(found.out)["overall"]["alerts"]) == (0, 0)
    assert "Bu günlerde uyarı yok." in oncu("latency").out
