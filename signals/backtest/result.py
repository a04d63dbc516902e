"""What a backtest finds: blocks of rows, each number with its interval and n, as JSON."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oncu.config.values import Bilingual
from oncu.scoring.estimates.intervals import Rate

Progress = Callable[[str, int, int], None]  # stage, done, of how many


@dataclass(frozen=True)
class Said:
    """Words of the product in a cell: `backtest_v_<key>` of its texts, and what these are filled with."""

    key: str
    values: Mapping[str, int | str] = field(default_factory=dict)


Cell = Rate | Said | float | int | str | bool | None


@dataclass(frozen=True)
class Block:
    """A table; `key` and `columns` name texts of `config/texts`."""

    key: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Result:
    """All a backtest prints; `split` says what was learnt from and what was judged.

    `as_of` is None where no days are known. `labels`: how the spec calls its columns in each language.
    """

    name: str
    kind: str
    title: Bilingual
    side: str
    as_of: str | None
    horizon_days: int | None
    split: str
    blocks: tuple[Block, ...]
    caveats: tuple[Bilingual, ...] = ()
    labels: Mapping[str, Bilingual] = field(default_factory=dict)

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


def _as_json(columns: Sequence[str], row: Sequence[Cell]) -> Mapping[str, Any]:
    return {name: _plain(cell) for name, cell in zip(columns, row, strict=True)}


def _plain(cell: Cell) -> Any:
    if isinstance(cell, Rate):
        return {name: _rounded(value) for name, value in cell.as_json().items()}
    if isinstance(cell, Said):
        return " ".join([cell.key, *map(str, cell.values.values())])
    return _rounded(cell)


def _rounded(value: Any) -> Any:
    return round(value, 6) if isinstance(value, float) else value
