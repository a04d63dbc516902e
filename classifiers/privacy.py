"""Personal data in a text: found by check digits and by the words around, replaced by labels or masked in place.

Identity numbers, bank accounts, payment cards, telephones, e-mail addresses, and in complaints the names people give
of themselves. What identifies a firm or a thing (tax number, MERSIS, order, bar code, amount) is kept.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from stdnum import iban, luhn
from stdnum.tr import tckimlik

from .lookups import read_lookup
from .text import fold_key

VERSION = "privacy-1"
MASK = "█"
LABELS = {
    "tckn": "[TCKN]",
    "iban": "[IBAN]",
    "card": "[KART]",
    "phone": "[TELEFON]",
    "email": "[E-POSTA]",
    "plate": "[PLAKA]",
    "name": "[AD]",
}
NEAR = 40  # characters on either side in which words say what a number is

FREE = re.compile(rb"\0+")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Finding:
    """One piece of personal data: `text[start:end]`."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Redacted:
    """A text with labels in place of personal data, and how many of each kind were removed."""

    text: str
    removed: dict[str, int]


def redact(text: str, *, keep: Iterable[Span] = (), tax_ids: Collection[str] = (), names: bool = False) -> Redacted:
    """Replace personal data by labels such as [TCKN]; `find_personal` says what counts."""
    found = find_personal(text, keep=keep, tax_ids=tax_ids, names=names)
    pieces, done = [], 0
    for finding in found:
        pieces += [text[done : finding.start], LABELS[finding.kind]]
        done = finding.end
    removed = Counter(finding.kind for finding in found)
    return Redacted("".join(pieces) + text[done:], dict(sorted(removed.items())))


def mask(text: str, *, keep: Iterable[Span] = (), tax_ids: Collection[str] = (), names: bool = False) -> str:
    """The text with a block for each character of personal data: as long as before, so that spans still hold."""
    found = find_personal(text, keep=keep, tax_ids=tax_ids, names=names)
    if not found:
        return text
    letters = list(text)
    for finding in found:
        letters[finding.start : finding.end] = MASK * (finding.end - finding.start)
    return "".join(letters)


def find_personal(
    text: str, *, keep: Iterable[Span] = (), tax_ids: Collection[str] = (), names: bool = False
) -> list[Finding]:
    """The personal data of a text, in its order and without overlaps.

    `keep`: spans that are never touched (where clients were found). `tax_ids`: numbers of clients, which for a sole
    trader are those of a person and are kept all the same. `names`: also names that people give of themselves; for
    complaints only, because in news names are the news.
    """
    plain = _plain(text)
    taken = bytearray(len(text))
    for start, end in keep:
        taken[start:end] = b"\1" * len(taken[start:end])
    found: list[Finding] = []
    for kind, candidates in RULES:
        for span in candidates(plain) if kind != "name" or names else ():
            if re.sub(r"\D", "", plain[slice(*span)]) not in tax_ids:
                found += [Finding(start, end, kind) for start, end in _take(span, taken)]
    return sorted(found, key=lambda finding: finding.start)


def _take(span: Span, taken: bytearray) -> list[Span]:
    """Take what of a span is free: of ayse@ornek.com, where ornek.com is a client, ayse@."""
    start, end = span
    free = [(start + piece.start(), start + piece.end()) for piece in FREE.finditer(taken[start:end])]
    taken[start:end] = b"\1" * (end - start)
    return free


# ------------------------------------------------------------------------------------------- candidates and rules

