"""Turkish or English, by the small words every sentence holds."""

import re
from typing import Literal

# Written as they stand inside a sentence, so no case needs to be folded.
TURKISH = re.compile(
    r"\b(?:ve|bir|bu|i[çc]in|ile|olarak|olan|daha|[çc]ok|de|da|en|ise|gibi|kadar|sonra|g[öo]re|ancak|ya|de[ğg]il|her|yeni)\b"
)
ENGLISH = re.compile(r"\b(?:the|of|and|to|in|for|on|with|that|is|was|by|from|at|as|are|has|have|its|will|be|said)\b")
TURKISH_LETTERS = frozenset("ğışĞİŞ")
LEAST_EVIDENCE = 2
MAX_CHARACTERS = 5_000


def guess_language(text: str) -> Literal["tr", "en"] | None:
    """The language of a text, or None where the evidence is thin or even."""
    part = text[:MAX_CHARACTERS]
    turkish = len(TURKISH.findall(part)) + sum(character in TURKISH_LETTERS for character in part) / 4
    english = len(ENGLISH.findall(part))
    if max(turkish, english) < LEAST_EVIDENCE or turkish == english:
        return None
    return "tr" if turkish > english else "en"
