"""The firms that were heard of and are no clients, joined where they are one, for a person who looks for new ones."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from oncu.classifiers.firms.numbers import FirmRecord
from oncu.storage.database import Database, Transaction
from oncu.storage.prospects import Heard, Hearing, Prospect, heard_of, hearings, load_prospects

from ..words import Words
from .firm_names import name_key
from .prospects import contradicts

if TYPE_CHECKING:
    from oncu.classifiers.firms.resolve import Resolver


@dataclass(frozen=True)
class Ranked:
    """Prospects that are one firm, and how often they were heard of."""

    prospects: tuple[Prospect, ...]
    times: int


@dataclass(frozen=True)
class Gathered:
    """Prospects that are one firm: `maybe` are ids of others that may be the same, with score and reason."""

    prospects: tuple[Prospect, ...]
    heard: tuple[Heard, ...]
    maybe: tuple[tuple[str, float, str], ...] = ()

    @property
    def name(self) -> str:
        """The fullest of its names."""
        return name_of(self.prospects)


def describe_prospects(database: Database, *, limit: int) -> dict[str, Any]:
    """How many firms there are, and those heard of most: name, number, city, how often, types, when, where."""
    with database.read() as connection:
        prospects = load_prospects(connection)
        firms = rank_prospects(prospects, hearings(connection))
        groups = gather(connection, firms[:limit])
    names = {prospect.id: prospect.name for prospect in prospects}
    return {"firms": len(firms), "shown": [_as_dict(g, names) for g in with_likely(groups, prospects)]}


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


def rank_prospects(prospects: Iterable[Prospect], heard: Mapping[str, Hearing]) -> list[Ranked]:
    """Prospects joined where they are one firm, those heard of most (then last) first.

    One firm are those of one tax number, and those of one name whose numbers and cities do not contradict.
    """
    ranked = []
    for group in _join(prospects):
        of_it = [heard[one.id] for one in group if one.id in heard]
        times, last = sum(one.times for one in of_it), max((one.last.timestamp() for one in of_it), default=0.0)
        ranked.append(((-times, -last, name_of(group)), Ranked(tuple(group), times)))
    return [firm for _, firm in sorted(ranked, key=itemgetter(0))]


def gather(connection: Transaction, firms: Sequence[Ranked]) -> list[Gathered]:
    """Some firms with what was heard of them."""
    by_prospect: dict[str, list[Heard]] = {}
    for one in heard_of(connection, [prospect.id for firm in firms for prospect in firm.prospects]):
        by_prospect.setdefault(one.prospect_id, []).append(one)
    return [
        Gathered(firm.prospects, tuple(one for p in firm.prospects for one in by_prospect.get(p.id, ())))
        for firm in firms
    ]


def name_of(prospects: Iterable[Prospect]) -> str:
    """The fullest of the names of one firm."""
    return max((prospect.name for prospect in prospects), key=lambda name: (len(name), name))


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
