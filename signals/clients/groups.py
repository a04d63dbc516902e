"""Which firms belong together: the tree of parents and subsidiaries around a client."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from oncu.config.problems import Problem
from oncu.storage.clients import client_rows
from oncu.storage.database import Database, Transaction
from oncu.storage.relations import stated_parents

from ..words import Words
from .unite import find_client

Parents = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Member:
    """One firm of a group and how deep it stands below the head (0)."""

    firm: str
    depth: int


def parents_of(connection: Transaction, *, unlisted: Collection[str] = ()) -> dict[str, set[str]]:
    """By client its parents, as the client lists and the relations say, under the ids of today.

    Of the clients `unlisted` (a new list says anew whose they are) the relations alone count.
    """
    found: dict[str, set[str]] = {}
    for child, parent in stated_parents(connection, unlisted=unlisted):
        if child != parent:
            found.setdefault(child, set()).add(parent)
    return found


def find_circle(parents: Parents, start: str) -> list[str] | None:
    """The shortest way from a firm up to itself, both ends named, or None.

    >>> find_circle({"A": ["B"], "B": ["A"]}, "A")
    ['A', 'B', 'A']
    """
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for parent in sorted(parents.get(way[-1], ())):
            if parent == start:
                return [*way, start]
            if parent not in seen:
                seen.add(parent)
                ways.append([*way, parent])
    return None


def group_of(parents: Parents, firm: str) -> list[Member]:
    """The group of a firm from its head downwards, each firm once, subsidiaries below their parent.

    Raises Problem where the parents make a circle.
    """
    circle = next((c for one in _upwards(parents, firm) if (c := find_circle(parents, one))), None)
    if circle:
        way = " → ".join(circle)
        raise Problem(
            f"the group of {firm} has no head: {way} is a circle of parents; correct one parent_id or relation"
        )
    children: dict[str, list[str]] = {}
    for child, above in sorted(parents.items()):
        for parent in sorted(above):
            children.setdefault(parent, []).append(child)
    members: dict[str, Member] = {}
    for head in [one for one in _upwards(parents, firm) if not parents.get(one)]:
        _add_below(children, head, 0, members)
    return list(members.values())


def describe_group(database: Database, client_id: str) -> dict[str, Any]:
    """The group of a client with names and ids, head first. Raises Problem."""
    with database.read() as connection:
        found = find_client(connection, client_id)
        members = group_of(parents_of(connection), found)
        rows = client_rows(connection, [member.firm for member in members])
    named = [{"client_id": m.firm, "depth": m.depth, "legal_name": _name(rows.get(m.firm))} for m in members]
    return {"client_id": found, "members": named}


def group_lines(found: dict[str, Any], words: Words) -> list[str]:
    """The tree as lines, the client asked for marked."""
    members = found["members"]
    if len(members) == 1:
        return [words("group_alone", client=f"{members[0]['legal_name']} ({found['client_id']})")]
    return [
        f"{'  ' * m['depth']}{'▸' if m['client_id'] == found['client_id'] else '·'} "
        f"{m['legal_name'] or '–'} ({m['client_id']})"
        for m in members
    ]


def _name(row: Mapping[str, Any] | None) -> str | None:
    """The name of a member; a parent that is no client has none."""
    return str(row["legal_name"]) if row else None


def _add_below(children: Mapping[str, list[str]], firm: str, depth: int, members: dict[str, Member]) -> None:
    """Depth first; below a circle elsewhere in the group nothing is visited twice."""
    waiting = [Member(firm, depth)]
    while waiting:
        member = waiting.pop()
        if member.firm not in members:
            members[member.firm] = member
            waiting += [Member(child, member.depth + 1) for child in reversed(children.get(member.firm, []))]


def _upwards(parents: Parents, firm: str) -> list[str]:
    """The firm and everyone above it."""
    found = [firm]
    for one in found:
        found += [parent for parent in sorted(parents.get(one, ())) if parent not in found]
    return found
