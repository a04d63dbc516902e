"""Which mention a person is asked about next, and the list it is chosen from."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from oncu.classifiers.learned.labels import Pools, Queue, choose
from oncu.config.specs import SignalSpec
from oncu.storage.candidates import (
    MOST,
    Nearness,
    add_candidates,
    disputed,
    drawn,
    has_candidates,
    least_certain,
    newest_tagged,
    prune_candidates,
)
from oncu.storage.database import Database, Transaction
from oncu.storage.documents import Document
from oncu.storage.labels import count_words, label_history, recount
from oncu.storage.mentions import MentionRow, TagRow
from oncu.storage.passages import Passage, passages_of

from .corpus import told_in

SPARE = 5  # passages whose text was erased since they were put on the list


@dataclass(frozen=True)
class Question:
    """A mention for a person to judge. What the model thinks of it is not in here: it would draw the answer."""

    item: str
    client: str
    source: str
    seen_at: datetime
    text: str
    queue: Queue


def next_questions(database: Database, labeller: str, n: int, *, queue: Queue | None = None) -> list[Question]:
    """The next mentions for a person; the same ones until they have answered."""
    with database.read() as connection:
        found = next_passages(connection, labeller, n, queue=queue)
    return [_question(passage, queue) for passage, queue in found]


def next_passages(
    connection: Transaction,
    labeller: str,
    n: int,
    *,
    queue: Queue | None = None,
    ahead: int = 0,
    without: Collection[str] = (),
) -> list[tuple[Passage, Queue]]:
    """The next passages for a person; `ahead`: as it will be after so many more answers, `without` these mentions."""
    limit = n + len(without) + SPARE
    pools = Pools(
        uncertain=least_certain(connection, labeller, limit),
        audit=drawn(connection, labeller, limit),
        disputed=disputed(connection, labeller, limit),
        second=drawn(connection, labeller, limit, people=1),
    )
    seed = count_words(connection, labeller) + ahead
    chosen = choose(pools, labeller, n + SPARE, seed, queue=queue, without=without)
    passages = passages_of(connection, [item for item, _ in chosen])
    return [(passages[item], queue) for item, queue in chosen if item in passages][:n]


def fill_candidates(
    database: Database, types: Mapping[str, SignalSpec], *, again: bool = False, most: int = MOST
) -> None:
    """Make the list of what may be asked from the newest texts, where there is none yet or it is wanted `again`.

    100,000 take some ten seconds; reading adds what is new by itself.
    """
    with database.read() as connection:
        if has_candidates(connection) and not again:
            return
        tagged = newest_tagged(connection, most)
        judged = sorted({label.mention_id for label in label_history(connection)})
    found = [Nearness(t.document_id, t.client_id, t.mention_id, margin(t.tags, types), t.seen_at) for t in tagged]
    with database.write() as connection:
        add_candidates(connection, found)
        recount(connection, judged)
        prune_candidates(connection)


def add_read(
    connection: Transaction,
    documents: Sequence[Document],
    mentions: Iterable[MentionRow],
    tags: Iterable[TagRow],
    types: Mapping[str, SignalSpec],
) -> None:
    """Put what was just read on the list: of each client in each document the most probable accepted mention.

    Whoever reads takes the oldest off the list at the end, once.
    """
    seen = {document.id: document.first_seen_at for document in documents}
    rows = [row for row in mentions if row.accepted and row.document_id in seen]
    rows.sort(key=lambda row: (row.probability, -row.start))
    best = {(row.document_id, row.client_id): row for row in rows}  # the last one stays
    places = {row.id: (row.document_id, row.client_id) for row in rows}
    said: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for tag in tags:
        if place := places.get(tag.mention_id):
            said.setdefault(place, []).append((tag.type, tag.probability))
    found = [Nearness(*at, row.id, margin(said.get(at, ()), types), seen[at[0]]) for at, row in best.items()]
    add_candidates(connection, found)


def margin(tags: Iterable[tuple[str, float]], types: Mapping[str, SignalSpec]) -> float:
    """How far the nearest tag is from its threshold; a mention without tags is far from all."""
    return min((abs(p - types[code].threshold) for code, p in tags if code in types), default=1.0)


def _question(passage: Passage, queue: Queue) -> Question:
    return Question(passage.mention_id, passage.client, passage.source, passage.first_seen_at, told_in(passage), queue)
