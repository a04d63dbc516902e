"""One event, one story: which stories of a client and type tell the same event, and what a document adds to it.

Pure: the stories and documents known before come in, the aliases to keep go out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice

from oncu.classifiers.stories.events import SameEvent, Telling, is_retrospective, new_facts, same_event
from oncu.classifiers.stories.facts import Fact
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


@dataclass
class _Event:
    """What is known of one event: its tellings by their place in time, all they state, how far it has come."""

    tellings: dict[int, Telling] = field(default_factory=dict)
    facts: set[Fact] = field(default_factory=set)
    standing: int = -1

    def add(self, place: int, hit: Hit, telling: Telling) -> None:
        self.tellings[place] = telling
        self.facts |= telling.facts.facts
        self.standing = max(self.standing, STANDING.index(hit.status))

    def absorb(self, other: "_Event") -> None:
        self.tellings = dict(sorted({**self.tellings, **other.tellings}.items()))
        self.facts |= other.facts
        self.standing = max(self.standing, other.standing)


class Told:
    """What is known of an episode, in the order in which it became known; grows with each document.

    A new document is compared with the newest `MAX_COMPARED` stories only, so that each costs the same.
    """

    def __init__(self) -> None:
        self._same_as: dict[str, str] = {}  # story → the first story of its event
        self._events: dict[str, _Event] = {}  # by first story
        self._stories: dict[str, Telling] = {}  # each by its first telling; complaints and posts are left out
        self._count = 0

    def hear(self, hit: Hit) -> None:
        """Remember what a document tells."""
        telling = telling_of(hit)
        event = self._events.setdefault(self.first(hit.story_id), _Event())
        event.add(self._count, hit, telling)
        self._count += 1
        if hit.category not in OWN_EVENTS:
            self._stories.setdefault(hit.story_id, telling)

    def join(self, story_id: str, same_as: str) -> None:
        """Remember that a story tells the event of another; what was said of it first holds."""
        self._same_as.setdefault(story_id, same_as)
        root = self.first(story_id)
        if root != story_id and (event := self._events.pop(story_id, None)):
            self._events.setdefault(root, _Event()).absorb(event)

    def first(self, story_id: str) -> str:
        """The first story of the event a story tells."""
        return first_story(story_id, self._same_as)

    def join_event(self, hit: Hit, spec: SignalSpec, now: datetime) -> list[StoryAlias]:
        """The aliases that a new story brings: its own to the event it tells, and that event's to an earlier one."""
        if hit.category in OWN_EVENTS or spec.alert_after > 1:
            return []
        verdicts = self._verdicts(hit)
        if not verdicts:
            return []
        first, *later = verdicts
        found = [_alias(hit, hit.story_id, first, verdicts[first], now)]
        for other in later:
            if min(verdicts[first].score, verdicts[other].score) >= SURE and self._agree(first, other):
                found.append(_alias(hit, other, first, verdicts[other], now))
        return found

    def novelty(self, hit: Hit) -> str:
        """first | update | repeat: what a document adds to what is known of its event."""
        event = self._events.get(self.first(hit.story_id))
        if event is None:
            return "first"
        is_further = STANDING.index(hit.status) > event.standing
        return "update" if is_further or new_facts(telling_of(hit), event.facts) else "repeat"

    def _verdicts(self, hit: Hit) -> dict[str, SameEvent]:
        """The events a hit tells, in the order in which they became known, each with the telling most like it."""
        telling = telling_of(hit)
        newest = [*islice(reversed(self._stories.items()), MAX_COMPARED)]
        best: dict[str, SameEvent] = {}
        for story_id, known in reversed(newest):
            verdict = same_event(telling, known)
            if verdict.is_same:
                event = self.first(story_id)
                best[event] = max(best.get(event, verdict), verdict, key=lambda one: one.score)
        return dict(sorted(best.items(), key=lambda found: min(self._events[found[0]].tellings)))

    def _agree(self, one: str, other: str) -> bool:
        """Does no telling of one event contradict one of the other?"""
        ours, theirs = ([*islice(self._events[event].tellings.values(), MAX_COMPARED)] for event in (one, other))
        return all(same_event(a, b).score > CONTRARY for a in ours for b in theirs)


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


def _alias(hit: Hit, story_id: str, same_as: str, verdict: SameEvent, now: datetime) -> StoryAlias:
    known_at = max(now, hit.first_seen_at)
    return StoryAlias(hit.client_id, hit.type, story_id, same_as, verdict.reason, known_at, VERSION)
