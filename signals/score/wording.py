"""How a scoreboard reads in a language: numbers, labels, remarks and sentences."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from ..words import Words
from .figures import Answer, Label, Number, Remark, Row, Table, Unit

DASH = "–"
PAIR = ("type", "source")
HELD = "\N{NO-BREAK SPACE}"  # inside a figure: it is not torn apart at the end of a line
OPEN = "?"  # an end of an interval that nobody knows


@dataclass(frozen=True)
class Wording:
    """Words with the titles of types and sources: `titles["type"]["lawsuit"]`; `face` begins the keys of its texts."""

    words: Words
    titles: Mapping[str, Mapping[str, str]]
    face: str = "score"

    def __call__(self, key: str, **values: object) -> str:
        """A text of the language."""
        return self.words(key, **values)

    def day(self, day: date) -> str:
        """A date as the language writes it."""
        return self.words.day(datetime.combine(day, time(12), UTC))

    def label(self, label: Label) -> str:
        """What a row is about, in words; a key that has none stands for itself."""
        if label.title is not None:
            return label.title
        if label.kind == "pair":
            return " · ".join(
                self.label(Label(kind, key)) for kind, key in zip(PAIR, label.key.split("|", 1), strict=True)
            )
        if not label.key:
            return self.words(f"{self.face}_l_unknown")
        if label.key in self.titles.get(label.kind, {}):
            return self.titles[label.kind][label.key]
        texts = self.words.texts
        exact = texts.get(f"{self.face}_l_{label.kind}_{label.key}")
        pattern = texts.get(f"{self.face}_l_{label.kind}", "{key}")
        return exact if exact is not None else pattern.format(key=label.key)

    def metric(self, metric: str) -> str:
        """The title of a column."""
        return self.words(f"{self.face}_m_{metric}")

    def definition(self, metric: str) -> str:
        """What a metric is, in a sentence."""
        return self.words(f"{self.face}_d_{metric}")

    def title(self, table: Table) -> str:
        """The title of a table, with its side where it has one."""
        title = self.words(f"{self.face}_t_{table.key}")
        return f"{title} · {self.label(Label('side', table.side))}" if table.side else title

    def remark(self, remark: Remark) -> str:
        """A sentence with its values filled in."""
        return self.words(remark.key, **{name: self._value(value) for name, value in remark.values.items()})

    def note(self, row: Row) -> str:
        """The sentence of a row, or nothing. The reason in it is worded like a row's label."""
        if row.note is None:
            return ""
        said = dict(row.note.values)
        if "reason" in said:
            said["reason"] = self.label(Label("reason", str(said["reason"])))
        return self.remark(Remark(row.note.key, said))

    def value(self, number: Number) -> str:
        """A number without its interval; a dash where there is none."""
        return DASH if number.value is None else self._show(number.value, number.unit)

    def interval(self, number: Number) -> str:
        """The 95 % interval; nothing where there is none."""
        if number.value is None or (number.low is None and number.high is None):
            return ""
        low, high = (
            OPEN if end is None else self._show(end, number.unit, bare=True) for end in (number.low, number.high)
        )
        return self.words("score_to", low=low, high=high).replace(" ", HELD)

    def early(self, number: Number) -> str:
        """That it is too early to say, with the date expected where one can be given."""
        if number.until is None:
            return self.words("score_early_cell")
        return self.words("score_early_until", day=self.day(number.until))

    def whole(self, number: Number) -> str:
        """Value, interval and n in one phrase."""
        if number.is_early:
            return self.early(number)
        interval, n = self.interval(number), number.n
        inside = ", ".join(
            [*([interval] if interval else []), *([f"n={self.words.number(n)}"] if n is not None else [])]
        )
        return f"{self.value(number)} ({inside})" if inside else self.value(number)

    def answer(self, answer: Answer, *, horizon: int) -> str:
        """The sentence that answers a question."""
        values: dict[str, Any] = {name: self._said(number) for name, number in answer.numbers.items()}
        values |= {name: self.label(label) for name, label in answer.names.items()}
        until = next((one.until for one in answer.numbers.values() if one.until), None)
        expected = self.day(until) if until else self.words("score_until_unknown")
        return self.words(answer.key, **values, horizon=horizon, until=expected)

    def _said(self, number: Number) -> str:
        if number.is_early:
            return self.early(number)
        interval = self.interval(number)
        return f"{self.value(number)} ({interval})" if interval else self.value(number)

    def _value(self, value: object) -> object:
        return self.day(value) if isinstance(value, date) else value if value is not None else DASH

    def _show(self, value: float, unit: Unit, *, bare: bool = False) -> str:
        shown = FORMS[unit](self.words, value).replace("-", "−")
        named = shown if bare or unit not in NAMED else f"{shown} {NAMED[unit][self.words.language]}"
        return named.replace(" ", HELD)


NAMED: dict[Unit, dict[str, str]] = {
    "points": {"tr": "puan", "en": "pp"},
    "times": {"tr": "kat", "en": "×"},
    "days": {"tr": "gün", "en": "days"},
    "gap": {"tr": "puan", "en": "pp"},
}


def _share(words: Words, value: float) -> str:
    digits = 1 if 0 < abs(value) < 0.1 else 0
    percent = words.number(100 * value, digits)
    return f"%{percent}" if words.language == "tr" else f"{percent} %"


def _chance(words: Words, value: float) -> str:
    return words.number(value, 3 if value < 0.1 else 2)


def _points(words: Words, value: float) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{words.number(abs(100 * value), 1)}"


def _price(words: Words, value: float) -> str:
    percent = words.number(value, 2)
    return f"%{percent}" if words.language == "tr" else f"{percent} %"


def _times(words: Words, value: float) -> str:
    return words.number(value, 1)


def _days(words: Words, value: float) -> str:
    digits = 0 if abs(value) >= 10 or value == int(value) else 1
    return words.number(value, digits)


def _count(words: Words, value: float) -> str:
    return words.number(value, 0 if value == int(value) else 1)


FORMS: dict[Unit, Callable[[Words, float], str]] = {
    "share": _share,
    "chance": _chance,
    "points": _points,
    "times": _times,
    "price": _price,
    "gap": lambda words, value: words.number(round(value, 2) + 0.0, 2),
    "days": _days,
    "count": _count,
    "reads": lambda words, value: words.number(value, 1),
    "money": lambda words, value: words.money(value),
    "score": lambda words, value: words.number(value, 3 if abs(value) < 10 else 1),
}
