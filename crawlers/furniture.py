"""What stands around a text on a page and changes without it: counters, share boxes, reading times, update stamps."""

import re
from functools import cache

from oncu.config.load import HERE, read_yaml
from oncu.config.values import Strict

LOOKUP = HERE / "lookups" / "furniture.yml"
COUNTED = (
    r"(?:okun(?:ma|du)|görüntülen(?:me|di)|görüntüleme|izlen(?:me|di)|izlenim|yorum|paylaşım|beğeni|tıklan(?:ma|dı)|hit"
    r"|views?|comments?|shares?|likes?|reads?)"
)
NUMBER = r"\d[\d.,]*\s?(?:bin|b|k|mn|m)?"
COUNTER = rf"{NUMBER}\s?(?:kez |kere |defa )?{COUNTED}|{COUNTED}(?: sayısı)?\s?:?\s?{NUMBER}"
STAMP = (
    r"(?:son )?(?:güncelle(?:me|nme)|değiştirilme)(?: tarihi| zamanı)?\s?:.{0,40}"
    r"|(?:last )?(?:updated|modified)\b.{0,40}"
)
READING_TIME = (
    r"(?:okuma süresi|reading time)\b.{0,15}|\d+ (?:dk|dakika|dakikalık)\.? okuma(?: süresi)?|\d+ min(?:ute)? read"
)
CHANGING = re.compile(f"{COUNTER}|{STAMP}|{READING_TIME}", re.IGNORECASE)
SUFFIX = re.compile(r"['’].{1,3}$")
# Letters of one sound for the words above, whose case a page chooses; texts are not compared by it.
LETTERS = str.maketrans("İIı", "iii")
WORDS = re.compile(r"[\s,/:+–-]+")
PARTS = re.compile(r"\s*[|•·]\s*")
LONGEST = 100


class FurnitureLookup(Strict):
    """config/lookups/furniture.yml."""

    sharing: frozenset[str]


def drop_furniture(text: str) -> str:
    """The text without the lines, and the parts of lines between bars, that only count, share or stamp.

    A page that was read once more, or shared once more, is not an edited page.
    """
    lines = (_kept(line) if len(line) <= LONGEST else line for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def _kept(line: str) -> str:
    parts = PARTS.split(line)
    kept = [part for part in parts if not _is_furniture(part)]
    return line if len(kept) == len(parts) else " | ".join(kept)


def _is_furniture(part: str) -> bool:
    if CHANGING.fullmatch(part):
        return True
    words = [SUFFIX.sub("", word).translate(LETTERS).casefold() for word in WORDS.split(part) if word]
    return bool(words) and all(word in load_furniture_lookup().sharing for word in words)


@cache
def load_furniture_lookup() -> FurnitureLookup:
    """The list the program ships. Raises ConfigError."""
    return FurnitureLookup.model_validate(read_yaml(LOOKUP))