GAP = r"[ .\-/\u200b]"
EMAIL = re.compile(r"(?<![\w.+-])[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.){1,5}\w{2,24}(?!\w)")
SPELT_EMAIL = re.compile(
    r"(?<!\w)[\w.+-]{1,64} ?[(\[](?:at|et)[)\]] ?[\w-]{1,63}"
    r"(?: ?(?:\.|[(\[](?:dot|nokta)[)\]]) ?\w{2,24}){1,3}"
)
IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[ -]?\d{2}(?:[ -]?[A-Z0-9]){11,30}(?![A-Z0-9])", re.ASCII)
TURKISH_IBAN = re.compile(r"(?<![A-Z0-9])TR(?:[ .\-]?\d){24}(?!\d)", re.ASCII | re.IGNORECASE)
CARD = re.compile(
    r"(?<!\d)(?<!\d[ -])(?:\d{4}([ .\-]?)\d{4}\1\d{4}\1\d{4}|3[47]\d{2}([ \-]?)\d{6}\2\d{5})(?!\d)(?![ -]\d{4})"
)
CARD_STARTS = re.compile(r"4|5[1-5]|2[2-7]|6|9792|3[47]")
TCKN = re.compile(rf"(?<!\d)(?<!\d[.,])[1-9](?:{GAP}?\d){{10}}(?!\d)")
AREA = r"\(?[2-58]\d{2}\)?"
# With +90, 0090 or 0 before it a number is a telephone however it is broken.
PREFIXED_PHONE = re.compile(
    rf"(?<![\d+])(?<!\d[.,\-/])(?:(?:\+|00) ?\(?90\)?{GAP}?0?{GAP}?{AREA}|90{GAP}?\(?5\d{{2}}\)?|\(?0{GAP}?{AREA})"
    rf"(?:{GAP}{{0,2}}\d){{7}}(?!\d)"
)
FOREIGN_PHONE = re.compile(r"(?<![\w+])\+(?!90)[1-9]\d{0,2}(?:[ .\-/()]{0,2}\d){7,12}(?!\d)")
BROKEN_PHONE = re.compile(
    rf"(?<!\d)(?<!\d[.,\-/])(?:\(?[2-5]\d{{2}}\)?{GAP}{{1,2}}\d{{3}}{GAP}\d{{2}}{GAP}?\d{{2}}"
    r"|\(?[2-9]\d{2}\)?[ .\-]{1,2}\d{3}[.\-]\d{4})(?!\d)"
)
BARE_PHONE = re.compile(r"(?<!\d)(?<!\d[.,\-/])[2-5]\d{9}(?!\d)")
PLATE = re.compile(r"(?<!\w)(?:0[1-9]|[1-7]\d|8[01]) ?[A-Z]{1,3} ?\d{2,4}(?!\w)")
DECIMAL = re.compile(r"0[.,]\d{10}")
MONEY_BEHIND = re.compile(
    r" ?(?:,\d{1,2}(?!\d))? ?(?:TL|₺|TRY|lira|USD|EUR|GBP|dolar|euro|avro|[$€£]|adet|kg|ton)", re.IGNORECASE
)
MONEY_BEFORE = re.compile(r"[₺$€£] ?$")

CAPITAL = "A-ZÇĞİÖŞÜÂÎÛ"
WORD = rf"[{CAPITAL}](?:[a-zçğıöşüâîû]+|[{CAPITAL}]+)(?!\w)"
FULL_NAME = rf"({WORD}(?: {WORD}){{1,2}})"
BREAK = r" ?[:;,\-]? ?"
NAMES = (
    re.compile(rf"(?<!\w)(?:[Aa]dım|[İi]smim|[Aa]dım(?: ve)? soyadım|[Mm]y name is){BREAK}{FULL_NAME}"),
    re.compile(rf"(?<!\w)(?:A[Dd][ıI]?(?: ve | ?[/-]? ?)S[Oo][Yy][Aa][Dd][ıI]?[Mm]?|İsim Soyisim) ?: ?{FULL_NAME}"),
    re.compile(rf"(?<!\w)(?:[Bb]en|I am|I'm),? {FULL_NAME}(?= ?(?:[,.;:!\n]|$))"),
    re.compile(
        r"(?<!\w)(?:[Ss]aygılar(?:ımla|ımızla)?|[Tt]eşekkür(?:ler| ederim)|[İi]yi (?:günler|çalışmalar)"
        r"|[Rr]egards|[Ss]incerely)"
        rf"[ ,.!;:]*\n?{FULL_NAME}[ .]*(?=\n|$)"
    ),
)


def _emails(plain: str) -> Iterator[Span]:
    if "@" in plain:
        yield from _spans(EMAIL, plain)
    if "(" in plain or "[" in plain:
        yield from _spans(SPELT_EMAIL, plain)


def _ibans(plain: str) -> Iterator[Span]:
    for pattern in (TURKISH_IBAN, IBAN):
        for start, end in _spans(pattern, plain):
            if iban.is_valid(plain[start:end].replace(".", "")):
                yield start, end


def _cards(plain: str) -> Iterator[Span]:
    for start, end in _spans(CARD, plain):
        digits = re.sub(r"\D", "", plain[start:end])
        if CARD_STARTS.match(digits) and luhn.is_valid(digits) and not _is_thing(plain, (start, end)):
            yield start, end


def _identities(plain: str) -> Iterator[Span]:
    for start, end in _spans(TCKN, plain):
        text = plain[start:end]
        if not tckimlik.is_valid(re.sub(r"\D", "", text)) or _is_amount(plain, (start, end)):
            continue
        # A sole trader's tax number is the number of the person: "vergi no" does not keep it.
        is_thing = _is_thing(plain, (start, end), taxes=False)
        if not is_thing and (text.isdigit() or _is_said("identity", plain, (start, end))):
            yield start, end


def _phones(plain: str) -> Iterator[Span]:
    for start, end in _spans(PREFIXED_PHONE, plain):
        if not DECIMAL.fullmatch(plain, start, end) and not _is_called_thing(plain, start):
            yield start, end
    yield from _spans(FOREIGN_PHONE, plain)
    for span in _spans(BROKEN_PHONE, plain):
        if not _is_called_thing(plain, span[0]) and not _is_amount(plain, span):
            yield span
    for span in _spans(BARE_PHONE, plain):
        if not _is_thing(plain, span) and not _is_amount(plain, span) and _is_said("phone", plain, span):
            yield span


def _plates(plain: str) -> Iterator[Span]:
    return (span for span in _spans(PLATE, plain) if _is_said("plate", plain, span))


