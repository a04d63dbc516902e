"""Read documents again after the names, the verdicts or the model changed, and append what that changes.

Nothing that was known is rewritten: a client whose mentions or signals differ gets new rows of the new version, known
from now on; a mention that is found no more gets a row that says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from oncu.config.problems import Problem
from oncu.storage.clients import load_clients
from oncu.storage.database import Database
from oncu.storage.documents import Document, load_documents
from oncu.storage.mentions import MentionRow, TagRow, save_mentions, save_tags
from oncu.storage.readings import Found, count_outdated, mark_read_again, newest_findings, outdated_documents

from . import read as reading
from .pipeline import BATCH, Catalogue, Counts, Progress, Warm, warm_up
from .verdicts import with_verdicts

UNACCEPTED: dict[str, Any] = {"accepted": False, "probability": 0.0, "relevance": 0, "role": "passing"}
UNACCEPTED["reason"] = "read again: found no more"
WORTH_A_ROW = 0.1
Place = tuple[str, str]  # document and client


@dataclass(frozen=True)
class Wanted:
    """Which documents are read again: seen since a moment, with a client's names in them; all by default."""

    since: datetime | None = None
    client_id: str | None = None

    @property
    def scope(self) -> str:
        return self.client_id or ""


def read_again(
    database: Database,
    catalogue: Catalogue,
    now: datetime,
    wanted: Wanted,
    *,
    warm: Warm | None = None,
    cache: Path | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Counts:
    """Read again, with what is known at `now`, the documents that were read with another version; once a version.

    Counts the documents read and the mentions and tags appended.
    Raises Problem for an unknown client, NothingToMatch without clients.
    """
    _check_client(database, wanted.client_id)
    reader = with_verdicts((warm or warm_up(database, catalogue, now, cache=cache)).reader, database, now)
    with database.read() as connection:
        total = count_outdated(connection, reader.version, scope=wanted.scope, since=wanted.since)
    counts = Counts()
    while (some := _read_batch(database, reader, wanted, now)).documents:
        counts += some
        progress("read again", counts.documents, total)
    return counts


def _read_batch(database: Database, reader: reading.Reader, wanted: Wanted, now: datetime) -> Counts:
    """The next documents, in one transaction with the note that they were read again."""
    with database.write() as connection:
        ids = outdated_documents(connection, reader.version, scope=wanted.scope, since=wanted.since, limit=BATCH)
        documents = list(load_documents(connection, ids).values())
        rows = changed_rows(documents, newest_findings(connection, ids), reader, wanted.client_id, now)
        mentions, tags = save_mentions(connection, rows[0]), save_tags(connection, rows[1])
        mark_read_again(connection, ids, reader.version, scope=wanted.scope, now=now)
        return Counts(documents=len(ids), mentions=mentions, tags=tags)


def changed_rows(
    documents: Sequence[Document],
    before: Mapping[Place, Found],
    reader: reading.Reader,
    client_id: str | None,
    now: datetime,
) -> tuple[list[MentionRow], list[TagRow]]:
    """The rows of the clients of whom these documents say something else now than the last time; of one if given."""
    found = reading.read_documents(_that_may_name(documents, before, reader, client_id), reader, now)
    of_place = _by_place(found.mentions)
    told: dict[Place, list[TagRow]] = {}
    place_of = {mention.id: (mention.document_id, mention.client_id) for mention in found.mentions}
    for tag in found.tags:
        told.setdefault(place_of[tag.mention_id], []).append(tag)
    mentions: list[MentionRow] = []
    tags: list[TagRow] = []
    for place in sorted(of_place.keys() | before.keys()):
        if client_id is not None and place[1] != client_id:
            continue
        here, tagged = of_place.get(place, []), told.get(place, [])
        known = before.get(place, Found((), frozenset()))
        now_told = {(tag.type, tag.status) for tag in tagged if tag.accepted}
        if now_told != known.told or _moved(known.mentions, here):
            mentions += here or _gone(known.mentions, reader.version, now)
            tags += tagged
    return mentions, tags


def _moved(before: Iterable[MentionRow], after: Iterable[MentionRow]) -> bool:
    """Is another place surely the client's now, or one of these more or less probable by a tenth?"""
    was, is_now = ({(m.start, m.end): m.probability for m in rows if m.accepted} for rows in (before, after))
    return was.keys() != is_now.keys() or any(abs(was[place] - is_now[place]) >= WORTH_A_ROW for place in was)


def _gone(mentions: Iterable[MentionRow], version: str, now: datetime) -> list[MentionRow]:
    change = UNACCEPTED | {"known_at": now, "version": version}
    return [replace(mention, **change) for mention in mentions if mention.accepted]


def _by_place(mentions: Iterable[MentionRow]) -> dict[Place, list[MentionRow]]:
    found: dict[Place, list[MentionRow]] = {}
    for mention in mentions:
        found.setdefault((mention.document_id, mention.client_id), []).append(mention)
    return found


def _that_may_name(
    documents: Sequence[Document], before: Mapping[Place, Found], reader: reading.Reader, client_id: str | None
) -> list[Document]:
    """The documents in which a name of the client stands or stood, or whose fields may name it; all without one."""
    if client_id is None:
        return list(documents)
    places = reader.matcher.places([document.reading for document in documents])
    return [
        document
        for document, here in zip(documents, places, strict=True)
        if document.fields
        or (document.id, client_id) in before
        or any(client_id in reader.matcher.candidates(place) for place in here)
    ]


def _check_client(database: Database, client_id: str | None) -> None:
    if client_id is None:
        return
    with database.read() as connection:
        if client_id not in {client.client_id for client in load_clients(connection)}:
            raise Problem(f"no client has the id {client_id!r}; oncu clients show NAME tells the ids")
