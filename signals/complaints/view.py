"""What customers complain of at one client: how many, since when, settled and answered or not, and what was found."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from statistics import median
from typing import Any

from oncu.storage.complaints import ComplaintRow, complaints_of, surges_of
from oncu.storage.database import Database

from ..clients.unite import find_client
from ..words import Words

RECENT = 30  # days
IN_TIME = 48.0  # hours in which a firm should answer
NOTES = 180  # days for which surges and notes are listed


def describe_complaints(database: Database, client_id: str, today: date) -> dict[str, Any]:
    """Root causes, answers and surges of one client as of a day. Raises Problem for an unknown client."""
    with database.read() as connection:
        client = find_client(connection, client_id)
        rows = [row for row in complaints_of(connection, client) if row.day is None or row.day <= today]
        found = surges_of(connection, [client], since=today - timedelta(days=NOTES))
    topics = {row.topic: [r for r in rows if r.topic == row.topic] for row in rows}
    causes = [cause_of(topic, some, today) for topic, some in topics.items()]
    return {
        "client_id": client,
        "complaints": len(rows),
        "undated": sum(row.day is None for row in rows),
        "causes": sorted(causes, key=lambda cause: (-cause["recent"], -cause["complaints"], cause["topic"])),
        "answers": answers_of(rows),
        "surges": [asdict(surge) for surge in found],
    }


def cause_of(topic: str, rows: Sequence[ComplaintRow], today: date) -> dict[str, Any]:
    """One root cause: complaints in all, in the last 30 days and the 30 before, since when, how grave, settled."""
    days = [row.day for row in rows if row.day]
    ages = [(today - day).days for day in days]
    return {
        "topic": topic,
        "complaints": len(rows),
        "recent": sum(age < RECENT for age in ages),
        "before": sum(RECENT <= age < 2 * RECENT for age in ages),
        "since": min(days, default=None),
        "last": max(days, default=None),
        "severity": round(sum(row.severity for row in rows) / len(rows), 3),
        "resolved": sum(row.is_resolved for row in rows),
    }


def answers_of(rows: Sequence[ComplaintRow]) -> dict[str, Any]:
    """How the firm answers, over the complaints whose source says when it did: n, median hours, share within 48 h."""
    hours = [row.answer_hours for row in rows if row.answer_hours is not None]
    in_time = sum(hour <= IN_TIME for hour in hours)
    return {
        "answered": len(hours),
        "median_hours": round(median(hours), 1) if hours else None,
        "within_48h": round(in_time / len(hours), 4) if hours else None,
        "resolved": sum(row.is_resolved for row in rows),
    }


def complaint_lines(found: dict[str, Any], words: Words) -> list[str]:
    """The same as lines for a terminal."""
    if not found["complaints"]:
        return [words("complaints_none", client=found["client_id"])]
    head = words("complaints_title", client=found["client_id"], n=found["complaints"], undated=found["undated"])
    lines = [head, *(_cause_line(cause, words) for cause in found["causes"]), _answer_line(found["answers"], words)]
    return lines + [_surge_line(surge, words) for surge in found["surges"]]


def _cause_line(cause: dict[str, Any], words: Words) -> str:
    numbers = {name: cause[name] for name in ("complaints", "recent", "before", "resolved")}
    since = _day(cause["since"], words)
    return "  " + words("complaints_cause", topic=words(f"topic_{cause['topic']}"), since=since, **numbers)


def _answer_line(answers: dict[str, Any], words: Words) -> str:
    if not answers["answered"]:
        return words("complaints_unanswered")
    share, hours = words.share(answers["within_48h"]), words.number(answers["median_hours"], 1)
    return words("complaints_answers", share=share, hours=hours, n=answers["answered"])


def _surge_line(surge: dict[str, Any], words: Words) -> str:
    return f"{_day(surge['day'], words)}  {words('surge_' + surge['kind'])}: {words.reason(surge['reason'])}"


def _day(day: date | None, words: Words) -> str:
    if day is None:
        return words("undated")
    return day.strftime("%d.%m.%Y") if words.language == "tr" else day.isoformat()
