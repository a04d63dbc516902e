"""The features of the learned tagger: words, pairs of words and pieces of words of folded text, and whose they are.

The same grams serve training and reading, so each weight can be told back to the words of the sentence it came from.
"""

from collections.abc import Iterator

from ..text import fold_key

SHORTEST, LONGEST = 3, 5  # letters of a piece, the spaces around its word included

Gram = tuple[str, tuple[int, ...]]  # the gram and the numbers of the words it comes from


def split_words(text: str) -> list[str]:
    """The folded words of a text; a number is "0", whatever it says."""
    return ["0" if word[0].isdigit() else word for word in fold_key(text).split()]


def word_grams(words: list[str]) -> Iterator[Gram]:
    """Each word, and each two that stand together."""
    for n, word in enumerate(words):
        yield word, (n,)
    for n, (first, second) in enumerate(zip(words, words[1:], strict=False)):
        yield f"{first} {second}", (n, n + 1)


def piece_grams(words: list[str]) -> Iterator[Gram]:
    """Runs of 3 to 5 letters of each word with a space on either side; a shorter word is one piece."""
    for n, word in enumerate(words):
        padded = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            if len(padded) <= size:
                yield padded, (n,)
                break
            for start in range(len(padded) - size + 1):
                yield padded[start : start + size], (n,)


def words_in(text: str) -> list[str]:
    """The word grams of a text, for counting."""
    return [gram for gram, _ in word_grams(split_words(text))]


def pieces_in(text: str) -> list[str]:
    """The pieces of a text, for counting."""
    return [gram for gram, _ in piece_grams(split_words(text))]
