"""How names leave their words, read for many at once, is what is read one by one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.mentions.edges import (
    CLOSED,
    CUT,
    ENDINGS,
    NOTHING,
    OPEN,
    OTHER,
    PADDING,
    SOFTENED,
    look_behind,
    read_edges,
)
from oncu.classifiers.mentions.places import SUFFIX_WORD, Ending, right_edge

rests = st.text("aeiudklnrtyz5", max_size=6) | st.from_regex(SUFFIX_WORD, fullmatch=True)


def edge(rest: str, kind: int) -> Ending | None:
    """How a name of a kind leaves the word "<name><rest>"."""
    hay = f" kayra{rest} ".encode("ascii")
    letters = np.frombuffer(hay + PADDING, dtype=np.uint8)
    (ending,) = read_edges(hay, letters, np.array([6]), np.array([kind])).tolist()
    return None if ending == NOTHING else ENDINGS[ending]


@given(rests)
def test_name_that_may_carry_a_suffix_leaves_its_word_as_read_alone(rest: str) -> None:
    assert edge(rest, OPEN) == right_edge(f" kayra{rest} ", 6, softened=False)


@given(rests)
def test_softened_name_leaves_its_word_as_read_alone(rest: str) -> None:
    assert edge(rest, SOFTENED) == right_edge(f" kayra{rest} ", 6, softened=True)


@given(rests)
def test_name_that_may_carry_none_ends_with_its_word(rest: str) -> None:
    assert edge(rest, CLOSED) == (None if rest else "")


def test_no_name_ends_at_a_head() -> None:
    assert edge("", CUT) is None


@pytest.mark.parametrize("rest", ["kan", "t5", "zli", "de9n"])
def test_other_words_are_told_by_four_letters(rest: str) -> None:
    letters = np.frombuffer(f"{rest} ".encode("ascii") + PADDING, dtype=np.uint8)
    assert look_behind(letters, np.array([0])).tolist() == [OTHER]
