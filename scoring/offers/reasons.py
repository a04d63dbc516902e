"""Why offers were lost, who says so, and how many reasons nobody knows."""

from dataclasses import asdict, dataclass

import numpy as np

from .tables import REASON_SOURCES, REASONS, Offers


@dataclass(frozen=True)
class LossReason:
    """One reason: of `n` lost offers, a `share` of all lost ones; `by_source` counts who says so ("" = not said)."""

    reason: str
    n: int
    share: float
    by_source: dict[str, int]

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def loss_reasons(offers: Offers) -> list[LossReason]:
    """The reasons of the lost offers, most frequent first; an empty cell is "unknown" and never filled in.

    Shares are of all lost offers and sum to 1. Price, price, service, empty -> price .5, service .25, unknown .25.
    """
    lost = offers.where(offers.has_status("lost"))
    code = np.where(lost.reason.codes < 0, REASONS.index("unknown"), lost.reason.codes)
    table = np.zeros((len(REASONS), len(REASON_SOURCES) + 1), dtype=np.int64)
    np.add.at(table, (code, lost.reason_source.codes), 1)  # -1, not said, is the last column
    order = sorted(np.flatnonzero(table.sum(axis=1)).tolist(), key=lambda one: (-table[one].sum(), one))
    names = (*REASON_SOURCES, "")
    return [
        LossReason(
            *(REASONS[one], int(table[one].sum()), float(table[one].sum() / len(lost))),
            {name: n for name, n in zip(names, table[one].tolist(), strict=True) if n},
        )
        for one in order
    ]
