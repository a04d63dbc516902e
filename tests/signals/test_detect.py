from dataclasses import replace
from datetime import timedelta

import pytest

from oncu.config.load import load_signal_types
from oncu.signals.flow import novelty
from oncu.signals.flow.detect import Past, detect, step_height
from oncu.storage.hits import Hit

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


PLANT = {"type": "plant_expansion", "side": "opportunity", "name": "Simya İlaç"}
TOLD = "Simya İlaç Bursa'da 120 milyon liralık fabrika kuruyor"
RETOLD = "Simya İlaç'tan Bursa'ya fabrika: 120 milyon TL harcanacak"


@pytest.fixture
def plant(hit):
    return replace(hit, **PLANT, reading=TOLD)


def retold(hit, text=RETOLD, story="s2", **more):
    return replace(hit, story_id=story, document_id=f"d-{story}", tag_id=f"t-{story}", reading=text, **more)


def aliases(found):
    return [(alias.story_id, alias.same_as) for alias in found.aliases]


def test_an_event_in_other_words_gets_an_alias_and_keeps_its_own_story(plant, now):
    found = detect([plant, retold(plant)], Past(), TYPES, now, old_after=OLD)
    assert (aliases(found), [s.story_id for s in found.signals]) == ([("s2", "s1")], ["s1", "s2"])


def test_an_event_told_again_in_a_later_batch_joins_too(plant, now):
    first = detect([plant], Past(), TYPES, now, old_after=OLD)
    past = Past(first.episodes, first.signals, told=[plant])
    assert aliases(detect([retold(plant)], past, TYPES, now, old_after=OLD)) == [("s2", "s1")]


def test_two_events_of_one_week_stay_two(plant, now):
    other = retold(plant, "Simya İlaç Manisa'da 40 milyon liralık depo kuruyor")
    assert aliases(detect([plant, other], Past(), TYPES, now, old_after=OLD)) == []


def test_a_document_that_tells_two_known_events_makes_them_one(plant, now):
    amount = retold(plant, "Simya İlaç 120 milyon TL harcayacak", "s1")
    people = retold(plant, "Tesiste 250 kişi çalışacak, Simya İlaç duyurdu", "s2")
    both = retold(plant, "Simya İlaç tesisinde 250 kişi çalışacak, 120 milyon TL harcanacak", "s3")
    first = detect([amount, people], Past(), TYPES, now, old_after=OLD)
    past = Past(first.episodes, first.signals, told=[amount, people], aliases=first.aliases)
    assert aliases(first) == [] and aliases(detect([both], past, TYPES, now, old_after=OLD)) == [
        ("s3", "s1"),
        ("s2", "s1"),
    ]


def test_complaints_in_words_of_their_own_are_never_one(plant, now):
    found = detect(
        [replace(hit, category="complaint") for hit in (plant, retold(plant))], Past(), TYPES, now, old_after=OLD
    )
    assert aliases(found) == []


def test_what_each_document_adds_is_noted(plant, now):
    more = retold(plant, RETOLD + ", 250 kişi çalışacak", "s3")
    found = detect([plant, retold(plant), more, retold(more, story="s4")], Past(), TYPES, now, old_after=OLD)
    assert [evidence.novelty for evidence in found.evidence] == ["first", "repeat", "update", "repeat"]


def test_a_rumour_confirmed_is_news(plant, now):
    found = detect([replace(plant, status="rumour"), retold(plant)], Past(), TYPES, now, old_after=OLD)
    assert [evidence.novelty for evidence in found.evidence] == ["first", "update"]


def test_what_looks_back_is_old_news_and_never_alerts(plant, now):
    old = replace(plant, reading="Simya İlaç fabrikasının temeli atılalı on yıl oldu")
    found = detect([old], Past(), TYPES, now, old_after=OLD)
    assert ([e.novelty for e in found.evidence], found.signals[0].arm) == (["old"], "shadow")


def test_a_long_episode_compares_each_story_with_the_newest_only(plant, now, monkeypatch):
    compared = []
    judge = novelty.same_event
    monkeypatch.setattr(novelty, "same_event", lambda one, other: compared.append(1) or judge(one, other))
    told = [retold(plant, f"Simya İlaç {100 + n} milyon liralık fabrika kuruyor", f"s{n}") for n in range(120)]
    detect(told, Past(), TYPES, now, old_after=OLD)
    assert len(compared) <= 120 * novelty.MAX_COMPARED


def test_a_story_that_joins_brings_what_was_told_of_it(plant, now):
    """The people of the second story are known of the event once a third made both one."""
    amount = retold(plant, "Simya İlaç 120 milyon TL harcayacak", "s1")
    people = retold(plant, "Tesiste 250 kişi çalışacak, Simya İlaç duyurdu", "s2")
    both = retold(plant, "Simya İlaç tesisinde 250 kişi çalışacak, 120 milyon TL harcanacak", "s3")
    again = retold(plant, "Simya İlaç tesisinde 250 kişi çalışacak", "s1", source="ajans")
    found = detect([amount, people, both, again], Past(), TYPES, now, old_after=OLD)
    assert [evidence.novelty for evidence in found.evidence] == ["first", "first", "repeat", "repeat"]
