"""How other people write a firm's name: what the measures of resolution ask with."""

import random

from oncu.classifiers.firms.names import name_words

KINDS = ("typo", "dropped word", "swapped words", "ocr", "ascii", "abbreviated")
LOOKALIKES = {"o": "0", "i": "1", "l": "1", "m": "rn", "e": "c", "b": "h", "s": "5", "u": "v"}
ASCII = str.maketrans("ığüşöçİĞÜŞÖÇ", "igusocIGUSOC")
SHORT = {long: short for short, long in name_words().abbreviations.items() if len(short) < len(long)}


def dirty(name: str, kind: str, chance: random.Random) -> str:
    """The name as written by somebody in a hurry; `kind` is one of KINDS."""
    match kind:
        case "typo":
            return _typo(name, chance)
        case "dropped word":
            return _drop(name, chance)
        case "swapped words":
            words = name.split()
            at = chance.randrange(max(len(words) - 1, 1))
            return " ".join([*words[:at], *reversed(words[at : at + 2]), *words[at + 2 :]])
        case "ocr":
            return "".join(LOOKALIKES.get(x.lower(), x) if chance.random() < 0.08 else x for x in name)
        case "ascii":
            return name.translate(ASCII).upper()
    return " ".join(_shorten(word, chance) for word in name.split())


def _shorten(word: str, chance: random.Random) -> str:
    plain = word.translate(ASCII).lower()
    return f"{SHORT[plain]}." if plain in SHORT and chance.random() < 0.7 else word


def _drop(name: str, chance: random.Random) -> str:
    words = name.split()
    if len(words) < 4:
        return name
    at = chance.randrange(1, len(words))
    return " ".join(words[:at] + words[at + 1 :])


def _typo(name: str, chance: random.Random) -> str:
    """One letter lost, added, changed or swapped in the first half, where the telling words stand."""
    at = chance.randrange(1, max(len(name) // 2, 2))
    letter = chance.choice("aeiklmnrst")
    edits = (name[:at] + name[at + 1 :], name[:at] + letter + name[at:], name[:at] + letter + name[at + 1 :])
    return chance.choice((*edits, name[:at] + name[at : at + 2][::-1] + name[at + 2 :]))
