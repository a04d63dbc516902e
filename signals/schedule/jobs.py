"""The jobs of the scheduler. Each is a command of `oncu` that a person could type as well."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oncu.config.schedule import When
from oncu.config.settings import Settings
from oncu.storage.database import Database
from oncu.storage.pauses import paused_sources
from oncu.storage.runs import last_begun

from ..flow.days import is_business_day
from ..flow.pipeline import Catalogue

VISIT = "crawl"


@dataclass(frozen=True)
class Office:
    """What jobs look at before they begin."""

    database: Database
    catalogue: Catalogue
    settings: Settings

    @property
    def zone(self) -> ZoneInfo:
        """Where the bank is."""
        return ZoneInfo(self.settings.timezone)

    @property
    def lease(self) -> timedelta:
        """How long a sign of life of a job is good for."""
        return timedelta(seconds=self.settings.schedule.lease_seconds)


@dataclass(frozen=True)
class Job:
    """One job: when it runs, and the words after `oncu`, or none where there is nothing to do.

    `is_of_its_day`: a slot of an earlier day is not caught up. `again`: a slot that failed is tried again.
    """

    name: str
    when: When
    words: Callable[[Office, datetime], list[str]]
    is_of_its_day: bool = False
    again: bool = True

    def slot_at(self, office: Office, now: datetime) -> datetime | None:
        """The slot that is due now; None where there is none today."""
        slot = self.when.due_slot(now, office.zone)
        if not self.is_of_its_day:
            return slot
        day = now.astimezone(office.zone).date()
        is_due = slot.astimezone(office.zone).date() == day and is_business_day(day, office.settings.digest.country)
        return slot if is_due else None


def jobs_of(settings: Settings) -> list[Job]:
    """The jobs that the settings have not switched off."""
    plan = settings.schedule
    jobs = (
        (plan.crawl, "crawl", _crawl, False, False),
        (plan.read, "read", _say("run", "--json"), False, False),
        (plan.remind, "remind", _say("remind", "--json"), False, False),
        (plan.digest, "digest", _say("digests", "--send"), True, True),
        (plan.score, "score", _say("score", "--publish", "--format", "json"), False, True),
        (plan.retention, "retention", _say("forget", "--older", "--actor", "schedule", "--json"), False, True),
        (plan.train, "train", _say("train", "--by", "schedule", "--json"), False, True),
    )
    return [Job(name, when, words, of_day, again) for when, name, words, of_day, again in jobs if when is not None]


def due_sources(office: Office, now: datetime) -> list[str]:
    """The enabled sources whose last visit began longer ago than their `every`, and which nobody paused."""
    with office.database.read() as connection:
        visits, paused = last_begun(connection, VISIT, at=now), paused_sources(connection)
    due = []
    for name, spec in office.catalogue.sources.items():
        last = visits.get(name)
        if spec.enabled and name not in paused and (last is None or now - last >= spec.every):
            due.append(name)
    return due


def _crawl(office: Office, now: datetime) -> list[str]:
    names = due_sources(office, now)
    return ["crawl", *names, "--json"] if names else []


def _say(*words: str) -> Callable[[Office, datetime], list[str]]:
    return lambda office, now: list(words)
