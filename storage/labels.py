"""What people say of mentions: every answer is kept, the newest of a person for a mention counts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from .database import save_new
from .keys import key_id
from .models import alerts, decisions, labels, reviews, signals, tags

RIGHT = ("accepted", "escalated", "resolved")
WRONG_TYPE, WRONG_FIRM = "wrong_type", "wrong_firm"
AUDIT = "audit"  # the kind of decisions on withheld signals


@dataclass(frozen=True)
class Label:
    """One person's answer for one mention: the types that hold, or a noise class, or that they cannot say.

    `asked`: the types that were judged, None where all were. `how`: ui | import:SHAPE | decision. `model`: the version
    that had judged the mention, which the labeller was not shown.
    """

    mention_id: str
    labeller: str
    holds: tuple[str, ...]
    how: str
    labelled_at: datetime
    asked: tuple[str, ...] | None = None
    noise: str | None = None
    is_unsure: bool = False
    model: str | None = None

    @property
    def id(self) -> str:
        """The same answer given at the same moment is the same row."""
        said = (*sorted(self.holds), self.noise, self.is_unsure)
        return key_id("label", self.mention_id, self.labeller, self.labelled_at.isoformat(), *said)


def save_labels(connection: Connection, rows: Iterable[Label]) -> int:
    """Keep answers; returns how many were new."""
    return save_new(connection, labels, (_row(label) for label in rows))


def load_labels(connection: Connection) -> list[Label]:
    """The answers that count: the newest of each person for each mention, oldest first."""
    newest = {(label.mention_id, label.labeller): label for label in label_history(connection)}
    return sorted(newest.values(), key=lambda label: (label.labelled_at, label.id))


def label_history(connection: Connection, mention_id: str | None = None) -> list[Label]:
    """Every answer ever given, oldest first; of one mention where one is named."""
    query = select(labels).order_by(labels.c.labelled_at, labels.c.id)
    if mention_id is not None:
        query = query.where(labels.c.mention_id == mention_id)
    return [_label(row) for row in connection.execute(query)]


def load_decisions(connection: Connection) -> list[Label]:
    """What decisions on alerts, and on news that was withheld, say of the mention behind each: its type holds, or does
    not, or the firm is another.

    Other reasons for dismissing an alert (old, known, unimportant …) say nothing of the type.
    """
    rows = [*connection.execute(_reviewed()), *connection.execute(_audited())]
    found: dict[tuple[str, str, str], Label] = {}
    for row in sorted(rows, key=lambda row: row.reviewed_at):
        label = _decided(row)
        if label:
            found[row.mention_id, row.reviewer, row.type] = label
    return list(found.values())


def _reviewed() -> Select[Any]:
    return (
        select(reviews.c.reviewer, reviews.c.verdict, reviews.c.reason, reviews.c.reviewed_at)
        .add_columns(tags.c.mention_id, alerts.c.type, tags.c.version)
        .join(alerts, alerts.c.id == reviews.c.alert_id)
        .join(signals, signals.c.id == alerts.c.signal_id)
        .join(tags, tags.c.id == signals.c.tag_id)
        .order_by(reviews.c.reviewed_at, reviews.c.id)
    )


def _audited() -> Select[Any]:
    return (
        select(decisions.c.decided_by.label("reviewer"), decisions.c.verdict, decisions.c.reason)
        .add_columns(decisions.c.decided_at.label("reviewed_at"), tags.c.mention_id, signals.c.type, tags.c.version)
        .join(signals, signals.c.id == decisions.c.subject)
        .join(tags, tags.c.id == signals.c.tag_id)
        .where(decisions.c.kind == AUDIT)
        .order_by(decisions.c.decided_at, decisions.c.id)
    )


def _decided(row: Row[tuple[object, ...]]) -> Label | None:
    right, wrong = row.verdict in RIGHT, row.verdict == "dismissed" and row.reason in (WRONG_TYPE, WRONG_FIRM)
    if not (right or wrong):
        return None
    return Label(
        mention_id=row.mention_id,
        labeller=row.reviewer,
        holds=(row.type,) if right else (),
        asked=(row.type,),
        how="decision",
        noise="wrong_company" if row.reason == WRONG_FIRM and wrong else None,
        model=row.version,
        labelled_at=row.reviewed_at,
    )


def _row(label: Label) -> Mapping[str, object]:
    asked = sorted(label.asked) if label.asked is not None else None
    return vars(label) | {"id": label.id, "holds": sorted(label.holds), "asked": asked}


def _label(row: Row[tuple[object, ...]]) -> Label:
    values = {name: value for name, value in row._mapping.items() if name != "id"}
    asked = tuple(row.asked) if row.asked is not None else None
    return Label(**values | {"holds": tuple(row.holds), "asked": asked})
