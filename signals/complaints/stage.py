"""The stage of complaints: each is read once, counted by day, and what is more than chance becomes a signal or a note.

A surge of many people, over more than one day or place and in their own words, is a signal. Many complaints of few
people or of one text are a possible campaign: a note for analysts, which never alerts and is no history either, for
what is judged is the number of people with words of their own.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from oncu.classifiers.complaints import VERSION as READING
from oncu.classifiers.complaints import Complaint, count_distinct, read_complaints
from oncu.classifiers.surge import DAILY, HISTORY, Alarm, Panel, find_slow_rises, find_surges
from oncu.config.settings import Settings
from oncu.config.specs import SignalSpec
from oncu.storage.alerts import Candidate
from oncu.storage.complaints import (
    ComplaintRow,
    DayCount,
    Heard,
    Surge,
    complaint_id,
    complaints_of,
    daily_counts,
    heard_in,
    only_from_customers,
    save_complaints,
    save_surges,
    sectors,
    surges_since,
)
from oncu.storage.database import Database, Transaction
from oncu.storage.documents import load_documents, mark_read
from oncu.storage.waiting import COMPLAINTS, leave, waiting_for

from ..flow.read import RELEVANT
from .answers import answer_hours, says_resolved
from .surge_rows import SURGE, VERSION, save_surge_signals

BATCH = 500
TOLD_BY_CUSTOMERS = ("customer_complaint", "refund_problem")
SITE_ODDS = 8.0  # who writes to a complaint site complains: so much likelier than what the words alone say
LOOK_BACK = 2  # days before today that are judged again, for complaints that come in late
SLOW_DAYS = 140
LEAST_AUTHORS = 5
MANY_AUTHORS = 20  # so many people are no campaign even on one day of one site
LEAST_DIVERSITY = 0.3  # different texts among complaints
COMPARED = 60  # texts that are held against each other
WINDOW = 7  # days in which the complaints of a surge are looked at together
HOLD_DAYS = 14  # for which a flood holds back what only customers say


@dataclass(frozen=True)
class Crowd:
    """Who stands behind the complaints of a client up to a day, in the week before it."""

    complaints: tuple[ComplaintRow, ...]
    authors: int
    days: int
    sources: int
    diversity: float = 1.0

    @property
    def verdict(self) -> str:
        """surge, or why it is none: template (one text) or campaign (few people, or one place in one day)."""
        if self.diversity < LEAST_DIVERSITY:
            return "template"
        if self.authors < LEAST_AUTHORS:
            return "campaign"
        return "surge" if self.days > 1 or self.sources > 1 or self.authors >= MANY_AUTHORS else "campaign"


def complain_pending(database: Database, types: Mapping[str, SignalSpec], settings: Settings, now: datetime) -> int:
    """Read what customers wrote since the last run and judge the last days; returns how many signals are new."""
    zone = ZoneInfo(settings.timezone)
    if not _read_pending(database, zone, now):
        return 0
    with database.write() as connection:
        return _judge(connection, types, settings, now.astimezone(zone).date(), now)


def held_back(connection: Transaction, candidates: Sequence[Candidate], now: datetime) -> set[str]:
    """The episodes that are told by a surge already, or that a possible campaign made: they do not alert themselves.

    Only what nobody but customers has told is held back; a newspaper that reports it is heard.
    """
    since = (now - timedelta(days=HOLD_DAYS)).date()
    found = {surge.client_id for surge in surges_since(connection, since)}
    asked = [c.episode_id for c in candidates if c.type in TOLD_BY_CUSTOMERS and c.client_id in found]
    return only_from_customers(connection, asked)


def crowd_of(complaints: Iterable[ComplaintRow]) -> Crowd:
    """How many people, days, places and texts there are behind some complaints; who has no author counts by text."""
    rows = tuple(complaints)
    return Crowd(
        complaints=rows,
        authors=len({row.author or row.story_id for row in rows}),
        days=len({row.day for row in rows}),
        sources=len({row.source for row in rows}),
    )


def build_panel(
    counts: Iterable[DayCount], groups: Mapping[str, str | None], first: date, last: date, *, raw: bool = False
) -> Panel:
    """All clients by day: people with words of their own, or (`raw`) complaints; the sector is the group."""
    clients = tuple(groups)
    places = {client: place for place, client in enumerate(clients)}
    found = np.zeros(((last - first).days + 1, len(clients)), dtype=np.int32)
    for row in counts:
        if row.client_id in places:
            number = row.count if raw else min(row.authors, row.stories)
            found[(row.day - first).days, places[row.client_id]] += number
    names = {name: number for number, name in enumerate(sorted({group or "" for group in groups.values()}))}
    sector = np.array([names[group or ""] for group in groups.values()], dtype=np.int32)
    return Panel(clients, first, found, np.zeros(len(clients), np.int32), sector)


def find_alarms(counts: Sequence[DayCount], groups: Mapping[str, str | None], today: date) -> list[tuple[Alarm, bool]]:
    """Alarms of the last days, each with whether people are too many, or (False) only complaints are.

    History begins with the first complaint that is known: before it nobody listened. A week of silence is taken for
    granted, so that a source is heard from its first day on.
    """
    heard = min(row.day for row in counts)
    since = today - timedelta(days=LOOK_BACK)
    first = max(since - timedelta(days=HISTORY), min(heard, since - timedelta(days=DAILY.least)))
    recent = [row for row in counts if row.day >= first]
    people = {_key(a): a for a in find_surges(build_panel(recent, groups, first, today), since=since)}
    floods = {_key(a): a for a in find_surges(build_panel(recent, groups, first, today, raw=True), since=since)}
    slow = find_slow_rises(build_panel(counts, groups, heard, today), since=today - timedelta(days=6))
    sudden = {client for client, _ in people}
    found = [(alarm, key in people) for key, alarm in (floods | people).items()]
    return found + [(alarm, True) for alarm in slow if alarm.client_id not in sudden]


def top_reasons(complaints: Iterable[ComplaintRow], most: int = 3) -> list[tuple[str, int]]:
    """The topics that most complaints are about, with how many."""
    return Counter(row.topic for row in complaints).most_common(most)


def _read_pending(database: Database, zone: ZoneInfo, now: datetime) -> int:
    """Read the complaints that came since; returns how many."""
    read = 0
    while True:
        with database.write() as connection:
            ids = waiting_for(connection, COMPLAINTS, limit=BATCH)
            if not ids:
                return read
            heard = heard_in(connection, ids, least_relevance=RELEVANT)
            rows = _complaint_rows(heard, zone, now)
            save_complaints(connection, rows)
            mark_read(connection, {one.document.id for one in heard}, COMPLAINTS, READING, now)
            leave(connection, COMPLAINTS, ids)
            read += len(rows)


def _complaint_rows(heard: Sequence[Heard], zone: ZoneInfo, now: datetime) -> list[ComplaintRow]:
    documents = {one.document.id: one.document for one in heard}
    found = dict(zip(documents, read_complaints([d.reading for d in documents.values()]), strict=True))
    rows = (_complaint_row(one, found[one.document.id], zone, now) for one in heard)
    return [row for row in rows if row.probability >= 0.5]


def _complaint_row(heard: Heard, said: Complaint, zone: ZoneInfo, now: datetime) -> ComplaintRow:
    document = heard.document
    odds = SITE_ODDS if document.category == "complaint" else 1.0
    probability = said.probability * odds / (1 + said.probability * (odds - 1))
    return ComplaintRow(
        id=complaint_id(document, heard.client_id),
        document_id=document.id,
        client_id=heard.client_id,
        mention_id=heard.mention_id,
        source=document.source,
        story_id=heard.story_id,
        day=document.published_at.astimezone(zone).date() if document.published_at else None,
        topic=said.topic,
        severity=said.severity,
        probability=round(probability, 4),
        is_resolved=says_resolved(document.fields, said.is_resolved),
        answer_hours=answer_hours(document, now),
        known_at=max(now, document.first_seen_at),
        version=READING,
    )


def _judge(
    connection: Transaction, types: Mapping[str, SignalSpec], settings: Settings, today: date, now: datetime
) -> int:
    """Find and save what is more than chance in the last days; returns how many signals are new."""
    counts = daily_counts(connection, since=today - timedelta(days=SLOW_DAYS), until=today)
    if SURGE not in types or not counts:
        return 0
    known = {surge.id for surge in surges_since(connection, today - timedelta(days=WINDOW))}
    alarms = find_alarms(counts, sectors(connection), today)
    found = [_judged(connection, alarm, now, of_people=of_people) for alarm, of_people in alarms]
    fresh = [(surge, crowd) for surge, crowd in found if surge.id not in known and surge.count >= LEAST_AUTHORS]
    told = [(surge, crowd.complaints) for surge, crowd in fresh if surge.kind in ("surge", "slow")]
    made = save_surge_signals(connection, told, types[SURGE], settings.alerts, now)
    save_surges(connection, (replace(surge, signal_id=made.get(surge.id)) for surge, _ in fresh))
    return len(made)


def _key(alarm: Alarm) -> tuple[str, date]:
    return alarm.client_id, alarm.date


def _judged(connection: Transaction, alarm: Alarm, now: datetime, *, of_people: bool) -> tuple[Surge, Crowd]:
    """An alarm with who stands behind it."""
    since = alarm.date - timedelta(days=max(WINDOW, alarm.days) - 1)
    week = complaints_of(connection, alarm.client_id, since=since, until=alarm.date)
    today = crowd_of(row for row in week if row.day and (alarm.date - row.day).days < alarm.days)
    kind = replace(crowd_of(week), diversity=_diversity(connection, today.complaints)).verdict
    kind = kind if of_people or kind != "surge" else "campaign"
    surge = Surge(
        client_id=alarm.client_id,
        day=alarm.date,
        kind="slow" if kind == "surge" and alarm.days > 1 else kind,
        count=len(today.complaints),
        authors=today.authors,
        sources=today.sources,
        expected=round(alarm.expected, 3),
        p_value=alarm.p_value,
        q_value=alarm.q_value,
        reason=_reason(alarm, today),
        signal_id=None,
        known_at=now,
        version=VERSION,
    )
    return surge, today


def _diversity(connection: Transaction, complaints: Sequence[ComplaintRow]) -> float:
    """The share of texts, among some of the complaints, that no other repeats."""
    some = complaints[:: max(1, len(complaints) // COMPARED)][:COMPARED]
    documents = load_documents(connection, [row.document_id for row in some])
    return count_distinct([document.text or document.title for document in documents.values()]) / max(1, len(documents))


def _reason(alarm: Alarm, crowd: Crowd) -> str:
    """The count, the expected, who, and about what: "12 complaints in 1 days until 2026-03-02, 1.3 expected, …"."""
    parts = [f"{len(crowd.complaints)} complaints in {alarm.days} days until {alarm.date.isoformat()}"]
    parts += [f"{alarm.expected:.1f} expected", f"{crowd.authors} people", f"{crowd.sources} sites"]
    parts += [f"about {topic}: {n}" for topic, n in top_reasons(crowd.complaints)]
    return ", ".join([*parts, f"chance of a false alarm {alarm.q_value:.4f}"])
