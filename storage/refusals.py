"""Which mentions people said are another firm, and which they said are the client, by the words that were found."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from .changes import LOOKUP_ROWS, chunks
from .identity import PAIR, SAME, survivors, with_merged
from .labels import WRONG_FIRM, Label, audited, read_decisions, read_label, reviewed
from .models import alerts, decisions, derivations, labels, mentions, reviews, signals, tags, texts

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

    Only of clients that somebody ever refused, for of the others it changes nothing. Texts that were erased since are
    left out.
    """
    refused = _refused_clients(connection)
    if not refused:
        return []
    said = _said_of(connection, with_merged(connection, refused))
    given = sorted(
        (label for label in said if label.labelled_at <= until), key=lambda label: (label.labelled_at, label.id)
    )
    newest = {(label.mention_id, label.labeller): label for label in given}
    newest = {key: label for key, label in newest.items() if label.noise == WRONG_COMPANY or label.holds}
    found = _surfaces(connection, {mention_id for mention_id, _ in newest})
    return [
        Verdict(*found[label.mention_id], label.noise != WRONG_COMPANY)
        for label in newest.values()
        if label.mention_id in found and found[label.mention_id][1] in refused
    ]


def _refused_clients(connection: Connection) -> set[str]:
    """The clients, as they stand today, that somebody ever said not to be meant."""
    labelled = select(mentions.c.client_id).join(labels, labels.c.mention_id == mentions.c.id)
    alerted = reviewed().where(reviews.c.reason == WRONG_FIRM)
    withheld = audited().where(decisions.c.reason == WRONG_FIRM)
    found = set(connection.execute(labelled.where(labels.c.noise == WRONG_COMPANY).distinct()).scalars())
    for query in (alerted, withheld):
        its_client = query.join(mentions, mentions.c.id == tags.c.mention_id).with_only_columns(mentions.c.client_id)
        found.update(connection.execute(its_client.order_by(None).distinct()).scalars())
    merged = survivors(connection)
    return {merged.get(client_id, client_id) for client_id in found}


def _said_of(connection: Connection, client_ids: Sequence[str]) -> Iterator[Label]:
    """Every label on the mentions of some clients, and the decisions on them (on some of others, too)."""
    yield from read_decisions([*_reviews_of(connection, client_ids), *connection.execute(audited())])
    for some in chunks(client_ids, LOOKUP_ROWS):
        is_theirs = exists().where(mentions.c.id == labels.c.mention_id, mentions.c.client_id.in_(some))
        yield from map(read_label, connection.execute(select(labels).where(is_theirs)))


def _reviews_of(connection: Connection, client_ids: Iterable[str]) -> list[Row[Any]]:
    """The reviews of alerts that may stand on mentions of some clients, oldest first.

    An alert is its mention's client's, unless two became one and were told apart since, or it follows from another.
    """
    told = sorted(_ever_one(connection, client_ids))
    derived = sorted(_derived_from(connection, told))
    of_it = alerts.c.episode_id == signals.c.episode_id
    queries = [reviewed().where(alerts.c.client_id.in_(some)) for some in chunks(told, LOOKUP_ROWS)]
    queries += [reviewed().where(signals.c.id.in_(some), of_it) for some in chunks(derived, LOOKUP_ROWS)]
    found = {row.id: row for query in queries for row in connection.execute(query)}
    return sorted(found.values(), key=attrgetter("reviewed_at", "id"))


def _ever_one(connection: Connection, client_ids: Iterable[str]) -> set[str]:
    """Some clients and all that ever were one with them, as people decided."""
    decided = select(decisions.c.subject, decisions.c.object).where(decisions.c.kind == PAIR)
    pairs = [tuple(row) for row in connection.execute(decided.where(decisions.c.verdict == SAME))]
    pairs += survivors(connection).items()
    found = set(client_ids)
    while more := {one for pair in pairs if not found.isdisjoint(pair) for one in pair} - found:
        found |= more
    return found


def _derived_from(connection: Connection, client_ids: Sequence[str]) -> set[str]:
    """The signals that follow from those of some clients, be it through others."""
    follows = select(derivations.c.signal_id)
    causes = follows.join(signals, signals.c.id == derivations.c.cause_id)
    queries = [causes.where(signals.c.client_id.in_(some)) for some in chunks(client_ids, LOOKUP_ROWS)]
    found: set[str] = set()
    while more := {one for query in queries for one in connection.execute(query).scalars()} - found:
        found |= more
        queries = [follows.where(derivations.c.cause_id.in_(some)) for some in chunks(sorted(more), LOOKUP_ROWS)]
    return found


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
