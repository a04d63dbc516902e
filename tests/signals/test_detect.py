from dataclasses import replace
from datetime import timedelta

import pytest

from oncu.config.load import load_signal_types
from oncu.signals.detect import Past, detect, step_height
from oncu.storage.signals import Hit

OLD = timedelta(days=45)
TYPES = load_signal_types()


@pytest.fixture
def hit(now):
    return Hit(
        client_id="c1",
        type="lawsuit",
        side="risk",
        status="fact",
        origin="independent",
        probability=0.8,
        relevance=90,
        tag_id="t1",
        document_id="d1",
        story_id="s1",
        event_key=None,
        source="gazete",
        category="news",
        published_at=now,
        first_seen_at=now,
    )


def after(first, hits, now):
    """What a second batch brings after a first one."""
    return detect(hits, Past(first.episodes, first.signals), TYPES, now, old_after=OLD)


def test_a_first_hit_starts_an_episode_and_raises_the_level(hit, now):
    found = detect([hit], Past(), TYPES, now, old_after=OLD)
    assert (len(found.episodes), len(found.signals), len(found.steps)) == (1, 1, 1)
    assert found.steps[0].height == pytest.approx(step_height(TYPES["lawsuit"], hit))


def test_syndicated_story_is_one_signal_with_two_pieces_of_evidence(hit, now):
    copy = replace(hit, document_id="d2", tag_id="t2", source="ajans")
    found = detect([hit, copy], Past(), TYPES, now, old_after=OLD)
    assert (len(found.signals), [e.source for e in found.evidence]) == (1, ["gazete", "ajans"])


def test_a_second_story_joins_the_open_episode(hit, now):
    other = replace(hit, story_id="s2", document_id="d2")
    found = detect([hit, other], Past(), TYPES, now, old_after=OLD)
    assert (len(found.episodes), len(found.signals), len(found.steps)) == (1, 2, 1)


def test_a_silence_longer_than_merge_days_ends_the_episode(hit, now):
    first = detect([hit], Past(), TYPES, now, old_after=OLD)
    merge = timedelta(days=TYPES["lawsuit"].merge_days)
    later = replace(hit, story_id="s2", document_id="d2", published_at=None)
    same = after(first, [later], now + merge)
    other = after(first, [later], now + merge + timedelta(days=1))
    assert (len(same.episodes), len(other.episodes)) == (0, 1)


def test_a_denial_ends_the_episode_and_withdraws_its_step(hit, now):
    first = detect([hit], Past(), TYPES, now, old_after=OLD)
    denial = replace(hit, story_id="s2", document_id="d2", status="denied")
    found = after(first, [denial], now + timedelta(days=1))
    assert ([e.kind for e in found.endings], [s.kind for s in found.steps]) == (["denied"], ["withdraw"])


def test_a_denial_of_nothing_starts_nothing(hit, now):
    found = detect([replace(hit, status="denied")], Past(), TYPES, now, old_after=OLD)
    assert not (found.episodes or found.signals or found.evidence)


def test_an_anniversary_gives_no_signal(hit, now):
    assert not detect([replace(hit, status="past")], Past(), TYPES, now, old_after=OLD).signals


def test_an_old_document_gives_a_shadow_signal_that_raises_nothing(hit, now):
    old = replace(hit, published_at=now - OLD - timedelta(days=1))
    found = detect([old], Past(), TYPES, now, old_after=OLD)
    assert (found.signals[0].arm, found.steps) == ("shadow", ())


def test_an_undated_document_of_a_first_visit_gives_a_shadow_signal(hit, now):
    undated = replace(hit, published_at=None)
    first = detect([undated], Past(first_visits={"gazete": now}), TYPES, now, old_after=OLD)
    later = detect([undated], Past(first_visits={"gazete": now - timedelta(days=1)}), TYPES, now, old_after=OLD)
    assert (first.signals[0].arm, later.signals[0].arm) == ("shadow", "live")


def test_live_and_shadow_never_share_an_episode(hit, now):
    old = replace(hit, story_id="s2", document_id="d2", published_at=now - OLD - timedelta(days=1))
    found = detect([hit, old], Past(), TYPES, now, old_after=OLD)
    assert {e.arm for e in found.episodes} == {"live", "shadow"}


def test_a_signal_is_known_when_it_was_read_not_when_it_was_published(hit, now):
    early = replace(hit, published_at=now - timedelta(days=3))
    assert detect([early], Past(), TYPES, now, old_after=OLD).signals[0].known_at == now


def test_detecting_the_same_hits_again_gives_only_known_keys(hit, now):
    first = detect([hit], Past(), TYPES, now, old_after=OLD)
    again = after(first, [hit], now + timedelta(hours=1))
    assert not (again.signals or again.episodes or again.steps)
