"""What people said of news that was withheld, drawn at random: how much of it should have been told.

Kept as decisions whose subject is a signal and whose object is its type; labels are read from them as from reviews.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, exists, select

from .audit import write_audit
from .changes import LOOKUP_ROWS, chunks
from .database import save_new
from .feedback import ANSWERS, MEANINGS
from .keys import key_id
from .labels import AUDIT
from .models import decisions, signals, withheld


@dataclass(frozen=True)
class Judgement:
    """One person's word on one withheld signal; `answer` is one of those that an alert can be given."""

    signal_id: str
    answer: str
    by: str
    at: datetime


def judge_withheld(connection: Connection, given: Judgement) -> bool:
    """Keep a judgement and note it in the trail; False where this person said so already, or nothing was withheld."""
    kind = select(signals.c.type).where(signals.c.id == given.signal_id)
    # Its episode is that of its signal; said because what was withheld is found by its episode and not by its signal.
    of_it = withheld.c.episode_id == signals.c.episode_id, withheld.c.signal_id == signals.c.id
    kind = kind.where(exists().where(*of_it))
    code = connection.execute(kind).scalar()
    before = judgements_on(connection, [given.signal_id]).get(given.signal_id, {}).get(given.by)
    if code is None or (before is not None and before.answer == given.answer):
        return False
    verdict, reason = ANSWERS[given.answer]
    key = key_id(AUDIT, given.signal_id, given.by, given.at.isoformat())
    row = {"id": key, "kind": AUDIT, "subject": given.signal_id, "object": code, "verdict": verdict, "reason": reason}
    save_new(connection, decisions, [row | {"decided_by": given.by, "decided_at": given.at}])
    said = before.answer if before else None
    write_audit(connection, given.by, "withheld.judge", given.signal_id, given.at, before=said, after=given.answer)
    return True


def judgements_on(connection: Connection, signal_ids: Iterable[str]) -> dict[str, dict[str, Judgement]]:
    """By signal what each person said of it last."""
    found: dict[str, dict[str, Judgement]] = {}
    for batch in chunks(sorted(set(signal_ids)), LOOKUP_ROWS):
        query = select(decisions).where(decisions.c.kind == AUDIT, decisions.c.subject.in_(batch))
        for row in connection.execute(query.order_by(decisions.c.decided_at, decisions.c.id)):
            answer = MEANINGS[row.verdict, row.reason]
            found.setdefault(row.subject, {})[row.decided_by] = Judgement(
                row.subject, answer, row.decided_by, row.decided_at
            )
    return found
