"""The automaton over heads finds what a search for every whole spelling would find."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.mentions.automaton import HEAD, Automaton, build_automaton, pack_texts
from oncu.classifiers.mentions.edges import ENDINGS
from oncu.classifiers.mentions.places import right_edge

WORDS = [
    "kar",
    "karak",
    "pamir",
    "un",
    "gida",
    "sanayi",
    "ve",
    "ticaret",
    "12345678",
    "123456789",
    "1234567890",
    "ab",
    "pazarlamacilik",
]
LONG = "pazarlamacilik un"
SUFFIXES = ["", "", "", "den", "in", "lik"]
SOFT = {"k": "g", "p": "b", "t": "d"}

names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)


def build(*keys: str, bends: bool = True) -> Automaton:
    packed = pack_texts([key.encode() for key in sorted(keys)])
    return build_automaton(packed, bytes(bends and len(key) >= 4 and not key.isdigit() for key in sorted(keys)))


def find(automaton: Automaton, text: str) -> set[tuple[int, int, str, str]]:
    found = automaton.find(f" {text} ".encode())
    rows = zip(*(column.tolist() for column in found), strict=True)
    return {(start, end, automaton.keys[key].decode(), ENDINGS[ending]) for start, end, key, ending in rows}


def search(keys: list[str], text: str) -> set[tuple[int, int, str, str]]:
    """The same the slow way: every spelling at every place."""
    found = set()
    for key in keys:
        for spelling, softened in ((key, False), (key[:-1] + SOFT.get(key[-1], "\0"), True)):
            start = f" {text} ".find(f" {spelling}")
            while start >= 0:
                end = start + 1 + len(spelling)
                ending = right_edge(f" {text} ", end, softened=softened)
                if ending is not None and (not ending or (len(key) >= 4 and not key.isdigit())):
                    found.add((start + 1, end, key, ending))
                start = f" {text} ".find(f" {spelling}", start + 1)
    return found


@given(st.lists(names, min_size=1, max_size=12, unique=True), st.data())
def test_heads_find_what_whole_spellings_find(keys: list[str], data: st.DataObject) -> None:
    words = st.sampled_from([*keys, *(key[:-1] + "g" for key in keys), *WORDS, "karag", "12345678901", "1234567890a"])
    text = " ".join(data.draw(st.lists(st.tuples(words, st.sampled_from(SUFFIXES)).map("".join))))
    assert find(build(*keys), text) == search(keys, text)


def test_names_of_one_head_are_one_pattern() -> None:
    keys = [f"{LONG} gida {word}" for word in "abcdefghijklmn"]
    automaton = build(*keys)
    assert len(automaton.kinds) == 1 and len(keys[0]) > HEAD
    assert {found[2] for found in find(automaton, f"{LONG} gida c")} == {f"{LONG} gida c"}


def test_name_that_is_the_head_of_longer_ones_does_not_hide_them() -> None:
    head = f"{LONG} xy"
    assert len(head) == HEAD
    for text in (head, f"{head}a", f"{head}a un"):
        assert text in {found[2] for found in find(build(head, f"{head}a", f"{head}a un"), text)}


def test_end_of_a_long_name_softens() -> None:
    found = find(build(f"{LONG} pazarlamacilik"), f"{LONG} pazarlamaciligi")
    assert found == {(1, 33, f"{LONG} pazarlamacilik", "softened")}


def test_places_are_in_reading_order() -> None:
    found = build("kar", "un gida", "gida", "123456789").find(b" gida 123456789 un gida kar ")
    assert found.starts.tolist() == sorted(found.starts.tolist()) and len(found.starts) == 5


def test_name_does_not_run_over_the_border_of_two_texts() -> None:
    assert not find(build("pamir un"), "pamir \n un")


def test_number_of_twenty_digits_is_found_too() -> None:
    number = "12345678901234567890"
    assert {found[2] for found in find(build(number), f"no {number} olan")} == {number}


@pytest.mark.parametrize("before", ["", "a", "aa", "aaa"])
@pytest.mark.parametrize("number", ["123456789", "1234567890", "1234567890123456"])
def test_number_is_found_wherever_it_stands(number: str, before: str) -> None:
    assert {found[2] for found in find(build(number), f"{before} {number} {number}".strip())} == {number}


def test_texts_it_is_laid_out_for_change_nothing() -> None:
    keys, text = pack_texts([b"kar gida", b"pamir"]), b" pamir kar gida "
    assert [column.tolist() for column in build_automaton(keys, b"\1\1", [b" kar da gida "]).find(text)] == [
        column.tolist() for column in build_automaton(keys, b"\1\1").find(text)
    ]


def test_key_of_a_whole_text_is_found_and_of_a_part_is_not() -> None:
    automaton = build("kar gida", "1234567890")
    assert (automaton.key_of("1234567890"), automaton.key_of("kar gida")) == (0, 1)
    assert (automaton.key_of("kar"), automaton.key_of("kar gida sanayi"), automaton.key_of("")) == (None, None, None)


def test_no_keys_find_nothing() -> None:
    assert not find(build(), "kar gida")
