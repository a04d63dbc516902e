"""A backtest's result as lines for a terminal, in a language and no wider than a page."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence

from oncu.config.values import Bilingual
from oncu.scoring.estimates.intervals import Rate

from ..words import Words
from .result import Block, Cell, Result, Said

WIDTH = 120
LONGEST = 44  # letters of a text in a cell; the JSON has it whole
MINUS = "\N{MINUS SIGN}"
LEAST = 0.001  # what three digits can show

Row = Sequence[str]


def result_lines(result: Result, words: Words) -> list[str]:
    """The result for a terminal."""
    lines = [getattr(result.title, words.language), *_times(result, words)]
    lines.append(words("backtest_split", split=result.split))
    for block in result.blocks:
        lines += ["", *_wrapped(words(f"backtest_{block.key}")), *_table(block, words, result.labels)]
    if result.caveats:
        lines += ["", words("backtest_caveats")]
        lines += [line for one in result.caveats for line in _wrapped(f"- {getattr(one, words.language)}")]
    return lines


def show_cell(cell: Cell, words: Words, labels: Mapping[str, Bilingual]) -> str:
    """A number in the language's form, a rate with its interval and n, words of the product in the language."""
    match cell:
        case None | "":
            return "–"
        case bool():
            return words("backtest_yes" if cell else "backtest_no")
        case Rate():
            return _show_rate(cell, words)
        case Said():
            said = {name: _show_text(str(one), words, labels) for name, one in cell.values.items()}
            return words(f"backtest_v_{cell.key}", **said)
        case int():
            return words.number(cell)
        case float():
            return _show_number(cell, words)
        case _:
            return textwrap.shorten(_show_text(cell, words, labels), LONGEST, placeholder=" …")


def _times(result: Result, words: Words) -> Iterator[str]:
    if result.as_of:
        horizon = words("backtest_horizon", days=result.horizon_days) if result.horizon_days else ""
        yield words("backtest_as_of", day=result.as_of) + horizon


def _show_text(text: str, words: Words, labels: Mapping[str, Bilingual]) -> str:
    """A name of the spec or of the product in the language; what the data says stays as it is.

    What a model looks at is a column and a word of it: "tax 90" → "vergi indirimi 90".
    """
    known = words.texts.get(f"backtest_v_{text.replace(' ', '_')}")
    if known is not None:
        return known
    return " ".join(getattr(labels[word], words.language) if word in labels else word for word in text.split(" "))


def _table(block: Block, words: Words, labels: Mapping[str, Bilingual]) -> list[str]:
    titles = [words(f"backtest_col_{column}") for column in block.columns]
    shown = [[show_cell(cell, words, labels) for cell in row] for row in block.rows]
    if not shown:
        return [f"  {words('backtest_none')}"]
    right = [not any(isinstance(row[n], str | Said) for row in block.rows) for n in range(len(titles))]
    widths = [max(map(len, column)) for column in zip(titles, *shown, strict=True)]
    return [
        f"  {_line([cells[n] for n in part], [widths[n] for n in part], [right[n] for n in part])}"
        for part in _parts(widths, right)
        for cells in (titles, *shown)
    ]


def _parts(widths: Sequence[int], right: Sequence[bool]) -> Iterator[list[int]]:
    """The columns of a table cut so that none is wider than a page; those that name the row stand in each part."""
    named = next((n for n, is_number in enumerate(right) if is_number), len(right))
    part = list(range(named))
    for n in range(named, len(widths)):
        if len(part) > named and sum(widths[one] + 2 for one in (*part, n)) > WIDTH:
            yield part
            part = list(range(named))
        part.append(n)
    yield part


def _line(cells: Row, widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(cells, widths, right, strict=True))
    return "  ".join(padded).rstrip()


def _show_number(value: float, words: Words) -> str:
    if 0 < value < LEAST:
        return f"<{words.number(LEAST, 3)}"
    return words.number(value, 0 if value.is_integer() and value else 3).replace("-", MINUS)


def _show_rate(rate: Rate, words: Words) -> str:
    if rate.value is None:
        return f"– (n={rate.n})"
    digits = 1 if abs(rate.value) >= 10 else 3
    ends = ["?" if end is None else words.number(end, digits) for end in (rate.low, rate.high)]
    shown = f"{words.number(rate.value, digits)} [{ends[0]}–{ends[1]}] n={words.number(rate.n)}"
    return shown.replace("-", MINUS)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent="  " if text.startswith("- ") else "")
