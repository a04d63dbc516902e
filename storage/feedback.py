"""What readers answer to an alert, kept as reviews: from those labels, names and the scoreboard learn."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from .audit import write_audit
from .changes import LOOKUP_ROWS, chunks
from .database import save_new
from .keys import key_id
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


def give_feedback(connection: Connection, given: Feedback, *, how: str) -> bool:
    """Keep an answer and note it in the trail; False where it is what this person said last of the alert.

    `how`: where it was given, for the trail (page, digest, audit).
    """
    before = feedback_on(connection, [given.alert_id]).get(given.alert_id, {}).get(given.by)
    if before is not None and before.answer == given.answer:
        return False
    verdict, reason = ANSWERS[given.answer]
    key = key_id("review", given.alert_id, given.by, given.answer, given.at.isoformat())
    row = {"id": key, "alert_id": given.alert_id, "reviewer": given.by, "verdict": verdict, "reason": reason}
    save_new(connection, reviews, [row | {"note": None, "reviewed_at": given.at}])
    said = before.answer if before else None
    write_audit(
        connection, given.by, "alert.answer", given.alert_id, given.at, before=said, after=given.answer, reason=how
    )
    return True


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
