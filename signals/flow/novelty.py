"""One event, one story: which stories of a client and type tell the same event, and what a document adds to it.

Pure: the stories and documents known before come in, the aliases to keep go out.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from oncu.classifiers.stories.events import SameEvent, Telling, is_retrospective, new_facts, same_event
from oncu.config.specs import SignalSpec
from oncu.storage.hits import Hit
from oncu.storage.signals import StoryAlias

VERSION = "events-1"
SURE = 1.5  # score from which a document that tells two known events makes them one
CONTRARY = -2.0  # below, two tellings contradict each other
MAX_COMPARED = 40  # stories of one client and type that a new one is compared with, the newest
REMEMBERED = timedelta(days=30)  # for so long what was told is compared with
# Everybody complains of his own parcel: two complaints in words of their own are two events. So it is with all types
# of which one is no news.
OWN_EVENTS = frozenset(("complaint", "social"))
STANDING = ("rumour", "announced", "fact", "cancelled", "denied")

StoryKey = tuple[str, str, str]  # client, type, story


def first_story(story_id: str, same_as: Mapping[str, str]) -> str:
    """The first story of the event a story tells; `same_as`: story → the earlier one it turned out to tell."""
    seen = {story_id}
    while (earlier := same_as.get(story_id)) is not None and earlier not in seen:
        story_id = earlier
        seen.add(story_id)
    return story_id


def first_stories(aliases: Iterable[StoryAlias]) -> dict[StoryKey, str]:
    """For every story with an alias the first story of its event, by client, type and story."""
    by_client: dict[tuple[str, str], dict[str, str]] = {}
    for alias in aliases:
        by_client.setdefault((alias.client_id, alias.type), {})[alias.story_id] = alias.same_as
    return {
        (*key, story_id): first_story(story_id, same_as) for key, same_as in by_client.items() for story_id in same_as
    }


def join_event(
    hit: Hit, told: Sequence[Hit], same_as: Mapping[str, str], spec: SignalSpec, now: datetime
) -> list[StoryAlias]:
    """The aliases that a new story brings: its own to the event it tells, and that event's to an earlier one.

    `told` is what is known of the client and type, oldest first, and `same_as` the aliases of its stories so far.
    """
    if hit.category in OWN_EVENTS or spec.alert_after > 1:
        return []
    verdicts = _verdicts(hit, told, same_as)
    if not verdicts:
        return []
    first, *later = verdicts
    found = [_alias(hit, hit.story_id, first, verdicts[first], now)]
    for other in later:
        if min(verdicts[first].score, verdicts[other].score) >= SURE and _agree(first, other, told, same_as):
            found.append(_alias(hit, other, first, verdicts[other], now))
    return found


def novelty_of(hit: Hit, event: Sequence[Hit]) -> str:
    """first | update | repeat: what a document adds to what is known of its event (`event`, without itself)."""
    if not event:
        return "first"
    is_further = STANDING.index(hit.status) > max(STANDING.index(known.status) for known in event)
    if is_further or new_facts(telling_of(hit), [telling_of(known) for known in event]):
        return "update"
    return "repeat"


def is_old_news(hit: Hit) -> bool:
    """Does a document look back at what happened long ago?"""
    return is_retrospective(telling_of(hit), _sentence_of(hit))


def telling_of(hit: Hit) -> Telling:
    """A hit as far as the comparison of events goes."""
    return Telling(hit.reading, hit.name, hit.told_at, hit.source, hit.event_key, hit.language, hit.cue)


def _sentence_of(hit: Hit) -> str:
    """The sentence in which the words of the type begin."""
    start = max(hit.reading.rfind(end, 0, hit.tag_start) for end in ("\n", ". ", "! ", "? ")) + 1
    ends = [at for end in ("\n", ". ", "! ", "? ") if (at := hit.reading.find(end, hit.tag_start)) >= 0]
    return hit.reading[start : min(ends, default=len(hit.reading))]


def _verdicts(hit: Hit, told: Sequence[Hit], same_as: Mapping[str, str]) -> dict[str, SameEvent]:
    """The events a hit tells, in the order in which they became known, each with the telling most like it."""
    firsts: dict[str, Hit] = {}
    for known in told:
        if known.story_id != hit.story_id and known.category not in OWN_EVENTS:
            firsts.setdefault(known.story_id, known)
    best: dict[str, SameEvent] = {}
    for story_id, known in list(firsts.items())[-MAX_COMPARED:]:
        verdict = same_event(telling_of(hit), telling_of(known))
        event = first_story(story_id, same_as)
        if verdict.is_same and (event not in best or verdict.score > best[event].score):
            best[event] = verdict
    order = {first_story(known.story_id, same_as): at for at, known in reversed(list(enumerate(told)))}
    return dict(sorted(best.items(), key=lambda found: order[found[0]]))


def _agree(one: str, other: str, told: Sequence[Hit], same_as: Mapping[str, str]) -> bool:
    left = [known for known in told if first_story(known.story_id, same_as) == one]
    right = [known for known in told if first_story(known.story_id, same_as) == other]
    return all(
        same_event(telling_of(a), telling_of(b)).score > CONTRARY
        for a in left[:MAX_COMPARED]
        for b in right[:MAX_COMPARED]
    )


def _alias(hit: Hit, story_id: str, same_as: str, verdict: SameEvent, now: datetime) -> StoryAlias:
    known_at = max(now, hit.first_seen_at)
    return StoryAlias(hit.client_id, hit.type, story_id, same_as, verdict.reason, known_at, VERSION)