def _names(plain: str) -> Iterator[Span]:
    for pattern in NAMES:
        for found in pattern.finditer(plain):
            yield found.span(1)


def _spans(pattern: re.Pattern[str], plain: str) -> Iterator[Span]:
    return (found.span() for found in pattern.finditer(plain))


def _if(needed: re.Pattern[str], rule: Callable[[str], Iterator[Span]]) -> Callable[[str], Iterator[Span]]:
    """The rule, for texts that hold what it needs: most hold no long number at all."""
    return lambda plain: rule(plain) if needed.search(plain) else iter(())


DIGIT = re.compile(r"\d")
LONG_NUMBER = re.compile(r"\d(?:[ .\-/()\u200b]{0,3}\d){6}")
RULES: Sequence[tuple[str, Callable[[str], Iterator[Span]]]] = (
    ("email", _emails),
    ("iban", _if(LONG_NUMBER, _ibans)),
    ("card", _if(LONG_NUMBER, _cards)),
    ("tckn", _if(LONG_NUMBER, _identities)),
    ("phone", _if(LONG_NUMBER, _phones)),
    ("plate", _if(DIGIT, _plates)),
    ("name", _names),
)


# -------------------------------------------------------------------------------------------- the words around


def _is_called_thing(plain: str, start: int, *, taxes: bool = True) -> bool:
    """Whether the words right before a number make it that of a firm or a thing: "sipariş no: …", "VKN …"."""
    return _labels(taxes).surely.search(_folded_before(plain, start)) is not None


def _is_thing(plain: str, span: Span, *, taxes: bool = True) -> bool:
    """The same for digits that could be anything: also "sipariş …" and "… numaralı sipariş"."""
    start, end = span
    labels = _labels(taxes)
    if _is_called_thing(plain, start, taxes=taxes) or labels.behind.match(fold_key(plain[end : end + NEAR])):
        return True
    return plain[start:end].isdigit() and labels.perhaps.search(_folded_before(plain, start)) is not None


def _folded_before(plain: str, start: int) -> str:
    """The words before a number on its line, or on the line above where it begins one."""
    return fold_key(plain[max(0, start - NEAR) : start].rstrip().rpartition("\n")[2])


def _is_amount(plain: str, span: Span) -> bool:
    start, end = span
    return bool(MONEY_BEHIND.match(plain, end) or MONEY_BEFORE.search(plain[max(0, start - 2) : start]))


def _is_said(what: str, plain: str, span: Span) -> bool:
    """Whether a word for `what` stands near a number."""
    start, end = span
    cue = _cue(what)
    return any(cue.search(fold_key(near)) for near in (plain[max(0, start - NEAR) : start], plain[end : end + NEAR]))


@dataclass(frozen=True)
class _Labels:
    """How a number is called: before it surely, right before it perhaps, behind it."""

    surely: re.Pattern[str]
    perhaps: re.Pattern[str]
    behind: re.Pattern[str]


@cache
def _labels(taxes: bool) -> _Labels:
    words = read_lookup("privacy")
    codes = _any([*words["codes"], *(words["taxes"] if taxes else ())])
    things, number, backward = _any(words["things"]), _any(words["number"]), _any(words["backward"])
    called = _any([*words["codes"], *words["taxes"], *words["behind"]])
    filler = r"(?: (?:olan|ise|is|su|soyle|ile))?"
    return _Labels(
        surely=re.compile(rf"(?:^| )(?:{codes}(?: {number})?|{things} {number}){filler}$"),
        perhaps=re.compile(rf"(?:^| ){things}{filler}$"),
        behind=re.compile(rf"(?:{backward} {called}|{called} {backward})(?: |$)"),
    )


@cache
def _cue(what: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^| ){_any(read_lookup('privacy')[what])}(?: |$)")


def _any(words: Iterable[str]) -> str:
    """One of the words, the longest first; * stands for an ending."""
    ordered = sorted(words, key=len, reverse=True)
    return "(?:" + "|".join(re.escape(word).replace(r"\*", "[a-z]{0,12}") for word in ordered) + ")"


def _plain(text: str) -> str:
    """The text with plain digits, spaces and dashes, as long as before."""
    return text.translate(_plain_letters()) if _odd_letters().search(text) else text


@cache
def _odd_letters() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(chr, _plain_letters()))}]")


@cache
def _plain_letters() -> dict[int, str]:
    """Code point → the plain character it stands for: ５ → 5, no-break space → space, – → -."""
    letters = {code: str(unicodedata.decimal(chr(code))) for code in range(128, 0x10000) if chr(code).isdecimal()}
    spaces = "\t\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
    letters |= dict.fromkeys(map(ord, spaces), " ")
    letters |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"), "-")
    letters |= dict.fromkeys(map(ord, "\u200c\u200d\u2060\ufeff\u00ad"), "\u200b")
    return letters | {ord("＋"): "+", ord("＠"): "@", ord("．"): ".", ord("（"): "(", ord("）"): ")"}
