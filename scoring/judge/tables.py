"""What the judge reads: signals, outcomes and exposure as columns, and the error for input that cannot be judged."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
TimeArray = npt.NDArray[np.datetime64]

SIDES = ("opportunity", "risk")
GROUPINGS = ("source", "category", "type", "origin", "manager")


class BadInput(ValueError):
    """Input that cannot be judged: where it stands, what was found there, what to do about it (one line)."""

    def __init__(self, where: str, what: str, what_to_do: str) -> None:
        super().__init__(f"{where}: {what}; {what_to_do}")
        self.where, self.what, self.what_to_do = where, what, what_to_do


@dataclass(frozen=True)
class Signals:
    """One signal a row, in any order; columns of equal length.

    `known_at` is datetime64[us] in UTC; `probability` is NaN and `story_id` is "" where not given; a column that the
    input did not have at all is None.
    """

    signal_id: list[str]
    client_id: list[str]
    side: list[str]
    type: list[str]
    source: list[str]
    known_at: TimeArray
    probability: FloatArray
    story_id: list[str]
    category: list[str] | None = None
    origin: list[str] | None = None
    manager: list[str] | None = None

    def __len__(self) -> int:
        return len(self.signal_id)


@dataclass(frozen=True)
class Outcomes:
    """One outcome a row; times are datetime64[us] in UTC; `competing` is true for the end that rules out the other."""

    client_id: list[str]
    kind: list[str]
    occurred_at: TimeArray
    recorded_at: TimeArray
    competing: BoolArray

    def __len__(self) -> int:
        return len(self.client_id)


@dataclass(frozen=True)
class Exposure:
    """When each client was with the bank, both days included; `until` is NaT while it still is.

    A client may have several rows (it left and came back, or its size band changed).
    """

    client_id: list[str]
    begin: TimeArray
    until: TimeArray
    sector: list[str]
    size_band: list[str]
    region: list[str]

    def __len__(self) -> int:
        return len(self.client_id)


def changes(*columns: IntArray | FloatArray) -> BoolArray:
    """Where sorted rows differ from the row before; true for the first."""
    changed = np.ones(len(columns[0]), dtype=bool)
    changed[1:] = np.any([column[1:] != column[:-1] for column in columns], axis=0)
    return changed


def sums_by(group: IntArray, values: FloatArray, count: int) -> FloatArray:
    """The values of each group 0 ... count - 1 added up."""
    return np.bincount(group, weights=values, minlength=count).astype(np.float64)
