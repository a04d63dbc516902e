"""What people said of alerts, as the reviews keep it: from those labels, names and the scoreboard learn.

Reviews are written by moves alone (storage/moves.py); the answers of a digest's links are moves too.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from .changes import LOOKUP_ROWS, chunks
from .models import reviews

# Verdict and reason of each answer; `wrong_firm` and `wrong_type` say something of the text, the others do not.
ANSWERS: dict[str, tuple[str, str | None]] = {
    "right": ("accepted", None),
    "wrong_firm": ("dismissed", "wrong_firm"),
    "wrong_type": ("dismissed", "wrong_type"),
    "old": ("dismissed", "old"),
    "unimportant": ("dismissed", "unimportant"),
}
MEANINGS = {meaning: answer for answer, meaning in ANSWERS.items()}


@dataclass(frozen=True)
class Feedback:
    """One person's answer to an alert; `answer` is one of ANSWERS, or empty for a review that is none of them."""

    alert_id: str
    answer: str
    by: str
    at: datetime


def feedback_on(connection: Connection, alert_ids: Iterable[str]) -> dict[str, dict[str, Feedback]]:
    """By alert what each person said of it last."""
    found: dict[str, dict[str, Feedback]] = {}
    for batch in chunks(sorted(set(alert_ids)), LOOKUP_ROWS):
        query = select(
            reviews.c.alert_id, reviews.c.verdict, reviews.c.reason, reviews.c.reviewer, reviews.c.reviewed_at
        )
        query = query.where(reviews.c.alert_id.in_(batch)).order_by(reviews.c.reviewed_at, reviews.c.id)
        for alert_id, verdict, reason, by, at in connection.execute(query):
            answer = MEANINGS.get((verdict, reason), "")
            found.setdefault(alert_id, {})[by] = Feedback(alert_id, answer, by, at)
    return found
