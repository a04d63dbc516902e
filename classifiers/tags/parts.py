"""Whether a client does to another what a type of event would mean for it: the plaintiff, the regulator, the broker.

Turkish says it with a name that has no case ending before an active verb ("Örnek Un, rakibine dava açtı"), English with
the name before the verb. A name in the dative, or with "hakkında" behind it, is the one the event falls on.
"""

import re
from functools import cache

from ..lookups import read_lookup
from ..text import fold_key
from .cues import compile_pattern

# The name goes on or takes an ending: "'a", "a dava" (no apostrophe), " San. ve Tic. A.Ş.'ye".
INFLECTED = re.compile(r"[^\W\d_]|(?:\.?\s+(?:[^\W\d_a-zçğıöşü][\w.]*|ve\b))*\.?['’‘`´ʼ]")
AIMED_AT = re.compile(r"^(?:hakkinda|aleyhine|icin|adina|tarafi)\b")
PASSIVE_BEFORE = re.compile(r" (?:was|were|is|are|been|being|gets?|got)(?: \w+)? $")


def does_it_itself(code: str, sentence: str, span: tuple[int, int], language: str = "tr") -> bool:
    """Does the firm at `span` of a sentence (as written) do to another what the type says of the one it falls on?"""
    after = sentence[span[1] :]
    if language == "tr" and INFLECTED.match(after):
        return False
    said = f"{fold_key(after)} "
    if AIMED_AT.match(said):
        return False
    for pattern in _patterns(language).get(code, ()):
        found = pattern.search(said)
        if found and not (language == "en" and PASSIVE_BEFORE.search(" " + said[: found.start()])):
            return True
    return False


@cache
def _patterns(language: str) -> dict[str, tuple[re.Pattern[str], ...]]:
    words: dict[str, list[str]] = read_lookup("parts").get(language, {})
    return {code: tuple(compile_pattern(pattern) for pattern in patterns) for code, patterns in words.items()}
