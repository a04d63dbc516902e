"""The stories of documents just read: copies join those of the last days."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from oncu.classifiers.stories.copies import StoryIndex
from oncu.classifiers.stories.sketches import StoryText, sketch_documents
from oncu.storage.database import Database
from oncu.storage.documents import Document
from oncu.storage.mentions import StoryMember, recent_story_members, stories_of_versions

STORY_DAYS = 14  # for so long a story takes copies

Key = tuple[str, str]  # of a document in all its versions


def restore_stories(database: Database, now: datetime) -> StoryIndex:
    """The stories of the last days, as they are stored."""
    stories = StoryIndex(window_days=STORY_DAYS)
    with database.read() as connection:
        for member, told_at in recent_story_members(connection, now - timedelta(days=STORY_DAYS)):
            stories.restore(member.document_id, member.story_id, member.sketch, told_at, known_at=member.known_at)
    return stories


def join_stories(
    database: Database, batch: Sequence[Document], stories: StoryIndex, now: datetime
) -> list[StoryMember]:
    """The stories of a batch; an edited document stays in the story it was in before, however much was edited."""
    with database.read() as connection:
        earlier = stories_of_versions(connection, map(_key, batch), since=now - timedelta(days=STORY_DAYS))
    members: list[StoryMember] = []
    for some in _versions_apart(batch):
        given = {document.id: earlier[key] for key, document in some.items() if key in earlier}
        found = _join(list(some.values()), stories, given, now)
        earlier |= {key: member.story_id for key, member in zip(some, found, strict=True)}
        members += found
    return members


def _join(
    documents: Sequence[Document], stories: StoryIndex, given: dict[str, str], now: datetime
) -> list[StoryMember]:
    texts = [StoryText(d.id, d.title, d.text, d.published_at or now, d.source) for d in documents]
    sketches = sketch_documents(texts)
    joined = stories.add_all(texts, sketches, known_at=now, given=given)
    return [
        StoryMember(one.document_id, one.story_id, one.similarity, one.is_copy, sketched, now)
        for one, sketched in zip(joined, sketches, strict=True)
    ]


def _versions_apart(batch: Sequence[Document]) -> Iterator[dict[Key, Document]]:
    """The batch in parts in which no document stands in two versions."""
    some: dict[Key, Document] = {}
    for document in batch:
        if _key(document) in some:
            yield some
            some = {}
        some[_key(document)] = document
    yield some


def _key(document: Document) -> Key:
    return document.source, document.natural_key
