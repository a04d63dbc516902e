"""Answers of one click, as the links of a digest give them: each is a move of the desk, under the desk's rules."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from oncu.config.problems import Problem
from oncu.storage.database import Database
from oncu.storage.feedback import ANSWERS
from oncu.storage.moves import Move

from .desk import Case, Desk, make_move
from .standing import ACCEPTED, CLOSED, DISMISSED, PROPOSED, RESOLVED


def is_answered(case: Case, answer: str) -> bool:
    """Whether an alert stands as an answer wants it to."""
    verdict, reason = ANSWERS[answer]
    standing = case.standing
    if verdict == "accepted":
        return standing.state in (ACCEPTED, RESOLVED)
    return standing.state in (DISMISSED, PROPOSED) and standing.reason == reason


def answer_alert(
    database: Database,
    desk: Desk,
    alert_id: str,
    answer: str,
    *,
    by: str,
    now: datetime,
    note: str,
    known_as: Collection[str] = (),
) -> list[Move]:
    """Make the moves an answer stands for, none where the alert stands so already.

    One that was decided otherwise is reopened first, with a note. Raises Problem where a second person must decide.
    """
    with database.read() as connection:
        case = desk.cases(connection, [alert_id], now).get(alert_id)
    if case is None:
        raise Problem(f"there is no alert {alert_id!r}")
    if is_answered(case, answer):
        return []
    verdict, reason = ANSWERS[answer]
    move = partial(make_move, database, desk, [alert_id], by=by, now=now, known_as=known_as)
    reopened = move("reopen", note=note) if case.standing.state in CLOSED else []
    return reopened + move("accept" if verdict == "accepted" else "dismiss", reason=reason)
