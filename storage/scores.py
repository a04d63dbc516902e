"""Published scores: what routing and digests may quote of the past."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from .database import save_over
from .keys import key_id
from .models import scores
from .walks import walk


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
    asked = scores.c.subject_kind == subject_kind, scores.c.metric == metric
    subjects = walk(scores.c.subject, *asked)
    of_it = scores.c.subject == subjects.c.value, scores.c.as_of <= until
    last = select(func.max(scores.c.as_of)).where(*asked, *of_it).scalar_subquery()
    newest = select(subjects.c.value.label("subject"), last.label("as_of")).subquery()
    is_newest = (scores.c.subject == newest.c.subject) & (scores.c.as_of == newest.c.as_of)
    query = select(scores).join(newest, is_newest).where(*asked).order_by(scores.c.published_at, scores.c.id)
    found: dict[str, Score] = {}
    for row in connection.execute(query):
        values = {k: v for k, v in row._mapping.items() if k not in ("id", "published_at", "version")}
        found[row.subject] = Score(**values)
    return found


def _key(score: Score) -> str:
    return key_id("score", score.as_of, score.side, score.subject_kind, score.subject, score.metric, score.horizon_days)
