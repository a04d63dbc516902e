"""Keep little of people: forget them on request and by age, and say what is held."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.crawlers.authors import digests_of
from oncu.storage.audit import write_audit
from oncu.storage.database import Database
from oncu.storage.privacy import (
    PERSONAL,
    Erased,
    Holding,
    erase_author,
    erase_document,
    erase_older,
    holdings,
    shred,
)

from .words import Words

AGES = (30, 365)  # days, the borders of the ages that are reported
FORGET = "forget"


@dataclass(frozen=True)
class Forgotten:
    """What was forgotten, and how many documents lost their text."""

    subject: str
    documents: int


def forget_author(
    database: Database, handle: str, settings: Settings, now: datetime, *, actor: str, source: str | None = None
) -> Forgotten:
    """Erase all texts of an author, known by the handle as the source writes it, with or without an @ before it."""
    digests = digests_of(handle, settings.crawl.author_salt)
    erase = partial(erase_author, digests=digests, now=now, source=source)
    subject = "an author" if source is None else f"an author of {source}"
    return _forget(database, subject, erase, now, actor=actor, pages=settings.crawl.keep_pages)


def forget_document(
    database: Database, document_id: str, now: datetime, *, actor: str, pages: Path | None = None
) -> Forgotten:
    """Erase a document and all its versions; `pages` is where visits keep theirs (`crawl.keep_pages`).

    Raises Problem where there is none of the id.
    """
    erase = partial(erase_document, document_id=document_id, now=now)
    return _forget(database, f"document {document_id}", erase, now, actor=actor, pages=pages)


def forget_older(database: Database, settings: Settings, now: datetime, *, actor: str) -> list[Forgotten]:
    """Erase the texts that are held longer than the settings allow, by category."""
    done = []
    for category, period in settings.retention.periods():
        erase = partial(erase_older, category=category, before=now - period, now=now)
        subject = f"{category} older than {period.days} days"
        done.append(_forget(database, subject, erase, now, actor=actor, pages=settings.crawl.keep_pages))
    return done


def _forget(
    database: Database,
    subject: str,
    erase: Callable[[Any], Erased | None],
    now: datetime,
    *,
    actor: str,
    pages: Path | None,
) -> Forgotten:
    """Erase and write one row of the audit trail, which names nobody: how many documents, and a digest of which."""
    with database.write() as connection:
        erased = erase(connection)
        if erased is None:
            raise Problem(f"{subject}: there is none of that id; oncu explain ALERT --json shows the ids")
        if erased.documents:
            line = f"{subject}: {erased.documents} documents"
            write_audit(connection, actor, FORGET, line, now, before=erased.digest)
    shred(database)
    if erased.documents and pages and pages.is_dir():
        from oncu.crawlers.keep import drop_kept_pages  # loads Scrapy

        drop_kept_pages(pages)
    return Forgotten(subject, erased.documents)


def report_privacy(database: Database, settings: Settings, now: datetime) -> dict[str, Any]:
    """What is held of people, by category and age, what the settings allow, and what is overdue."""
    allowed = dict(settings.retention.periods())
    with database.read() as connection:
        held = holdings(connection, now, ages=AGES)
    return {
        "personal_categories": list(PERSONAL),
        "authors": "salted digests" if settings.crawl.author_salt else "digests without a salt of this installation",
        "categories": [_category(found, allowed.get(found.category), now) for found in held],
    }


def _category(found: Holding, allowed: timedelta | None, now: datetime) -> dict[str, Any]:
    is_overdue = allowed is not None and found.oldest_text is not None and found.oldest_text < now - allowed
    is_personal = found.category in PERSONAL
    kept = {"retention_days": allowed.days if allowed else None, "is_overdue": is_overdue}
    return asdict(found) | kept | {"unmasked": found.texts - found.masked if is_personal else None}


def privacy_lines(report: Mapping[str, Any], words: Words) -> list[str]:
    """The report as a table for a terminal."""
    heads = ("category", "documents", "texts", "<30 d", "<365 d", "masked", "erased", "authors", "kept")
    rows = [[words.line(cell) for cell in row] for row in (heads, *(_row(found) for found in report["categories"]))]
    lines = [f"{row[0]:<11}" + "".join(f"{cell:>11}" for cell in row[1:]) for row in rows]
    told = [f"authors are kept as {report['authors']}; names, numbers and addresses in complaints and posts are masked"]
    for found in report["categories"]:
        if found["unmasked"]:
            told.append(f"{found['category']}: {found['unmasked']} texts wait for masking; run: oncu run")
        if found["is_overdue"]:
            told.append(f"{found['category']}: texts are held longer than allowed; run: oncu forget --older")
    return [*lines, *map(words.line, told)]


def _row(found: Mapping[str, Any]) -> tuple[str, ...]:
    ages = [found["younger_than"][days] for days in AGES]
    masked = found["masked"] if found["unmasked"] is not None else "-"
    kept = f"{found['retention_days']} d" if found["retention_days"] else "no limit"
    cells = (found["documents"], found["texts"], *ages, masked, found["erased"], found["authors"], kept)
    return (found["category"], *map(str, cells))
