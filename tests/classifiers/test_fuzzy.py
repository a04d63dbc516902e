"""The nearest names by spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.firms.fuzzy import FuzzyIndex

NAMES = ["nurova tekstil", "nurova gida", "vadi insaat", "pinarkent seramik", "kiyisoy lojistik"]


def nearest_name(query: str) -> str:
    return NAMES[next(FuzzyIndex(NAMES).nearest([query]))[0].row]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("nurova tesktil", "nurova tekstil"),
        ("seramik pinarkent", "pinarkent seramik"),
        ("kiyisoy", "kiyisoy lojistik"),
        ("vadiinsaat", "vadi insaat"),
    ],
)
def test_wrongly_written_name_is_found(query: str, name: str) -> None:
    assert nearest_name(query) == name


def test_name_itself_is_nearest_of_all() -> None:
    near = next(FuzzyIndex(NAMES).nearest(["nurova gida"]))
    assert (NAMES[near[0].row], round(near[0].nearness, 3)) == ("nurova gida", 1.0)


def test_answers_keep_the_order_of_the_queries_beyond_one_batch() -> None:
    queries = NAMES * 120
    rows = [near[0].row for near in FuzzyIndex(NAMES).nearest(queries)]
    assert rows == list(range(len(NAMES))) * 120


@pytest.mark.parametrize("query", ["", "qqq"])
def test_name_like_no_other_is_near_nobody(query: str) -> None:
    assert next(FuzzyIndex(NAMES).nearest([query])) == []


def test_empty_index_answers_nothing() -> None:
    assert list(FuzzyIndex([]).nearest(["nurova"])) == [[]]


@given(st.text(alphabet="abcnuroviest ", max_size=30))
def test_nearness_lies_between_zero_and_one(query: str) -> None:
    assert all(0 <= near.nearness <= 1.0001 for near in next(FuzzyIndex(NAMES).nearest([query])))
