"""How the listening goes, in a few numbers that are cheap to count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from sqlalchemy import Connection, func, select

from .dispatches import is_waiting
from .models import alerts, dispatches, documents, runs, waiting
from .waiting import READ

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Tally:
    """Counts at a moment; MEANINGS says of each what it counts."""

    documents_day: int
    documents_waiting: int
    alerts_day: int
    messages_waiting: int
    visits_failed_day: int

    MEANINGS: ClassVar[Mapping[str, str]] = {
        "documents_day": "Documents first seen in the last 24 hours",
        "documents_waiting": "Documents that are not read yet",
        "alerts_day": "Alerts made in the last 24 hours",
        "messages_waiting": "Urgent messages that are not sent yet and not too old to be sent",
        "visits_failed_day": "Visits of sources that failed in the last 24 hours",
    }


def tally(connection: Connection, now: datetime, *, oldest_message: datetime) -> Tally:
    """Count; `oldest_message`: what was put into the outbox before is too old to be sent."""
    since = now - DAY
    lately = select(func.count()).select_from(documents).where(documents.c.first_seen_at >= since)
    failed = select(func.count()).select_from(runs).where(runs.c.stage == "crawl", runs.c.started_at >= since)
    queries = {
        "documents_day": lately,
        "documents_waiting": select(func.count()).where(waiting.c.stage == READ),
        "alerts_day": select(func.count()).select_from(alerts).where(alerts.c.created_at >= since),
        "messages_waiting": select(func.count()).select_from(dispatches).where(is_waiting(oldest_message)),
        "visits_failed_day": failed.where(runs.c.status == "failed"),
    }
    return Tally(**{name: connection.execute(query).scalar_one() for name, query in queries.items()})
