"""Where sentences end, "A.Ş." and "Prof. Dr." included in them."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.language import Language

SHORT = 200  # code points; below, a text without ". " needs no tokenizer
LANGUAGES = ("tr", "en")
INNER_END = re.compile(r"[.!?…]\s")
LINE = re.compile(r"[^\n]+")
# Abbreviations of firms' names that the tokenizer takes for the end of a sentence ("SAN. VE TİC. LTD. ŞTİ.").
ABBREVIATED = re.compile(
    r"\b(?:SAN|TİC|LTD|ŞTİ|PAZ|İNŞ|NAK|NAKL|TAAH|TAAHH|MÜH|MAK|TUR|İTH|İHR|AMB|ELEK|OTOM|TEKS|KİM|TEKN|HİZ|ÜRÜN|DAN|YAT|ENER|"
    r"PETR|ORM|MAD|KUY|LOJ|REK|MOB|KONF|MATB|AKAR|BİLG|GÜV|MED|DEN|ECZ|YAZ|OTO|"
    r"San|Tic|Ltd|Şti|Paz|İnş|Nak|Nakl|Taah|Taahh|Müh|Mak|Tur|İth|İhr|Amb|Elek|Otom|Teks|Kim|Tekn|Hiz|Dan|Yat|Ener|"
    r"Petr|Orm|Mad|Kuy|Loj|Rek|Mob|Konf|Matb|Akar|Bilg|Güv|Med|Ecz|T|A\.Ş|A\.O)\.$"
)


def split_sentences(text: str, language: str) -> list[tuple[int, int]]:
    """Sentences as (start, end) in code points, without the spaces around them; a line break always ends one.

    A language without rules of its own ("tr" and "en" have them) is read by the English ones.
    """
    spans: list[tuple[int, int]] = []
    for line in LINE.finditer(text):
        spans += [(line.start() + start, line.start() + end) for start, end in _split_line(line[0], language)]
    return spans


def _split_line(line: str, language: str) -> list[tuple[int, int]]:
    if len(line) < SHORT and not INNER_END.search(line.rstrip()):
        cuts = [(0, len(line))]
    else:
        document = _sentencizer(language if language in LANGUAGES else "en")(line)
        cuts = _join_abbreviated(line, [(sentence.start_char, sentence.end_char) for sentence in document.sents])
    return [trimmed for start, end in cuts if (trimmed := _trim(line, start, end))]


def _join_abbreviated(line: str, cuts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The sentences, with those cut inside a firm's name joined again."""
    joined: list[tuple[int, int]] = []
    for start, end in cuts:
        if joined and ABBREVIATED.search(line[joined[-1][0] : joined[-1][1]].rstrip()):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _trim(line: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without spaces at its ends, None if nothing is left."""
    part = line[start:end]
    left = start + len(part) - len(part.lstrip())
    right = start + len(part.rstrip())
    return (left, right) if right > left else None


@cache
def _sentencizer(language: str) -> "Language":
    import spacy  # takes a second: only when a long text needs it

    pipeline = spacy.blank(language)
    pipeline.add_pipe("sentencizer")
    return pipeline
