"""The history of each client until a cut-off as numbers and words; what came after it does not exist.

Events come one a row; those of one client and day are one visit (an inspection, a report, a day's news) and may carry
several remarks, each with its text and code.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from ..text import fold_key

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]

NUMBERS = (
    "visits",
    "days_since",
    "days_watched",
    "last_value",
    "value_before",
    "max_value",
    "mean_value",
    "flags",
    "last_flags",
    "remarks",
    "ends",
    "days_since_end",
    "group_size",
    "group_ends",
    "region_ends",
)
NEVER = 3_650  # days since an end that never was
GROUP_PRIOR, REGION_PRIOR = 5.0, 50.0  # clients with which a group's share of ends is drawn to that of all


@dataclass(frozen=True)
class Events:
    """One entry an event. `client` and `word` index `clients` and `texts`; `value` is NaN where none is given.

    `flagged` marks grave remarks, `ended` the events that are an outcome themselves; `group` (a chain, a holding) and
    `region` are numbers, -1 for none. Days are counted from 1970.
    """

    clients: list[str]
    client: Ints
    day: Ints
    value: Reals
    flagged: Flags
    ended: Flags
    group: Ints
    region: Ints
    text: Ints
    texts: list[str]

    def until(self, cut: int, window_days: int | None) -> "Events":
        """The events of the last `window_days` days up to day `cut`, and each client's last visit whenever it was."""
        known = self.day <= cut
        last = np.full(len(self.clients), -(2**40))
        np.maximum.at(last, self.client[known], self.day[known])
        recent = self.day > cut - window_days if window_days else known
        return self.where(known & (recent | (self.day == last[self.client])))

    def where(self, kept: Flags) -> "Events":
        """The events for which `kept` is true."""
        rows = ("client", "day", "value", "flagged", "ended", "group", "region", "text")
        return replace(self, **{name: getattr(self, name)[kept] for name in rows})


@dataclass(frozen=True)
class Features:
    """One row a client: `numbers` (NaN where unknown) in the order of `names`, and how often each word was said."""

    clients: list[str]
    group: Ints
    names: tuple[str, ...]
    numbers: Reals
    words: csr_matrix
    vocabulary: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.clients)

    def number(self, name: str) -> Reals:
        """One column of numbers. Raises KeyError for a name that is not one."""
        if name not in self.names:
            raise KeyError(name)
        column: Reals = self.numbers[:, self.names.index(name)]
        return column

    def where(self, kept: Flags) -> "Features":
        """The clients for which `kept` is true."""
        clients = [client for client, keep in zip(self.clients, kept, strict=True) if keep]
        return Features(clients, self.group[kept], self.names, self.numbers[kept], self.words[kept], self.vocabulary)


def describe_history(events: Events, cut: int, window_days: int | None = None) -> Features:
    """The clients with an event on day `cut` or before, in order of their number, by their events of the window."""
    known = events.until(cut, window_days)
    visits = _visits(known)
    present, first = np.unique(visits.client, return_index=True)
    last = np.append(first[1:], len(visits.client)) - 1
    own, shares = _own_numbers(visits, first, last, cut), _shares(visits, first, last)
    words, vocabulary = _words(known, present)
    clients = [events.clients[number] for number in present]
    numbers = np.column_stack([*own, *shares])
    return Features(clients, visits.group[last], NUMBERS, numbers, words, vocabulary)


def stack_features(parts: Sequence[Features]) -> Features:
    """The rows of several cut-offs under each other; a client may stand there more than once."""
    vocabulary = tuple(sorted({word for part in parts for word in part.vocabulary}))
    number = {word: n for n, word in enumerate(vocabulary)}
    return Features(
        clients=[client for part in parts for client in part.clients],
        group=np.concatenate([part.group for part in parts]),
        names=parts[0].names,
        numbers=np.vstack([part.numbers for part in parts]),
        words=csr_matrix(vstack([_spread(part, number) for part in parts])),
        vocabulary=vocabulary,
    )


def _spread(part: Features, number: Mapping[str, int]) -> csr_matrix:
    """The words of a part in the columns of a larger vocabulary."""
    columns = [number[word] for word in part.vocabulary]
    shape = (len(part.vocabulary), len(number))
    place = csr_matrix((np.ones(len(columns)), (np.arange(len(columns)), columns)), shape=shape)
    return csr_matrix(part.words @ place)


@dataclass(frozen=True)
class _Visits:
    """Client-days in order of client and day: the largest value, how many flags and remarks, whether one was an end."""

    client: Ints
    day: Ints
    value: Reals
    flags: Reals
    remarks: Reals
    ended: Flags
    group: Ints
    region: Ints


