"""What was missed as CSV: a line a document held, or one for an end nothing was held of."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from .regret import Held, Missed, Regret
from .render import harmless

COLUMNS = (
    "client_id", "name", "kind", "ended", "amount", "lost", "change",
    "document_id", "source", "title", "published", "seen", "document_lost", "document_change",
)  # fmt: skip


def regret_csv(regret: Regret) -> str:
    """All missed ends, the largest first, with the keys of steps and changes as they are in the JSON."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(COLUMNS)
    write.writerows([_cell(cell) for cell in row] for row in _rows(regret))
    return out.getvalue()


def _rows(regret: Regret) -> Iterator[tuple[Any, ...]]:
    for one in regret.missed:
        for held in one.held or (None,):
            yield *_end(one), *_document(held)


def _end(one: Missed) -> tuple[Any, ...]:
    return one.client_id, one.name, one.kind, one.ended, one.amount, one.reason, one.change


def _document(held: Held | None) -> tuple[Any, ...]:
    if held is None:
        return (None,) * 7
    return held.document_id, held.source, held.title, held.published, held.seen, held.lost, held.change


def _cell(value: Any) -> str:
    return "" if value is None else harmless(str(value))
