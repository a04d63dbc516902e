"""Who told what when: each story's first word, its sequels, its copies elsewhere, and reports after the fact."""

from dataclasses import dataclass, fields

import numpy as np

from ..judge.tables import FloatArray, IntArray
from .outlets import Outlets
from .side import Side
from .stories import TYPES, Stories
from .wishes import Wishes

SHORTEST_GAP, LONGEST_GAP = 10, 27  # days between the sequels of a story: less than what ends an episode
COPY_DELAY = 3.0  # days, on average
REPORTED, REPORT_DELAY = 0.3, 5.0  # share of ends told of afterwards, and the days within which
FIRST, SEQUEL, COPY, REPORT = range(4)


@dataclass(frozen=True)
class Tellings:
    """One entry a signal. `at`: days since the start, with the hour as fraction; `story`: row of the story, -1 for a
    report after the fact; `event`: what is told (equal for copies); `how`: FIRST, SEQUEL, COPY or REPORT."""

    client: IntArray
    type: IntArray
    source: IntArray
    at: FloatArray
    story: IntArray
    event: IntArray
    how: IntArray

    def __len__(self) -> int:
        return len(self.client)

    def take(self, rows: IntArray) -> "Tellings":
        """The chosen rows, in that order."""
        return Tellings(**{one.name: getattr(self, one.name)[rows] for one in fields(self)})


def tell(side: Side, random: np.random.Generator) -> Tellings:
    """All signals of a side while the bank is watched, by moment."""
    stories, over = side.stories, np.minimum(side.ends.day, side.people.left)
    first = _first_words(stories, random)
    sequels = _sequels(side.wishes, stories, over, first.at, random)
    copies = _copies(side.wishes, side.outlets, stories, first.at, random)
    parts = (first, _second_types(stories, first), sequels, copies, _reports(side, random))
    whole = Tellings(**{one.name: np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(first)})
    order = np.lexsort((whole.type, whole.source, whole.client, whole.at))
    return whole.take(order[whole.at[order] < side.wishes.days])


def _first_words(stories: Stories, random: np.random.Generator) -> Tellings:
    row = np.arange(len(stories))
    at = stories.day + random.random(len(row)) * 0.99
    return Tellings(stories.client, stories.type, stories.source, at, row, row, np.full(len(row), FIRST))


def _second_types(stories: Stories, first: Tellings) -> Tellings:
    row = np.flatnonzero(stories.second_type >= 0)
    more = first.take(row)
    return Tellings(more.client, stories.second_type[row], more.source, more.at, row, row, more.how)


def _sequels(
    wishes: Wishes, stories: Stories, over: IntArray, first: FloatArray, random: np.random.Generator
) -> Tellings:
    """The story's own source tells on until its client has ended or the story is over."""
    row, at, rows, times, events = np.arange(len(stories)), first, [], [], []
    for number in range(1, wishes.told_days // SHORTEST_GAP + 1):
        at = at + random.integers(SHORTEST_GAP, LONGEST_GAP + 1, len(row))
        going = (at < stories.day[row] + wishes.told_days) & (at < over[stories.client[row]])
        row, at = row[going], at[going]
        rows.append(row)
        times.append(at)
        events.append(number * len(stories) + row)
    story = np.concatenate(rows) if rows else row[:0]
    columns = stories.client[story], stories.type[story], stories.source[story]
    at = np.concatenate(times) if times else first[:0]
    event = np.concatenate(events) if events else row[:0]
    return Tellings(*columns, at, story, event, np.full(len(story), SEQUEL))


def _copies(
    wishes: Wishes, outlets: Outlets, stories: Stories, first: FloatArray, random: np.random.Generator
) -> Tellings:
    """Other sources repeat the first word within days, each at most once."""
    story = np.repeat(np.arange(len(stories)), random.poisson(wishes.copies, len(stories)))
    source = random.choice(len(outlets), len(story), p=outlets.appetite)
    at = first[story] + random.exponential(COPY_DELAY, len(story))
    order = np.lexsort((at, source, story))
    _, once = np.unique(story[order] * len(outlets) + source[order], return_index=True)
    kept = order[once]
    kept = kept[source[kept] != stories.source[story[kept]]]
    story = story[kept]
    columns = stories.client[story], stories.type[story], source[kept], at[kept]
    return Tellings(*columns, story, story, np.full(len(story), COPY))


def _reports(side: Side, random: np.random.Generator) -> Tellings:
    """Some ends are in the news afterwards: an echo, which must count for nothing."""
    ended = np.flatnonzero(side.ends.ended)
    client = ended[random.random(len(ended)) < REPORTED]
    n = len(client)
    at = side.ends.day[client] + random.random(n) * REPORT_DELAY
    source = random.choice(len(side.outlets), n, p=side.outlets.volume)
    none, event = np.full(n, -1), -1 - np.arange(n)
    kind = random.integers(0, len(TYPES[side.name]), n)
    return Tellings(client, kind, source, at, none, event, np.full(n, REPORT))
