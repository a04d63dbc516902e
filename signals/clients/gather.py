"""The firms that were heard of and are no clients, joined where they are one, for a person who looks for new ones."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from oncu.classifiers.firms.numbers import FirmRecord
from oncu.storage.database import Database
from oncu.storage.prospects import Heard, Prospect, heard_of, load_prospects

from ..words import Words
from .firm_names import name_key
from .prospects import contradicts

if TYPE_CHECKING:
    from oncu.classifiers.firms.resolve import Resolver


@dataclass(frozen=True)
class Gathered:
    """Prospects that are one firm: `maybe` are ids of others that may be the same, with score and reason."""

    prospects: tuple[Prospect, ...]
    heard: tuple[Heard, ...]
    maybe: tuple[tuple[str, float, str], ...] = ()

    @property
    def name(self) -> str:
        """The fullest of its names."""
        return max((prospect.name for prospect in self.prospects), key=lambda name: (len(name), name))


def describe_prospects(database: Database, *, limit: int) -> dict[str, Any]:
    """How many firms there are, and those heard of most: name, number, city, how often, types, when, where."""
    with database.read() as connection:
        prospects, heard = load_prospects(connection), heard_of(connection)
    groups = join_prospects(prospects, heard)
    names = {prospect.id: prospect.name for prospect in prospects}
    return {"firms": len(groups), "shown": [_as_dict(g, names) for g in with_likely(groups[:limit], prospects)]}


def prospect_lines(found: Mapping[str, Any], words: Words, titles: Mapping[str, str]) -> list[str]:
    """A few lines a firm, types by their titles; one line says so where there is none."""
    if not found["firms"]:
        return [words("prospects_none")]
    lines = [words("prospects_found", n=words.number(found["firms"]), shown=len(found["shown"]))]
    for firm in found["shown"]:
        facts = ", ".join(filter(None, (firm["tax_id"], firm["city"])))
        types = ", ".join(f"{titles.get(kind, kind)} {n}" for kind, n in firm["types"].items())
        last = words.day(firm["last_known_at"])
        lines += [firm["name"] + (f" ({facts})" if facts else "")]
        lines += [f"    {words('prospect_times', n=firm['times'], day=last, types=types)}"]
        for one in firm["maybe"]:
            told = {"name": one["name"], "score": words.share(one["score"]), "reason": words.reason(one["reason"])}
            lines += [f"    {words('prospect_maybe', **told)}"]
    return lines


def join_prospects(prospects: Sequence[Prospect], heard: Iterable[Heard]) -> list[Gathered]:
    """Prospects joined where they are one firm, those heard of most (then last) first.

    One firm are those of one tax number, and those of one name whose numbers and cities do not contradict.
    """
    by_prospect: dict[str, list[Heard]] = {}
    for one in heard:
        by_prospect.setdefault(one.prospect_id, []).append(one)
    groups = [
        Gathered(tuple(group), tuple(one for p in group for one in by_prospect.get(p.id, ())))
        for group in _join(prospects)
    ]
    return sorted(groups, key=lambda group: (-len(group.heard), -_last(group), group.name))


def with_likely(groups: Sequence[Gathered], prospects: Iterable[Prospect]) -> list[Gathered]:
    """The groups, each with the other prospects that the resolver thinks may be the same firm."""
    from oncu.classifiers.firms.resolve import build_resolver

    if not groups:
        return []
    resolver = build_resolver([_record(prospect) for prospect in prospects])
    return [replace(group, maybe=_likely(group, resolver)) for group in groups]


def _likely(group: Gathered, resolver: "Resolver") -> tuple[tuple[str, float, str], ...]:
    from oncu.classifiers.firms.resolve import MAYBE

    own = {prospect.id for prospect in group.prospects}
    found = resolver.candidates(_record(group.prospects[0]), limit=5)
    return tuple((c.record_id, c.score, c.reason) for c in found if c.score >= MAYBE and c.record_id not in own)


def _as_dict(group: Gathered, names: Mapping[str, str]) -> dict[str, Any]:
    types = Counter(heard.type for heard in group.heard)
    tax_ids, cities = ([v for p in group.prospects if (v := getattr(p, name))] for name in ("tax_id", "city"))
    return {
        "name": group.name,
        "tax_id": next(iter(tax_ids), None),
        "city": next(iter(cities), None),
        "times": len(group.heard),
        "types": dict(types.most_common()),
        "first_known_at": min(p.known_at for p in group.prospects),
        "last_known_at": max((h.known_at for h in group.heard), default=group.prospects[0].known_at),
        "documents": [asdict(heard) for heard in group.heard],
        "maybe": [{"name": names[i], "prospect_id": i, "score": score, "reason": why} for i, score, why in group.maybe],
    }


def _last(group: Gathered) -> float:
    return max((heard.known_at.timestamp() for heard in group.heard), default=0.0)


def _join(prospects: Iterable[Prospect]) -> list[list[Prospect]]:
    """Groups of one firm each; a name without a number that may be two firms is neither."""
    by_name: dict[str, list[list[Prospect]]] = {}
    for prospect in sorted(prospects, key=lambda p: p.tax_id is None):
        groups = by_name.setdefault(name_key(prospect.name), [])
        homes = [g for g in groups if not any(contradicts(prospect, p.tax_id, p.city) for p in g)]
        if len(homes) == 1:
            homes[0].append(prospect)
        else:
            groups.append([prospect])
    return [group for groups in by_name.values() for group in groups]


def _record(prospect: Prospect) -> FirmRecord:
    return FirmRecord(prospect.id, prospect.name, city=prospect.city, tax_id=prospect.tax_id)
