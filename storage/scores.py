"""Published scores: what routing and digests may quote of the past."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from .database import save_over
from .keys import key_id
from .models import scores


@dataclass(frozen=True)
class Score:
    """One number about the past: of what, at which horizon, with its 95 % interval and n."""

    as_of: date
    side: str
    subject_kind: str
    subject: str
    metric: str
    horizon_days: int
    value: float | None
    low: float | None
    high: float | None
    n: int


def publish_scores(connection: Connection, rows: Iterable[Score], now: datetime, version: str) -> None:
    """Keep scores; those of the same day, subject and metric are replaced."""
    save_over(
        connection,
        scores,
        (asdict(s) | {"id": _key(s), "published_at": now, "version": version} for s in rows),
        keep=("published_at",),
    )


def newest_scores(connection: Connection, subject_kind: str, metric: str, *, until: date) -> dict[str, Score]:
    """The newest score of each subject that was published for a day up to `until`."""
    query = select(scores).where(
        scores.c.subject_kind == subject_kind, scores.c.metric == metric, scores.c.as_of <= until
    )
    found: dict[str, Score] = {}
    for row in connection.execute(query.order_by(scores.c.as_of)):
        values = {k: v for k, v in row._mapping.items() if k not in ("id", "published_at", "version")}
        found[row.subject] = Score(**values)
    return found


def _key(score: Score) -> str:
    return key_id("score", score.as_of, score.side, score.subject_kind, score.subject, score.metric, score.horizon_days)
