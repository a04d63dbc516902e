"""What may stand behind a stem in a cue, on folded text.

`sat*` is any ending. `sat+` is a verb: what was, is, will be or is to be sold (satti, satiyor, satilacak, satmayi,
satan), and not the noun beside it (satis, satici, satin). `otel:` is a noun as such or as what something is done to
(otel, oteli, otellerini), and not the place of it (otelde, otelinden): a shop that sells is not a shop that is sold.
"""

ANY = "[a-z0-9]*"
# The noun, its plural, whose it is, and the accusative: fabrikalarini, tesisimizi, ocagi.
OBJECT = "(?:l[ae]r)?(?:[iu]?m[iu]z|s?[iu])?(?:n[iu]|y?[iu])?"
# Behind a verb's stem: passive or reflexive (satil, alin, yenilen), then "not" or "cannot" (satma, satama).
VOICE = "(?:[iu]?[ln](?:[iu]l)?)?"
MOOD = "(?:(?:y?[ae])?m[aeiu])?"
# What makes it a verb: tense, participle, gerund, infinitive. {past} is d or t, as the letter before it asks.
PAST = "{past}[iu](?:[kmn]|[kg][iu][a-z]*|[kg]l[ae]r[a-z]*|l[ae]r|niz|k[ct][ea]n?)?"
TENSES = (
    "[iu]?yor[a-z]*",
    "y?[ae]c[ae][kg][a-z]*",
    "m[iu]s[a-z]*",
    "m[ae](?:kt?[a-z]*|s[iu][a-z]*|y[aeiul][a-z]*|n[iu]n|d[ae]n|l[ae]r[a-z]*|z(?:lar|ler|dan|den)?)?",
    "y?[ae]n(?:l[ae]r[a-z]*|[aei]|in)?",
    "y?[ae]r[ae]k",
    "y?[iu]p",
    "y?[iu]nc[ae]",
    "y?[ae]bil[a-z]*",
)
VOICELESS = frozenset("cfhkpst")
VOWELS = frozenset("aeiu")


def split_word(word: str) -> tuple[str, str]:
    """The letters every form of a word of a cue begins with, and an expression for the rest, without groups."""
    stem, mark = word[:-1], word[-1]
    if mark == "*":
        return stem, ANY
    if mark == ":":
        return stem, OBJECT
    return _split_verb(stem) if mark == "+" else (word, "")


def _split_verb(stem: str) -> tuple[str, str]:
    bare = PAST.format(past="t" if stem[-1] in VOICELESS else "d")
    later = "|".join((PAST.format(past="d"), *TENSES))
    endings = f"(?:{bare}|{VOICE}{MOOD}(?:{later}))"
    if stem[-1] in VOWELS:  # iste-di, but isti-yor
        return stem[:-1], f"(?:{stem[-1]}{endings}|{VOICE}[iu]?yor[a-z]*)"
    if stem.endswith("et"):  # et-ti, but ed-ecek
        return stem[:-1], f"(?:t|d(?=[aeiu])){endings}"
    return stem, endings
