"""Rows of one signal, from its document on, for the tests of the tables behind it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest

from oncu.storage.clients import save_clients
from oncu.storage.database import Database
from oncu.storage.documents import Document, save_documents
from oncu.storage.mentions import MentionRow, StoryMember, TagRow, save_mentions, save_story_members, save_tags


@dataclass(frozen=True)
class Told:
    """A document that tells something of a client, as reading leaves it."""

    document: Document
    mention: MentionRow
    tag: TagRow


@pytest.fixture
def tell(database: Database, now: datetime) -> Callable[..., Told]:
    """Store a document with a mention of C1 and a tag, read and not yet detected."""
    row = {"client_id": "C1", "legal_name": "Örnek Döküm A.Ş.", "manager": "ayse"}
    with database.write() as connection:
        save_clients(connection, [row], now)

    def save(
        key: str, *, at: datetime = now, story: str | None = None, probability: float = 0.8, **tag: object
    ) -> Told:
        document = Document("gazete", key, f"Örnek Döküm {key}", "", at, at)
        mention = MentionRow(document.id, "C1", 0, 11, 0.9, True, 90, "subject", "name", at, "v1")
        values = {"type": "lawsuit", "side": "risk", "accepted": True, "status": "fact", "origin": "independent"} | tag
        found = TagRow(
            mention.id, probability=probability, start=0, end=5, reason="w", known_at=at, version="v1", **values
        )
        with database.write() as connection:
            save_documents(connection, [document])
            member = StoryMember(document.id, story or document.id, 0.0, story is not None, (1, 2), at)
            save_story_members(connection, [member], "v1")
            save_mentions(connection, [mention])
            save_tags(connection, [found])
        return Told(document, mention, found)

    return save
