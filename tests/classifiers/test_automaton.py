"""The automaton over heads finds what a search for every whole spelling would find."""

from hypothesis import given
from hypothesis import strategies as st

from oncu.classifiers.mentions.automaton import MOST_SHARED, Automaton, build_automaton, pack_texts
from oncu.classifiers.mentions.places import right_edge

WORDS = ["kar", "karak", "pamir", "un", "gida", "sanayi", "ve", "ticaret", "123456", "1234567890", "ab"]
SUFFIXES = ["", "", "", "den", "in", "lik"]
SOFT = {"k": "g", "p": "b", "t": "d"}

names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)


def build(*keys: str, bends: bool = True) -> Automaton:
    packed = pack_texts([key.encode() for key in keys])
    return build_automaton(packed, bytes(bends and len(key) >= 4 for key in keys))


def find(automaton: Automaton, text: str) -> set[tuple[int, int, str, str]]:
    keys = automaton.keys
    return {
        (start, end, keys[key].decode(), ending) for start, end, key, ending in automaton.find(f" {text} ".encode())
    }


def search(keys: list[str], text: str) -> set[tuple[int, int, str, str]]:
    """The same the slow way: every spelling at every place."""
    found = set()
    for key in keys:
        for spelling, softened in ((key, False), (key[:-1] + SOFT.get(key[-1], "\0"), True)):
            start = f" {text} ".find(f" {spelling}")
            while start >= 0:
                end = start + 1 + len(spelling)
                ending = right_edge(f" {text} ", end, softened=softened)
                if ending is not None and (not ending or len(key) >= 4):
                    found.add((start + 1, end, key, ending))
                start = f" {text} ".find(f" {spelling}", start + 1)
    return found


@given(
    st.lists(names, min_size=1, max_size=12, unique=True),
    st.lists(st.tuples(st.sampled_from([*WORDS, "karag", "12345678901"]), st.sampled_from(SUFFIXES)).map("".join)),
)
def test_heads_find_what_whole_spellings_find(keys: list[str], words: list[str]) -> None:
    text = " ".join(words)
    assert find(build(*keys), text) == search(keys, text)


def test_crowded_heads_are_parted_by_another_word() -> None:
    keys = [f"kar gida {word}" for word in "abcdefghijklmn"] + ["kar gida"]
    automaton = build(*keys)
    sizes = [b - a for a, b in zip(automaton.firsts, automaton.firsts[1:], strict=False)]
    assert max(sizes) <= MOST_SHARED
    assert {found[2] for found in find(automaton, "kar gida c")} == {"kar gida", "kar gida c"}


def test_name_does_not_run_over_the_border_of_two_texts() -> None:
    assert not list(build("pamir un").find(b" pamir \n un "))


def test_key_of_a_whole_text_is_found_and_of_a_part_is_not() -> None:
    automaton = build("kar gida", "1234567890")
    assert (automaton.key_of("kar gida"), automaton.key_of("1234567890")) == (0, 1)
    assert (automaton.key_of("kar"), automaton.key_of("kar gida sanayi"), automaton.key_of("")) == (None, None, None)


def test_no_keys_find_nothing() -> None:
    assert not find(build(), "kar gida")
