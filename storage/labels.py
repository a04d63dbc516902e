"""What people say of mentions: every answer is kept, the newest of a person for a mention counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy import update as update_rows

from .changes import LOOKUP_ROWS, chunks
from .database import save_new
from .keys import key_id
from .models import alerts, decisions, label_candidates, labels, reviews, signals, tags

RIGHT = ("accepted", "escalated", "resolved")
WRONG_TYPE, WRONG_FIRM = "wrong_type", "wrong_firm"
AUDIT = "audit"  # the kind of decisions on withheld signals
WITHDRAWN = "withdrawn"  # how a person took back the own answer before it


@dataclass(frozen=True)
class Label:
    """One person's answer for one mention: the types that hold, or a noise class, or that they cannot say.

    `asked`: the types that were judged, None where all were. `how`: ui | import:SHAPE | decision | withdrawn. `model`:
    the version that had judged the mention, which the labeller was not shown.
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
    """Keep answers; returns how many were new. The candidates that were asked for know how they stand now."""
    kept = list(rows)
    new = save_new(connection, labels, (_row(label) for label in kept))
    recount(connection, sorted({label.mention_id for label in kept}))
    return new


def load_labels(connection: Connection, mention_ids: Sequence[str] | None = None) -> list[Label]:
    """The answers that count: the newest of each person for each mention unless it was taken back, oldest first; those
    for some mentions where these are named."""
    query = select(labels).where(in_force(labels)).order_by(labels.c.labelled_at, labels.c.id)
    if mention_ids is None:
        return [read_label(row) for row in connection.execute(query)]
    batches = (query.where(labels.c.mention_id.in_(batch)) for batch in chunks(mention_ids, LOOKUP_ROWS))
    return [read_label(row) for batch in batches for row in connection.execute(batch)]


def in_force(given: FromClause) -> ColumnElement[bool]:
    """In a query: an answer is the person's last word on the mention, and was not taken back."""
    later = labels.alias("later")
    is_later = or_(
        later.c.labelled_at > given.c.labelled_at,
        and_(later.c.labelled_at == given.c.labelled_at, later.c.id > given.c.id),
    )
    same = and_(later.c.mention_id == given.c.mention_id, later.c.labeller == given.c.labeller)
    return and_(given.c.how != WITHDRAWN, ~exists().where(same, is_later))


def last_label(connection: Connection, labeller: str) -> Label | None:
    """A person's newest answer that counts; None before the first."""
    query = select(labels).where(labels.c.labeller == labeller, in_force(labels))
    row = connection.execute(query.order_by(labels.c.labelled_at.desc(), labels.c.id.desc()).limit(1)).first()
    return read_label(row) if row else None


def last_word_at(connection: Connection, mention_id: str, labeller: str) -> datetime | None:
    """When a person last answered for a mention, or took an answer back."""
    query = select(func.max(labels.c.labelled_at)).where(labels.c.mention_id == mention_id)
    found: datetime | None = connection.execute(query.where(labels.c.labeller == labeller)).scalar_one()
    return found


def count_labels(connection: Connection, labeller: str, since: datetime | None = None) -> int:
    """How many mentions a person has judged, skipped ones left out; only since a moment where one is given."""
    query = select(func.count()).select_from(labels)
    query = query.where(labels.c.labeller == labeller, ~labels.c.is_unsure, in_force(labels))
    return connection.execute(query if since is None else query.where(labels.c.labelled_at >= since)).scalar_one()


def count_words(connection: Connection, labeller: str) -> int:
    """How often a person has answered or taken back, skipped ones too: it only grows."""
    return connection.execute(select(func.count()).where(labels.c.labeller == labeller)).scalar_one()


def recount(connection: Connection, mention_ids: Sequence[str]) -> None:
    """Bring the candidates of mentions up to date: by how many they were judged, and whether these differ."""
    said: dict[str, set[tuple[Any, ...]]] = {mention_id: set() for mention_id in mention_ids}
    people = dict.fromkeys(mention_ids, 0)
    for label in load_labels(connection, mention_ids):
        if not label.is_unsure:
            said[label.mention_id].add((tuple(sorted(label.holds)), label.noise))
            people[label.mention_id] += 1
    rows = [{"mention": key, "n": people[key], "differ": len(said[key]) > 1} for key in mention_ids]
    query = update_rows(label_candidates).where(label_candidates.c.mention_id == bindparam("mention"))
    if rows:
        connection.execute(query.values(people=bindparam("n"), is_disputed=bindparam("differ")), rows)


def label_history(connection: Connection, mention_id: str | None = None) -> list[Label]:
    """Every answer ever given, oldest first; of one mention where one is named."""
    query = select(labels).order_by(labels.c.labelled_at, labels.c.id)
    if mention_id is not None:
        query = query.where(labels.c.mention_id == mention_id)
    return [read_label(row) for row in connection.execute(query)]


def load_decisions(connection: Connection) -> list[Label]:
    """What decisions on alerts, and on news that was withheld, say of the mention behind each: its type holds, or does
    not, or the firm is another.

    Other reasons for dismissing an alert (old, known, unimportant …) say nothing of the type.
    """
    return read_decisions([*connection.execute(reviewed()), *connection.execute(audited())])


def read_decisions(rows: Iterable[Row[Any]]) -> list[Label]:
    """What rows of `reviewed` and `audited` say: the last of each person on a mention and type."""
    found: dict[tuple[str, str, str], Label] = {}
    for row in sorted(rows, key=lambda row: row.reviewed_at):
        label = _decided(row)
        if label:
            found[row.mention_id, row.reviewer, row.type] = label
    return list(found.values())


def reviewed() -> Select[Any]:
    """The reviews with the mention behind their alert, oldest first."""
    return (
        select(reviews.c.id, reviews.c.reviewer, reviews.c.verdict, reviews.c.reason, reviews.c.reviewed_at)
        .add_columns(tags.c.mention_id, alerts.c.type, tags.c.version)
        .join(alerts, alerts.c.id == reviews.c.alert_id)
        .join(signals, signals.c.id == alerts.c.signal_id)
        .join(tags, tags.c.id == signals.c.tag_id)
        .order_by(reviews.c.reviewed_at, reviews.c.id)
    )


def audited() -> Select[Any]:
    """The decisions on withheld signals with the mention behind each, oldest first."""
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


def read_label(row: Row[tuple[object, ...]]) -> Label:
    """The answer that a row of `labels` keeps."""
    values = {name: value for name, value in row._mapping.items() if name != "id"}
    asked = tuple(row.asked) if row.asked is not None else None
    return Label(**values | {"holds": tuple(row.holds), "asked": asked})
