"""A letter of the keyboard for each choice, from its title where that can be, so that it is remembered."""

from collections.abc import Collection, Mapping

from oncu.classifiers.text import fold_key

# On a Turkish keyboard the key beside the others of this name writes another letter.
UNSURE_KEYS = frozenset("i")


def letters_of(titles: Mapping[str, str], taken: Collection[str] = ()) -> dict[str, str]:
    """By code a letter: the first one of its title that is left, else any that is left; nothing when none is.

    Titles are taken in their order, so that a new title takes a letter from those after it only.
    """
    left = [letter for letter in "abcdefghijklmnopqrstuvwxyz" if letter not in UNSURE_KEYS | set(taken)]
    found: dict[str, str] = {}
    for code, title in titles.items():
        letter = next((letter for letter in [*fold_key(title), *left] if letter in left), None)
        if letter:
            left.remove(letter)
            found[code] = letter
    return found
