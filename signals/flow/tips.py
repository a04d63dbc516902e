"""Field tips: what a colleague heard of a client, read like a document, by nobody but those who see the client."""

from datetime import date, datetime

from oncu.classifiers.mentions.mention import Mention
from oncu.storage.access import PRIVATE_CATEGORY
from oncu.storage.documents import Document
from oncu.storage.keys import key_id
from oncu.storage.tips import SOURCE as SOURCE

VERSION = "written"  # of the mention that is kept with a tip, so that whoever sees the client sees it before it is read
REASON = "written down about this client"


def is_tip(document: Document) -> bool:
    """Whether a colleague wrote it down."""
    return document.category == PRIVATE_CATEGORY


def make_tip(
    client_id: str, legal_name: str, said: str, *, origin: str, heard_on: date, by: str, now: datetime
) -> Document:
    """What `by` heard of a client on a day from one of `origin`; the client's name is its title, which tells whom it is
    about."""
    fields = {"client_id": client_id, "heard_on": heard_on.isoformat(), "written_by": by}
    return Document(
        source=SOURCE,
        natural_key=key_id("tip", client_id, by, now.isoformat()),
        title=legal_name,
        text=said,
        first_seen_at=now,
        published_at=now,
        category=PRIVATE_CATEGORY,
        origin=origin,
        fields=fields,
    )


def written_mention(document: Document) -> list[Mention]:
    """The client a tip is about, surely and alone: whom its text names beside must not come to read it."""
    client_id, name = document.fields.get("client_id"), document.title
    if client_id is None:
        return []
    return [Mention(client_id, 0, len(name), name, 1.0, True, 100, "subject", REASON)]
