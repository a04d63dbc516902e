"""Which mentions people said are another firm, and which they said are the client, by the words that were found."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from .changes import LOOKUP_ROWS, chunks
from .identity import survivors
from .labels import label_history, load_decisions
from .models import mentions, texts

WRONG_COMPANY = "wrong_company"


@dataclass(frozen=True)
class Verdict:
    """One person's word on one mention: `is_client` is False for "wrong company"; `surface` is how it is written there.

    The client is the one it stands for today.
    """

    surface: str
    client_id: str
    is_client: bool


def verdicts_on_firms(connection: Connection, *, until: datetime) -> list[Verdict]:
    """What labels and decisions up to a moment say of who is meant; the newest word of a person on a mention counts.

    Texts that were erased since are left out.
    """
    given = sorted(
        (label for label in (*load_decisions(connection), *label_history(connection)) if label.labelled_at <= until),
        key=lambda label: (label.labelled_at, label.id),
    )
    newest = {(label.mention_id, label.labeller): label for label in given}
    newest = {key: label for key, label in newest.items() if label.noise == WRONG_COMPANY or label.holds}
    found = _surfaces(connection, {mention_id for mention_id, _ in newest})
    return [
        Verdict(*found[label.mention_id], label.noise != WRONG_COMPANY)
        for label in newest.values()
        if label.mention_id in found
    ]


def _surfaces(connection: Connection, mention_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """By mention the words it stands on and its client of today."""
    merged = survivors(connection)
    rows = (row for batch in chunks(sorted(mention_ids), LOOKUP_ROWS) for row in _rows(connection, batch))
    found = {key: (reading[start:end], merged.get(client, client)) for key, client, start, end, reading in rows}
    return {key: place for key, place in found.items() if place[0]}


def _rows(connection: Connection, mention_ids: Iterable[str]) -> Iterator[tuple[str, str, int, int, str]]:
    query = (
        select(mentions.c.id, mentions.c.client_id, mentions.c.start, mentions.c.end, texts.c.title, texts.c.body)
        .join(texts, texts.c.document_id == mentions.c.document_id)
        .where(mentions.c.id.in_(list(mention_ids)))
    )
    for key, client, start, end, title, body in connection.execute(query):
        yield key, client, start, end, f"{title}\n{body}" if body else title
