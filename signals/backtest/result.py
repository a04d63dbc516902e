"""What a backtest finds: blocks of rows, each number with its interval and n, as text, as JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oncu.config.values import Bilingual
from oncu.scoring.estimates.intervals import Rate

from ..words import Words

Progress = Callable[[str, int, int], None]  # stage, done, of how many
LEAST = 0.001  # what three digits can show
Cell = Rate | float | int | str | bool | None


@dataclass(frozen=True)
class Block:
    """A table; `key` and `columns` name texts of `config/texts`."""

    key: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Result:
    """All a backtest prints; `split` says what was learnt from and what was judged."""

    name: str
    kind: str
    title: Bilingual
    side: str
    as_of: str
    horizon_days: int | None
    split: str
    blocks: tuple[Block, ...]
    caveats: tuple[Bilingual, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values in a fixed order: the same backtest twice is the same bytes."""
        return {
            "backtest": self.name,
            "kind": self.kind,
            "title": self.title.model_dump(),
            "side": self.side,
            "as_of": self.as_of,
            "horizon_days": self.horizon_days,
            "split": self.split,
            **{block.key: [_as_json(block.columns, row) for row in block.rows] for block in self.blocks},
            "caveats": [caveat.model_dump() for caveat in self.caveats],
        }


def result_lines(result: Result, words: Words) -> list[str]:
    """The result for a terminal."""
    horizon = words("backtest_horizon", days=result.horizon_days) if result.horizon_days else ""
    head = [getattr(result.title, words.language), words("backtest_as_of", day=result.as_of) + horizon]
    lines = [*head, words("backtest_split", split=result.split)]
    for block in result.blocks:
        lines += ["", words(f"backtest_{block.key}"), *_table(block, words)]
    if result.caveats:
        lines += ["", words("backtest_caveats")]
        lines += [f"- {getattr(caveat, words.language)}" for caveat in result.caveats]
    return lines


def _table(block: Block, words: Words) -> list[str]:
    titles = [words(f"backtest_col_{column}") for column in block.columns]
    shown = [[show_cell(cell, words) for cell in row] for row in block.rows]
    if not shown:
        return [f"  {words('backtest_none')}"]
    widths = [max(map(len, column)) for column in zip(titles, *shown, strict=True)]
    right = [not any(isinstance(row[n], str) for row in block.rows) for n in range(len(titles))]
    return [f"  {_line(cells, widths, right)}" for cells in (titles, *shown)]


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(cells, widths, right, strict=True))
    return "  ".join(padded).rstrip()


def show_cell(cell: Cell, words: Words) -> str:
    """A number in the language's form; a rate with its interval and n."""
    match cell:
        case None:
            return "–"
        case bool():
            return words("backtest_yes" if cell else "backtest_no")
        case Rate():
            return _show_rate(cell, words)
        case int():
            return words.number(cell)
        case float():
            return f"<{words.number(LEAST, 3)}" if 0 < cell < LEAST else words.number(cell, 3)
        case _:
            return cell


def _show_rate(rate: Rate, words: Words) -> str:
    if rate.value is None:
        return f"– (n={rate.n})"
    digits = 1 if rate.value >= 10 else 3
    ends = ["?" if end is None else words.number(end, digits) for end in (rate.low, rate.high)]
    return f"{words.number(rate.value, digits)} [{ends[0]}–{ends[1]}] n={words.number(rate.n)}"


def _as_json(columns: Sequence[str], row: Sequence[Cell]) -> Mapping[str, Any]:
    return {name: _plain(cell) for name, cell in zip(columns, row, strict=True)}


def _plain(cell: Cell) -> Any:
    if isinstance(cell, Rate):
        return {name: _rounded(value) for name, value in cell.as_json().items()}
    return _rounded(cell)


def _rounded(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value
