"""What the product says, in Turkish and English, with each language's numbers, dates and money."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from oncu.config.load import HERE, read_yaml

TEXTS = HERE / "texts"
# Parts the phrases of a reason; quoted words and what stands in brackets stay whole.
BETWEEN = re.compile(r"(, |; | \+ | x )(?![^“]*”)(?![^()]*\))")
DECIMAL = re.compile(r"\d+\.(\d+)")
# What was typed or stands in a file, quoted: no part of the sentence, whatever it says.
QUOTED = re.compile(r"""(?<!\w)'(?:[^'\\]|\\.)*'(?!\w)|"(?:[^"\\]|\\.)*\"""")
FIRST_MARK = 0xE000  # a letter of nobody's alphabet stands for each of them meanwhile


@dataclass(frozen=True)
class Words:
    """The texts of one language: `words("empty", documents=12)`."""

    language: str
    texts: Mapping[str, str]
    zone: ZoneInfo

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key with its values filled in. Raises KeyError for a key the language does not have."""
        return self.texts[key].format(**values)

    def upper(self, text: str) -> str:
        """Upper case; a Turkish i keeps its dot."""
        return text.replace("i", "İ").upper() if self.language == "tr" else text.upper()

    def number(self, value: float, digits: int = 0) -> str:
        """1234567.8 → 1.234.567,8 in Turkish, 1,234,567.8 in English."""
        english = f"{value:,.{digits}f}"
        return english.translate(str.maketrans(",.", ".,")) if self.language == "tr" else english

    def share(self, value: float) -> str:
        """0.184 → %18 in Turkish, 18 % in English."""
        percent = self.number(100 * value)
        return f"%{percent}" if self.language == "tr" else f"{percent} %"

    def money(self, value: float | None) -> str:
        """Turkish lira, shortened to millions from one million on; a dash where it is not known."""
        if value is None:
            return "–"
        if abs(value) >= 1_000_000:
            return f"{self.number(value / 1_000_000, 1)} {'mn TL' if self.language == 'tr' else 'm TRY'}"
        return f"{self.number(value)} {'TL' if self.language == 'tr' else 'TRY'}"

    def day(self, moment: datetime) -> str:
        """The local date: 21.11.2026 in Turkish, 2026-11-21 in English."""
        local = moment.astimezone(self.zone)
        return local.strftime("%d.%m.%Y" if self.language == "tr" else "%Y-%m-%d")

    def clock(self, moment: datetime) -> str:
        """The local time of day: 14:05."""
        return f"{moment.astimezone(self.zone):%H:%M}"

    def moment(self, moment: datetime) -> str:
        """The local date and time of day."""
        return f"{self.day(moment)} {self.clock(moment)}"

    def calendar_day(self, date: str) -> str:
        """An ISO date, perhaps without its year ("03-12"): 12.03 in Turkish, as it is in English."""
        return ".".join(reversed(date.split("-"))) if self.language == "tr" else date

    def reason(self, text: str) -> str:
        """A stored reason, phrase by phrase: "short name, in capitals" → "kısa ad, büyük harflerle".

        What the document says (quoted words, names) and phrases without a translation stay as they are.
        """
        return "".join(self._phrase(part) for part in BETWEEN.split(text))

    def _phrase(self, phrase: str) -> str:
        for pattern, saying in _load_phrases("reasons", self.language):
            if found := pattern.fullmatch(phrase):
                return saying.format(*map(self._decimal, found.groups()))
        return phrase

    def line(self, text: str) -> str:
        """A line the program composed in English, an error or a count: "line 2: is empty" → "satır 2: boş".

        What it quotes stays, and so does every part without a translation in `lines.yml`.
        """
        quoted = QUOTED.findall(text)
        marks = [chr(FIRST_MARK + place) for place in range(len(quoted))]
        left = iter(marks)
        masked = QUOTED.sub(lambda _: next(left), text)
        return self._say(masked).translate({ord(mark): words for mark, words in zip(marks, quoted, strict=True)})

    def _say(self, part: str) -> str:
        for pattern, saying in _load_phrases("lines", self.language):
            if found := pattern.fullmatch(part):
                return saying.format(*map(self._say, found.groups()))
        return part

    def _decimal(self, word: str) -> str:
        found = DECIMAL.fullmatch(word)
        return self.number(float(word), len(found[1])) if found else word

    def confidence(self, probability: float) -> str:
        """A probability as a word: high from .8 on, medium from .6 on."""
        step = "high" if probability >= 0.8 else "medium" if probability >= 0.6 else "low"
        return self(f"confidence_{step}")


@cache
def load_words(language: str, timezone: str) -> Words:
    """The texts of a language, `<language>.yml` and those of each face beside it, `<face>.<language>.yml`.

    Raises ConfigError when its file is missing.
    """
    texts = dict(read_yaml(TEXTS / f"{language}.yml"))
    for file in sorted(TEXTS.glob(f"*.{language}.yml")):
        texts |= read_yaml(file)
    return Words(language, texts, ZoneInfo(timezone))


@cache
def _load_phrases(file: str, language: str) -> list[tuple[re.Pattern[str], str]]:
    """The phrases of a file as patterns with what they say, in the order in which they are tried.

    Those without a variable part come first; then those of two parts ("; "), the last of which would else be taken for
    words of the first; then the longest.
    """
    phrases: Mapping[str, str] = read_yaml(TEXTS / f"{file}.yml").get(language, {})
    ordered = sorted(phrases, key=lambda p: ("{}" in p, "; " not in p, -len(p.replace("{}", ""))))
    return [(re.compile(re.escape(phrase).replace(r"\{\}", "(.+?)")), phrases[phrase]) for phrase in ordered]
