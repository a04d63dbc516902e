"""Who told it first, who copied, how many are independent."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from oncu.signals.flow.tellers import count_copies, count_independent, trace_tellers
from oncu.storage.alerts import Evidence

ZONE = ZoneInfo("Europe/Istanbul")
HOUR = timedelta(hours=1)


@pytest.fixture
def told(now):
    def make(source, story="s1", *, hours=0, seen=100, origin="independent"):
        published = None if hours is None else now + hours * HOUR
        return Evidence(
            signal_id="g1",
            document_id=f"{source}-{story}",
            source=source,
            url=None,
            published_at=published,
            first_seen_at=now + seen * HOUR,
            known_at=now + seen * HOUR,
            status="fact",
            title="",
            text="",
            mention_start=0,
            mention_end=0,
            mention_reason="",
            mention_probability=1.0,
            tag_start=0,
            tag_end=0,
            tag_reason="",
            tag_probability=1.0,
            story_id=story,
            origin=origin,
        )

    return make


def roles(*evidence):
    return [(teller.source, teller.role, teller.copied_from) for teller in trace_tellers(evidence, ZONE)]


def test_the_one_published_first_is_copied_by_the_others(told):
    assert roles(told("b", hours=2), told("a", hours=1)) == [("a", "first", None), ("b", "copy", "a")]


def test_without_a_date_the_time_it_was_seen_decides(told):
    assert roles(told("b", hours=2), told("a", hours=None, seen=1)) == [("a", "first", None), ("b", "copy", "a")]


def test_other_words_are_another_voice(told):
    assert roles(told("a"), told("b", "s2", hours=1)) == [("a", "first", None), ("b", "own", None)]


def test_the_firm_itself_is_counted_apart(told):
    tellers = trace_tellers([told("firma", origin="self"), told("b", "s2", hours=1)], ZONE)
    assert ([teller.role for teller in tellers], count_independent(tellers)) == (["self", "first"], 1)


def test_a_claim_of_the_future_counts_from_when_it_was_seen(told, now):
    (teller,) = trace_tellers([told("a", hours=9, seen=1)], ZONE)
    assert (teller.at, teller.note) == (now + HOUR, "future")


def test_a_bare_date_is_not_the_first_minute_of_its_day(told, now):
    midnight = -12  # hours before 12:00 in Istanbul
    found = trace_tellers([told("gun", hours=midnight), told("saat", hours=-3)], ZONE)
    assert [(teller.source, teller.note) for teller in found] == [("saat", None), ("gun", "day")]


def test_copies_do_not_count_as_sources(told):
    tellers = trace_tellers([told("a"), told("b", hours=1), told("c", hours=2), told("d", "s2", hours=3)], ZONE)
    assert (count_independent(tellers), count_copies(tellers)) == (2, 2)


def test_two_channels_of_one_house_are_one_voice(told):
    tellers = trace_tellers([told("a"), told("a-ekonomi", "s2", hours=1)], ZONE)
    assert count_independent(tellers, lambda source: source[0]) == 1
