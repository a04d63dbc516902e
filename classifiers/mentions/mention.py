"""A client found in a document, how much the document is about it, and which part it plays there."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from operator import attrgetter

from .places import Place
from .roles import Role, is_list_of_codes, is_passing, is_rated, role_of, suffers
from .sites import find_next_door
from .surroundings import Around, read_around

__all__ = ["Mention", "Role", "rank_mentions"]

LIST_LENGTH = 10  # more clients than this in one text: a list, about none of them
CODES = 12  # stock codes in a text from which it is a list, however few of them are clients
SHORT_LIST = 3  # more than this: about each a little less
FIRST_SENTENCE = 250  # code points
IN_A_LIST = 5
IN_PASSING = 15  # relevance of a landmark, an example, a source, wherever it stands
NEXT_DOOR = 40  # of the neighbour of land that is sold, a tender, a plant
BY_ROLE = {"subject": 30, "counterparty": 10, "passing": 0}


@dataclass(frozen=True, slots=True)
class Mention:
    """A client in a text: `surface == text[start:end]` (code points, suffix outside); `accepted` = probability ≥ .5."""

    client_id: str
    start: int
    end: int
    surface: str
    probability: float
    accepted: bool
    relevance: int
    role: Role
    reason: str


FIELDS = attrgetter(*(field.name for field in fields(Mention)))


@dataclass(frozen=True, slots=True)
class _Text:
    """What all mentions of a text say together."""

    title_end: int
    first: int  # where the first accepted mention stands
    counts: Counter[str]
    rates: bool  # a firm is rated by another
    punished: frozenset[int]  # places of firms that are fined, seized or the like


def with_part(mention: Mention, relevance: int, role: Role) -> Mention:
    """The mention with its relevance and role; `dataclasses.replace` takes ten times as long."""
    who, start, end, surface, chance, is_accepted, _, _, why = FIELDS(mention)
    return Mention(who, start, end, surface, chance, is_accepted, relevance, role, why)


def rank_mentions(text: str, found: Sequence[tuple[Mention, Place | None]]) -> list[Mention]:
    """The mentions with relevance (0-100) and role, judged from all accepted ones of the text together."""
    accepted = [(mention, place) for mention, place in found if mention.accepted]
    counts = Counter(mention.client_id for mention, _ in accepted)
    if len(counts) > LIST_LENGTH or is_list_of_codes(text, CODES):
        return [_in_list(mention, place) for mention, place in found]
    around = {place.start: read_around(place) for _, place in found if place}
    seen = [(place, around[place.start]) for _, place in accepted if place]
    title = text.find("\n")
    whole = _Text(
        title_end=len(text) if title < 0 else title,
        first=min((mention.start for mention, _ in accepted), default=0),
        counts=counts,
        rates=len(counts) > 1 and any(is_rated(beside) for _, beside in seen),
        punished=frozenset(place.start for place, beside in seen if suffers(place, beside)),
    )
    return [_rank(mention, place, around, whole) for mention, place in found]


def _in_list(mention: Mention, place: Place | None) -> Mention:
    return _of_row(mention) if place is None else with_part(mention, IN_A_LIST, "passing")


def _of_row(mention: Mention) -> Mention:
    """A structured field names the firm: the row is about it."""
    return with_part(mention, 95, "subject")


def _rank(mention: Mention, place: Place | None, around: dict[int, Around], whole: _Text) -> Mention:
    if place is None:
        return _of_row(mention)
    beside = around[place.start]
    if is_passing(place, beside, rates_another=whole.rates):
        return with_part(mention, NEXT_DOOR if find_next_door(beside) else IN_PASSING, "passing")
    in_title = mention.start < min(whole.title_end, FIRST_SENTENCE)
    in_lead = mention.start < whole.title_end + FIRST_SENTENCE
    is_top = in_title or (in_lead and place.opens)
    role = role_of(place, beside, is_first=mention.start == whole.first, is_top=is_top)
    if role == "subject" and _punishes(place, beside, whole):
        role = "counterparty"
    base = (60 if in_title else 40 if in_lead else 20) + BY_ROLE[role] + _bonus(mention, whole)
    return with_part(mention, min(100, max(0, base)), role)


def _punishes(place: Place, beside: Around, whole: _Text) -> bool:
    """Is a firm of the same sentence, named behind this one, the one that suffers: "Y Bankası, X'e icra başlattı"?"""
    behind = range(place.end, place.end + len(beside.after))
    return place.start not in whole.punished and any(start in behind for start in whole.punished)


def _bonus(mention: Mention, whole: _Text) -> int:
    """Repeating a name says it is about it; several names, that it is about each a little less."""
    crowd = 25 if len(whole.counts) > SHORT_LIST else 0
    return min(10, 5 * (whole.counts[mention.client_id] - 1) - crowd)
