"""Who belongs to whom, under the ids of today: what happened to a merged client is read as the survivor's."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from .changes import LOOKUP_ROWS, chunks
from .identity import client_of_every_id, survivors, with_merged
from .models import clients, relations

PARENT = "parent"


@dataclass(frozen=True)
class Tie:
    """One relation of a client, seen from it: `is_forward` where the relation was told of this client.

    A forward tie of kind supplier says that the other firm supplies this one.
    """

    other_id: str
    kind: str
    share: float | None
    is_forward: bool


def stated_parents(connection: Connection, *, unlisted: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """(client, parent) of every client list and relation; a parent need not be a client.

    Of the clients `unlisted` the relations alone count.
    """
    ids, merged = client_of_every_id(connection), survivors(connection)

    def today(client_id: str) -> str:
        found = ids.get(client_id, client_id)
        return merged.get(found, found)

    listed = select(clients.c.client_id, clients.c.parent_id).where(clients.c.parent_id.is_not(None))
    listed = listed.where(clients.c.merged_into.is_(None))
    related = select(relations.c.client_id, relations.c.other_id).where(relations.c.kind == PARENT)
    rows = [tuple(row) for row in connection.execute(listed) if row.client_id not in unlisted]
    for child, parent in [*rows, *connection.execute(related)]:
        yield today(child), today(parent)


def ties_of(connection: Connection, client_id: str) -> list[Tie]:
    """The relations of a client and of those merged into it, both ways."""
    own, merged = with_merged(connection, [client_id]), survivors(connection)
    query = select(relations).where(relations.c.client_id.in_(own) | relations.c.other_id.in_(own))
    found: dict[Tie, None] = {}
    for row in connection.execute(query.order_by(relations.c.kind, relations.c.client_id, relations.c.other_id)):
        is_forward = row.client_id in own
        other = row.other_id if is_forward else row.client_id
        found.setdefault(Tie(merged.get(other, other), row.kind, row.share, is_forward))
    return [tie for tie in found if tie.other_id != client_id]


def ties_among(connection: Connection, client_ids: Iterable[str]) -> dict[str, list[Tie]]:
    """The ties of some firms, seen from each of them, both ways; the parents that client lists name count too."""
    merged, wanted = survivors(connection), set(client_ids)
    found: dict[str, dict[Tie, None]] = {}
    for batch in chunks(with_merged(connection, wanted), LOOKUP_ROWS):
        for one, other, kind, share in _relations_of(connection, batch):
            child, parent = merged.get(one, one), merged.get(other, other)
            for own, tie in ((child, Tie(parent, kind, share, True)), (parent, Tie(child, kind, share, False))):
                if own in wanted and own != tie.other_id:
                    found.setdefault(own, {}).setdefault(tie)
    return {own: list(ties) for own, ties in found.items()}


def _relations_of(connection: Connection, ids: Sequence[str]) -> list[tuple[str, str, str, float | None]]:
    """(client, other, kind, share) of some firms in order; a parent that both a list and a relation name comes once."""
    said = select(relations.c.client_id, relations.c.other_id, relations.c.kind, relations.c.share)
    said = said.where(relations.c.client_id.in_(ids) | relations.c.other_id.in_(ids))
    listed = select(clients.c.client_id, clients.c.parent_id).where(
        clients.c.merged_into.is_(None), clients.c.client_id.in_(ids) | clients.c.parent_id.in_(ids)
    )
    parents: dict[tuple[str, str, str], float | None] = {
        (row.client_id, row.parent_id, PARENT): None for row in connection.execute(listed) if row.parent_id
    }
    told = parents | {(one, other, kind): share for one, other, kind, share in connection.execute(said)}
    return [(*pair, told[pair]) for pair in sorted(told)]
