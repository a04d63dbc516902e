"""How an event stands: it happened, is planned, is only said, is denied, was dropped, or is history."""

import re
from functools import cache

from oncu.config.values import Status

from ..lookups import read_lookup
from .cues import compile_pattern

ORDER: tuple[Status, ...] = ("past", "denied", "cancelled", "rumour", "announced")
# "kapatacak", "satmak istiyor"; not the nouns gelecek (future), yiyecek (food), alacaklar (receivables).
FUTURE = re.compile(
    r"\b(?!alacak(?!\b)|alacag(?!i\b)|gelecek|yiyecek|icecek|giyecek)[a-z]{2,}(?:acak|ecek|acag|eceg)"
    r"|[a-z]m[ae]k ist"
)
# "üretecek hattı açtı": what is to come says only what kind of line it is; "kapatacak, duyurdu" does not.
DONE_WITH = re.compile(r"(?:acak|ecek) (?:[a-z0-9]+ )+[a-z]+[dt][iu](?:l[ae]r)?$")
TOLD = re.compile(r" (?:acikla|duyur|bildir|soyle|belirt|de|vurgula|ifade et|kaydet|aktar|anlat)[dt][iu](?:l[ae]r)?$")
POSSIBLE = re.compile(r"\b[a-z]{3,}(?:abilir|ebilir)(?:ler|lar)?\b")
QUESTION = re.compile(r"\b(?:mi|mu)(?:yor|ydi|dir)?$")
OLD_YEAR = re.compile(r"\b(?:1[89][0-9]{2}|200[0-9])\b")
AGO = re.compile(r"\b(?:yil|sene|asir) once(?:si|ki|sinde)?\b")
LONG_DONE = re.compile(r"(?:m[iu]st[iu]|[dt][iu]yd[iu])(?:l[ae]r)?$")  # "çağırmıştı": told of old days when it closes
# "etmedi", "etmeyecek", "etmiyor"; not the noun of "etmeye", "etmenin".
NEGATED = re.compile(r"(?:[ae]?[iu]?[lnt]?|[dt][iu]r)m(?:[ae](?:d[iu]|y[ae][cn]|z|m[iu]s)|[iu]yor)")
NEGATED_VERB = re.compile(r" (?:et|ed|ol|ver|yap|al)(?:[iu][ln])?m(?:[ae](?:d[iu]|y[ae][cn]|z|m[iu]s)|[iu]yor)")
# "istifa eden … sunacak": what is to come is not what the participle tells of.
DONE_BY = re.compile(r"(?:.*[ae]|y?[ae])n(?:l[ae]r(?:[iu]n?|[ae]|d[ae]n?)?|[aei]|in)?")
PLUPERFECT = re.compile(r".*m[iu]st[iu](?:l[ae]r)?")  # "devretmisti": what came before the news
# "Örnek Un'dan 100 milyon liralık yatırım": a headline without a verb names what is planned.
PLANNED_SUM = re.compile(r"(?:milyonluk|milyarlik|dolarlik|liralik|avroluk|euroluk)(?: [a-z]+)? yatirim$")
REACH = 60  # folded characters behind a cue in which its verb still stands


def read_status(sentence: str, span: tuple[int, int], language: str = "tr", *, ending: str = "") -> Status:
    """Status of the event whose cue lies at `span` of a folded sentence.

    `ending` is what the cue's last stem took on in the text; a negated verb ("etmedi") denies the event.
    """
    if language == "tr" and (NEGATED.match(ending) or NEGATED_VERB.match(sentence, span[1])):
        return "denied"
    if language == "tr" and PLUPERFECT.fullmatch(ending):
        return "past"
    end = span[1] + (0 if ending and DONE_BY.fullmatch(ending) else REACH)
    for status in ORDER:
        if _says(status, sentence.rstrip(), (span[0], end), language):
            return status
    return "fact"


def _says(status: Status, sentence: str, reach: tuple[int, int], language: str) -> bool:
    """Is the status said? The verb of the event stands in `reach` of the sentence."""
    padded = sentence + " "
    if any(pattern.search(padded) for pattern in _patterns(language).get(status, ())):
        return True
    if status == "past":
        tells_of_old = language == "tr" and AGO.search(sentence) and LONG_DONE.search(sentence)
        return bool(tells_of_old) or OLD_YEAR.search(sentence) is not None
    if language != "tr":
        return False
    if status == "rumour":
        return POSSIBLE.search(sentence[slice(*reach)]) is not None or QUESTION.search(sentence) is not None
    return status == "announced" and (_is_to_come(sentence, reach) or PLANNED_SUM.search(sentence) is not None)


def _is_to_come(sentence: str, reach: tuple[int, int]) -> bool:
    behind = sentence[reach[0] :]
    done = DONE_WITH.search(behind) is not None and TOLD.search(behind) is None
    return FUTURE.search(sentence[slice(*reach)]) is not None and not done


@cache
def _patterns(language: str) -> dict[Status, tuple[re.Pattern[str], ...]]:
    words: dict[Status, list[str]] = read_lookup("status").get(language, {})
    return {status: tuple(compile_pattern(p) for p in patterns) for status, patterns in words.items()}
