"""Whether an event may have happened to one firm, judged on the text alone.

Only used where no client list says who is meant: what happens to a ministry, a club, a person or a whole sector is no
signal. Capitals, apostrophe suffixes and short word lists decide; the answer is a factor on the probability.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np

from ..lookups import read_lookup
from ..text import fold

WORD = re.compile(r"[^\W_]+(?:[.&][^\W_]+)*")
INITIALS = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")  # "F.T": a person whose name is kept back
MANY = frozenset(("sayida", "bircok", "bazi", "cesitli", "binlerce", "yuzlerce", "onlarca", "several", "many"))
SURNAMES = frozenset(("altin", "bakir", "boya", "celik", "demir", "kaynak"))  # and what firms call their branch
APOSTROPHES = "'’‘`´ʼ"
BREAKS = frozenset(',;:!?()"“”«»|–—/…')
OPENERS = frozenset(':!?"“«—|')
OUTLET = re.compile(r"(?<=.{20})\s[-–|]\s[^-–|]{2,40}$")  # "… geriledi - Örnek Gazetesi"
LEGAL = frozenset(("as", "ao", "sti", "holding", "gyo"))
MOSTLY_CAPITALS = 0.7
# Endings a noun may take: "altina" is the noun "altin", "altintepe" is not.
ENDING = re.compile(
    r"(?:l[ae]r)?(?:[snyd]?[iu]m?[iuz]*)?"
    r"(?:n?[dt][ae](?:n|ki)?|n?[iu]n|[ny]?[aeiu]|y?l[ae]|ki(?:ler)?|c[iu]|s|l[iu]|s[iu]z)*$"
)
# Common nouns that open a sentence before a name: "Sendika Örnek Un'da grev ilan etti".
SPEAKERS = frozenset(("bakanlik", "belediye", "mahkeme", "polis", "savcilik", "sendika", "valilik"))
PLURAL = re.compile(r"[a-z]{3}l[ae]r")
LOCATIVE = re.compile(r"n?[dt][ae](?:ki|kiler)?\b", re.IGNORECASE)
CLUB = re.compile(r"[a-z]{3,}spor(?:lu(?:lar)?|[uadn][a-z]{0,3})?")  # "Yamaçspor'da", "Yamaçsporlu"
FROM_PUBLIC = re.compile(r"(?:[dt][ae]n|[aeiu]n[iu]n|lig[iu]n)$")  # "Bakanlıktan", "Belediyenin", "Bakanlığın"
# A first word with one of these endings and no apostrophe is an inflected common word or a verb, hardly a name.
INFLECTED = re.compile(
    r"(?:[dt][iu](?:k|l[ae]r)?|yor(?:l[ae]r|du)?|[ae]c[ae][kg]\w*|m[iu]s(?:t[iu])?|m[ae]k|m[ae]y[ae]?|[ae]r[ae]k|l[ae]r(?:[iu]n?|[iu]n(?:[iuae]|d[ae]n?)|d[ae]n?|l?[ae])?"
    r"|[aeioubcdglmnrvyz]d[ae]n?|[cfhkpst]t[ae]n|[dt][ae]ki|[aeiou]yl[ae]|s[iu]z|[sn][iu]n[ae]|[iu]nc[ae])$"
)


@dataclass(frozen=True)
class Subject:
    """How plausible it is that one firm is meant: `factor` in (0, 1] multiplies the probability, `reason` says why."""

    factor: float
    reason: str


@dataclass(frozen=True)
class _Word:
    surface: str
    key: str
    is_capital: bool
    suffix: str  # what follows an apostrophe
    opens: bool  # first of the sentence, or after a colon or quotation mark
    breaks: bool  # a sign before it ends any name


def judge_subject(sentence: str) -> Subject:
    """Judge one sentence in its own spelling (not folded)."""
    words = _read_words(OUTLET.sub("", sentence))
    keys = {word.key for word in words}
    runs = list(_runs(words))
    firm = next((run for run in runs if _is_firm(run)), None)
    if firm:
        return Subject(1.0, f"names a firm ({_spell(firm)})")
    if _any(keys, "own"):
        return Subject(1.0, "the firm speaks of itself")
    if _any(keys, "sport") or any(CLUB.fullmatch(key) for key in keys):
        return Subject(0.3, "sports")
    return _judge_names(runs, keys, shouts=_shouts(words)) or _judge_nameless(words, keys)


def name_firms(sentence: str) -> tuple[str, ...]:
    """The firms a sentence names, in its own spelling without case endings, each once, in their order."""
    words = _read_words(OUTLET.sub("", sentence))
    shouts = _shouts(words)
    runs = [run for run in _runs(words) if _is_firm(run) or (not shouts and _is_name(run) and not _is_weak(run))]
    return tuple(dict.fromkeys(_spell(run) for run in runs))


def _judge_names(runs: list[list[_Word]], keys: set[str], *, shouts: bool) -> Subject | None:
    persons = {word.key for run in runs if _is_person(run) for word in run}
    named = [run for run in runs if _is_name(run) and not persons.issuperset(word.key for word in run)]
    strong = next((run for run in named if not _is_weak(run) and (run[-1].suffix or not shouts)), None)
    if strong:
        return Subject(1.0, f"names {_spell(strong)}")
    if not named:
        return None
    doubtful = _any(keys, "public") or _any(keys, "sector")
    return Subject(0.55 if doubtful else 0.85, f"may name {_spell(named[0])}")


def _judge_nameless(words: list[_Word], keys: set[str]) -> Subject:
    if _counts_firms(words):
        return Subject(0.35, "several firms, none named")
    single = next((word for word in words if _is_single(word)), None)
    if single:
        return Subject(0.95, f"one firm, not named ({single.surface})")
    if _any(keys, "sector"):
        return Subject(0.35, "a sector or a crowd, no firm")
    if _any(keys, "public"):
        return Subject(0.3, "the state or politics, no firm")
    if _any(keys, "earlier"):
        return Subject(0.85, "a firm named before")
    return Subject(0.4, "no firm in the sentence")


def _read_words(sentence: str) -> list[_Word]:
    found = list(WORD.finditer(sentence))
    keys = _fold_spans(sentence, [match.span() for match in found])
    words: list[_Word] = []
    end, opens = 0, True
    for match, key in zip(found, keys, strict=True):
        between = sentence[end : match.start()]
        is_suffix = bool(words) and between in APOSTROPHES and between != "" and match[0][0].islower()
        end = match.end()
        if is_suffix:
            words[-1] = replace(words[-1], suffix=match[0])
            continue
        opens = opens or not OPENERS.isdisjoint(between) or ".." in between or "…" in between
        breaks = not BREAKS.isdisjoint(between) or bool(between.strip(" .-&"))
        words.append(_Word(match[0], key, match[0][0].isupper(), "", opens, breaks))
        opens = False
    return words


def _fold_spans(sentence: str, spans: list[tuple[int, int]]) -> list[str]:
    """The folded words at the spans, without spaces, by one folding of the sentence."""
    folded = fold(sentence)
    places = np.searchsorted(folded.starts[:-1], [place for span in spans for place in span]).tolist()
    return [folded.text[a:b].replace(" ", "") for a, b in zip(places[::2], places[1::2], strict=True)]


def _runs(words: list[_Word]) -> Iterator[list[_Word]]:
    """Runs of capitalised words: what may be a name. An authority ends its run ("Rekabet Kurulu Örnek Un'a")."""
    run: list[_Word] = []
    for at, word in enumerate(words):
        if run and _joins(words[at - 1 : at + 2]):
            continue
        if run and (not word.is_capital or word.breaks or _closes(run[-1], word)):
            if word.is_capital or not _in(word.key, "area"):  # "Yahyalı ilçesinde" names a place
                yield run
            run = []
        if word.is_capital:
            run = run or _calling(words[:at])
            run.append(word)
    if run:
        yield run


def _joins(three: list[_Word]) -> bool:
    """ "Sanayi ve Ticaret", "Eğitim ve Araştırma": the "ve" inside one name."""
    if len(three) < 3 or three[1].key != "ve" or three[1].breaks or three[2].breaks or not three[2].is_capital:
        return False
    return not three[0].suffix and (_in(three[2].key, "firm") or _in(three[2].key, "public"))


def _closes(last: _Word, word: _Word) -> bool:
    """Does a name end between two capitalised words: behind a suffix or an authority, before an office?"""
    acronym = _in(word.key, "authority") and word.surface.isupper()
    if _in(last.key, "public") and FROM_PUBLIC.search(last.key):  # "Bakanlıktan Örnek Un'a", "Belediyenin Örnek Un'la"
        return True
    if last.opens and last.key in SPEAKERS:
        return True
    return bool(last.suffix) or _in(word.key, "office") or _in(last.key, "authority") or acronym


def _calling(before: list[_Word]) -> list[_Word]:
    """What somebody is, right before the name: "işçi Ayten Kor" is a person."""
    return before[-1:] if before and not before[-1].is_capital and _in(before[-1].key, "calling") else []


def _is_firm(run: list[_Word]) -> bool:
    if not any(_in(word.key, "firm") for word in run):
        return False
    legal = run[-1].key in LEGAL
    if any(_in(word.key, "public") for word in run) and not legal:
        return False
    if len(run) < 2 or (len(run) == 2 and _in(run[0].key, "given") and run[1].key in SURNAMES):
        return False
    # "Türk Telekom", "Bursa Çimento": a place and the branch, but not "Türkiye Petrolleri" or "Altın Fiyatları"
    of_place = _in(run[0].key, "place") and run[-1].key in _lists()["firm"][0]
    return legal or of_place or not all(_is_nobody(word) or _in(word.key, "firm") for word in run)


def _is_name(run: list[_Word]) -> bool:
    """A run that can be a firm: no office, state body, place, person or common word."""
    if any(_in(word.key, "public") or _in(word.key, "title") for word in run) or _is_person(run):
        return False
    if _in(run[0].key, "place") and len(run) < 4:  # "İzmir Menemen": a province and its district
        return False
    if all(_is_nobody(word) for word in run):
        return False
    return not (run[0].opens and len(run) == 1 and not run[0].suffix and _is_everyday(run[0].key))


def _is_everyday(key: str) -> bool:
    """A word that has a capital only because it opens the sentence."""
    return INFLECTED.search(key) is not None or key in _everyday()


def _is_weak(run: list[_Word]) -> bool:
    """A lone first word, or a lone word that something is "in": more often no firm."""
    if len(run) > 1 or (run[0].surface.isupper() and len(run[0].surface) > 2):
        return False
    return run[0].opens and not run[0].suffix or LOCATIVE.match(run[0].suffix) is not None


def _is_person(run: list[_Word]) -> bool:
    if len(run) > 2 and _in(run[0].key, "calling"):
        return True
    return any(_in(word.key, "person") for word in run) or any(_in(word.key, "given") for word in run[:-1])


def _is_nobody(word: _Word) -> bool:
    return (
        len(word.key) < 2
        or word.key.isdigit()
        or INITIALS.fullmatch(word.surface) is not None
        or _in(word.key, "place")
        or _in(word.key, "common")
    )


def _is_single(word: _Word) -> bool:
    return (word.opens or not word.is_capital) and _in(word.key, "single") and not PLURAL.search(word.key)


def _counts_firms(words: list[_Word]) -> bool:
    """ "64 işletmeye", "çok sayıda işyerinde": a number and a firm."""
    pairs = zip(words, words[1:], strict=False)
    return any(_is_many(a.key) and _in(b.key, "several") for a, b in pairs)


def _is_many(key: str) -> bool:
    return (key.isdigit() and int(key) > 1) or key in MANY


def _shouts(words: list[_Word]) -> bool:
    """Most words are capitalised, so a capital says nothing."""
    spelled = [word for word in words if len(word.key) > 1 and not word.key.isdigit() and not _in(word.key, "office")]
    return len(spelled) > 3 and sum(word.is_capital for word in spelled) > MOSTLY_CAPITALS * len(spelled)


def _spell(run: list[_Word]) -> str:
    return " ".join(word.surface for word in run)


def _any(keys: set[str], kind: str) -> bool:
    return any(_in(key, kind) for key in keys)


@lru_cache(maxsize=100_000)
def _in(key: str, kind: str) -> bool:
    whole, stems = _lists()[kind]
    return key in whole or any(key.startswith(s) and ENDING.match(key, len(s)) for s in stems.get(key[:2], ()))


@cache
def _lists() -> Mapping[str, tuple[frozenset[str], dict[str, list[str]]]]:
    """Word lists by kind as (whole words, stems by their first two letters)."""
    return {kind: (_whole(words), _stems(words)) for kind, words in read_lookup("subject").items()}


def _whole(words: list[str]) -> frozenset[str]:
    return frozenset(word for word in words if not word.endswith("*"))


def _stems(words: list[str]) -> dict[str, list[str]]:
    stems: dict[str, list[str]] = {}
    for word in words:
        if word.endswith("*"):
            stems.setdefault(word[:2], []).append(word[:-1])
    return stems


@cache
def _everyday() -> frozenset[str]:
    """Folded everyday words of both languages."""
    words = read_lookup("everyday")
    return frozenset(word for language in ("tr", "en") for word in str(words[language]).split())
