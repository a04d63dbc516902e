"""Who holds a shingle: the same as asking every document."""

from array import array
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.stories.holders import MAX_HOLDERS, Holders

texts = st.lists(st.sets(st.integers(0, 12) | st.integers(0, (1 << 32) - 1), max_size=6), max_size=40)


def holding(*bunches: list[set[int]]) -> tuple[Holders, list[tuple[int, int, int]]]:
    """Holders of documents added in bunches, and the pairs found (new, known, how many shingles)."""
    holders, pairs, first = Holders(), [], 0
    for bunch in bunches:
        postings = holders.add([array("Q", sorted(text)) for text in bunch])
        shared = holders.share(postings, len(bunch))
        columns = (shared.new + first, shared.known, shared.counts)
        pairs += zip(*(column.tolist() for column in columns), strict=True)
        first += len(bunch)
    return holders, pairs


def asked_each(told: list[set[int]]) -> list[tuple[int, int, int]]:
    found = []
    for new, text in enumerate(told):
        newest = (before for shingle in text for before in [n for n in range(new) if shingle in told[n]][-MAX_HOLDERS:])
        found += [(new, known, count) for known, count in sorted(Counter(newest).items())]
    return found


@given(texts, st.integers(1, 7))
def test_the_newest_holders_of_each_shingle_are_found_however_many_are_added_at_once(told: list[set[int]], n: int):
    bunches = [told[start : start + n] for start in range(0, len(told), n)]
    assert holding(*bunches)[1] == asked_each(told)


def test_a_document_is_crowded_where_more_may_hold_its_shingle_than_are_looked_up() -> None:
    holders = holding([{1}] * (MAX_HOLDERS - 1))[0]
    crowded = []
    for text in ({1}, {1, 2}, {2}):
        crowded += holders.share(holders.add([array("Q", text)]), 1).is_crowded.tolist()
    assert crowded == [False, True, False]


@given(texts, st.sets(st.integers(0, 39)))
def test_what_is_dropped_holds_nothing(told: list[set[int]], old: set[int]) -> None:
    holders, _ = holding(told)
    holders.drop([serial for serial in old if serial < len(told)])
    shared = holders.share(holders.add([array("Q", range(13))]), 1)
    left = [set() if serial in old else text & set(range(13)) for serial, text in enumerate(told)]
    expected = [found[1:] for found in asked_each([*left, set(range(13))]) if found[0] == len(told)]
    assert list(zip(shared.known.tolist(), shared.counts.tolist(), strict=True)) == expected