def _visits(events: Events) -> _Visits:
    order = np.lexsort((events.day, events.client))
    client, day = events.client[order], events.day[order]
    opens = np.ones(len(order), dtype=bool)
    opens[1:] = (client[1:] != client[:-1]) | (day[1:] != day[:-1])
    start = np.flatnonzero(opens)
    value = np.fmax.reduceat(events.value[order], start) if len(start) else np.zeros(0)
    flags, ended, remarks = (
        np.add.reduceat(column[order].astype(float), start) if len(start) else np.zeros(0)
        for column in (events.flagged, events.ended, np.ones(len(order)))
    )
    last = np.append(start[1:], len(order)) - 1
    group, region = events.group[order][last], events.region[order][last]
    return _Visits(client[start], day[start], value, flags, remarks, ended > 0, group, region)


def _own_numbers(visits: _Visits, first: Ints, last: Ints, cut: int) -> list[Reals]:
    """The numbers of a client's own visits, in the order of NUMBERS; visits `first` to `last` are its."""
    said = ~np.isnan(visits.value)
    valued = np.where(said, visits.value, 0.0)
    count, total = _sums(said.astype(float), first), _sums(valued, first)
    latest, before = _last_values(visits, first, last)
    end_day = np.maximum.reduceat(np.where(visits.ended, visits.day, cut - NEVER), first)
    with np.errstate(invalid="ignore"):
        mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return [
        (last - first + 1).astype(float),
        (cut - visits.day[last]).astype(float),
        (cut - visits.day[first]).astype(float),
        latest,
        before,
        np.fmax.reduceat(visits.value, first),
        mean,
        _sums(visits.flags, first),
        visits.flags[last],
        _sums(visits.remarks, first),
        _sums(visits.ended.astype(float), first),
        (cut - end_day).astype(float),
    ]


def _sums(column: Reals, first: Ints) -> Reals:
    return np.asarray(np.add.reduceat(column, first), dtype=np.float64)


def _last_values(visits: _Visits, first: Ints, last: Ints) -> tuple[Reals, Reals]:
    """The last value given and the one before it, NaN where there is none."""
    place = np.arange(len(visits.value))
    latest = _latest_said(visits.value, place, first)
    others = visits.value.copy()
    others[latest[latest >= 0]] = np.nan
    return _at(visits.value, latest), _at(visits.value, _latest_said(others, place, first))


def _latest_said(value: Reals, place: Ints, first: Ints) -> Ints:
    found: Ints = np.maximum.reduceat(np.where(np.isnan(value), -1, place), first)
    return found


def _at(value: Reals, place: Ints) -> Reals:
    return np.where(place >= 0, value[np.maximum(place, 0)], np.nan)


def _shares(visits: _Visits, first: Ints, last: Ints) -> list[Reals]:
    """How large a client's group is, and the share of the others of its group and region that have ended before."""
    ended = np.add.reduceat(visits.ended.astype(float), first) > 0
    group, region = visits.group[last], visits.region[last]
    size = np.bincount(group + 1)[group + 1].astype(float)
    size[group < 0] = 1.0
    return [size, _share_of_others(group, ended, GROUP_PRIOR), _share_of_others(region, ended, REGION_PRIOR)]


def _share_of_others(group: Ints, ended: Flags, prior: float) -> Reals:
    """(ends of the others + prior x share of all) / (others + prior): the client's own end says nothing here."""
    usual = float(ended.mean()) if len(ended) else 0.0
    number, ends = np.bincount(group + 1), np.bincount(group + 1, weights=ended.astype(float))
    others, their_ends = number[group + 1] - 1.0, ends[group + 1] - ended
    share = (their_ends + prior * usual) / (others + prior)
    return np.where(group >= 0, share, usual)


def _words(known: Events, present: Ints) -> tuple[csr_matrix, tuple[str, ...]]:
    """How often each word was said of each client. Equal texts are cut into words once."""
    has_text = known.text >= 0
    used, text = np.unique(known.text[has_text], return_inverse=True)
    counts, vocabulary = count_words([known.texts[number] for number in used])
    row = np.searchsorted(present, known.client[has_text])
    said = csr_matrix((np.ones(len(text)), (row, text)), shape=(len(present), len(used)))
    return csr_matrix(said @ counts), vocabulary


def count_words(texts: Sequence[str]) -> tuple[csr_matrix, tuple[str, ...]]:
    """Texts × words and pairs of words, each counted once a text; the vocabulary is in alphabetical order."""
    grams = [sorted(set(_grams(fold_key(text).split()))) for text in texts]
    vocabulary = tuple(sorted({gram for several in grams for gram in several}))
    number = {gram: n for n, gram in enumerate(vocabulary)}
    rows = np.repeat(np.arange(len(texts)), [len(several) for several in grams])
    columns = np.array([number[gram] for several in grams for gram in several], dtype=np.int64)
    shape = (len(texts), len(vocabulary))
    return csr_matrix((np.ones(len(columns)), (rows, columns)), shape=shape), vocabulary


def _grams(words: Sequence[str]) -> Iterable[str]:
    yield from words
    yield from (f"{one} {other}" for one, other in zip(words, words[1:], strict=False))
