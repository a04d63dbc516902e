"""Clients in a text: one automaton over all folded names, then the evidence of each place."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from functools import lru_cache
from itertools import groupby, zip_longest
from operator import itemgetter

import numpy as np

from ..firms.names import ClientName, ParsedName, expand, parse_name
from ..text import Folded, fold, fold_all, fold_key
from .clues import CEILING, Clue, chance_of, reason, say
from .comentions import Weighed, can_lean, find_sure, lean_on, most_leant
from .edges import ENDINGS
from .evidence import weigh_place
from .full_names import Named, by_tail, complete, may_go_on
from .meanings import is_another_word
from .mention import Mention, rank_mentions, with_part
from .name_index import NameIndex, Owner, build_index
from .ownership import Beside, claim, end_of_name, weigh_client
from .places import Hit, Place

ACCEPT = 0.5
SHOW = 0.05  # below, a mention is not worth a line
MAX_REFUSALS = 2  # more "wrong company" verdicts on one name add nothing
BESIDE = 20  # relevance of a firm that a row names beside the one it is about
# What is said against a name that goes on, and does not hold where it goes on with the client's own words.
GOES_ON = frozenset(("other_trade_next", "other_trade_upper", "word_goes_on", "name_goes_on"))
KNOWN_KEYS = 50_000  # spellings met before whose owners are kept at hand
NEWLINE = 10

Fields = Mapping[str, str]
Refused = Mapping[tuple[str, str], int]  # (folded name, client id) → how often a person said "wrong company"


class Matcher:
    """Finds clients in texts; immutable and free of I/O. Build it with `build_matcher`."""

    def __init__(self, index: NameIndex, refused: Refused | None = None) -> None:
        self.index = index
        self._automaton = index.automaton
        self._named = lru_cache(maxsize=KNOWN_KEYS)(lambda key: by_tail(index.owners_of(key)))
        self.refused = refused or {}
        self.version = index.version

    def refusing(self, refused: Refused) -> "Matcher":
        """The same matcher for which people refused these names."""
        other = copy(self)
        other.refused = refused
        return other

    def find(self, text: str, fields: Fields | None = None) -> list[Mention]:
        """Mentions with probability ≥ .05 in reading order; `fields` are the row's own `firm`, `tax_id`, `mersis`."""
        return self.find_all([text], [fields])[0]

    def find_all(self, texts: Sequence[str], fields: Sequence[Fields | None] = ()) -> list[list[Mention]]:
        """The same for many texts, which is quicker than one by one."""
        places = self.places(texts)
        rows = zip_longest(texts, places, fields)
        return [self._mentions(text, found, given or {}) for text, found, given in rows]

    def places(self, texts: Sequence[str]) -> list[list[Place]]:
        """Where each text holds a spelling of a client, not yet judged; of spellings that overlap the longest."""
        hay = fold_all(texts)
        found = self._automaton.find(hay)
        letters = np.frombuffer(hay + b"  ", dtype=np.uint8)
        starts = np.append(0, np.flatnonzero(letters == NEWLINE) + 1)
        numbers = np.searchsorted(starts, found.starts, side="right") - 1
        goes_on = may_go_on()[letters[found.ends + 1], letters[found.ends + 2]] & (found.endings == 0)
        columns = (numbers, found.starts - starts[numbers], found.ends - starts[numbers], *found[2:], goes_on)
        places: list[list[Place]] = [[] for _ in texts]
        for number, rows in groupby(zip(*(column.tolist() for column in columns), strict=True), key=itemgetter(0)):
            text, folded = texts[number], fold(texts[number])
            before = not folded.text.startswith(" ")  # the space that together each text has
            hits = (self._hit(row, before, text, folded) for row in rows)
            places[number] = [Place(text, folded, hit) for hit in _longest(list(hits))]
        return places

    def _hit(self, row: tuple[int, ...], before: int, text: str, folded: Folded) -> Hit:
        _, start, end, key, ending, goes_on = row
        hit = Hit(start - before, end - before, end - before, key, ENDINGS[ending])
        return complete(hit, self._named(key), text, folded) if goes_on else hit

    def candidates(self, place: Place) -> set[str]:
        """The ids of the clients of a place's spelling, before anything is judged."""
        return {owner.client.client_id for owner in self._named(place.hit.key).of(place.hit)}

    def _mentions(self, text: str, places: Sequence[Place], fields: Fields) -> list[Mention]:
        found: list[tuple[Mention, Place | None]] = []
        for place, weighed in self.weigh_all(places):
            found += ((mention, place) for mention in _judge(place, weighed))
        named = self._named_by(fields) if fields else {}
        ranked = rank_mentions(text, _with_fields(found, named)) if found or named else []
        return [m if m.client_id in named else _beside(m) for m in ranked] if named else ranked

    def weigh_all(self, places: Sequence[Place], *, hope: float | None = None) -> list[tuple[Place, Sequence[Weighed]]]:
        """The candidates of a text's places with their clues; short names lean on long ones.

        Left out are those that cannot become a mention. `hope`, in logits, is what is thought possible for short names
        beyond their own clues, by default as much as the long ones add; with infinite hope none is left out.
        """
        owned = [(place, self._named(place.hit.key).of(place.hit)) for place in places]
        leans = [can_lean([owner.alias for owner in owners]) for _, owners in owned]
        long = [self._weigh(*one, hope=math.inf) for one, is_short in zip(owned, leans, strict=True) if not is_short]
        sure = find_sure(long)
        hope = most_leant(sure) if hope is None else hope
        rest = iter(long)
        weighed = (
            self._weigh(*one, hope=hope) if short else next(rest) for one, short in zip(owned, leans, strict=True)
        )
        return [(place, lean_on(sure, candidates)) for place, candidates in zip(places, weighed, strict=True)]

    def _weigh(self, place: Place, owners: Sequence[Owner], *, hope: float) -> list[Weighed]:
        """The clues of each candidate of one place, taken alone."""
        if place.hit.ending and is_another_word(_whole_word(place)):
            return []
        if len({owner.alias.kind for owner in owners}) > 1:  # seldom
            kinds = [(owner, weigh_place(place, owner.alias)) for owner in owners]
            return [one for owner, here in kinds if here for one in self._weigh_owners(Beside(place), (owner,), here)]
        if not (here := weigh_place(place, owners[0].alias)):
            return []
        beside = Beside(place)
        is_lost = chance_of(sum(clue.weight for clue in here) + hope + beside.most) < SHOW
        return [] if is_lost else self._weigh_owners(beside, owners, here)

    def _weigh_owners(self, beside: Beside, owners: Sequence[Owner], here: list[Clue]) -> list[Weighed]:
        """The owners of a spelling, for all of whom the clues `here` hold."""
        same, total = tuple(here), sum(clue.weight for clue in here)
        found = []
        for owner in owners:
            share = claim(beside.place, owner.alias, owner.client)
            if own := self._own_clues(beside, owner):
                found.append(_with_own(owner, here, own, share))
            else:
                found.append(Weighed(owner, same, share, total))
        return found

    def _own_clues(self, beside: Beside, owner: Owner) -> list[Clue]:
        own = weigh_client(owner, beside)
        if self.refused and (refused := self.refused.get((owner.alias.text, owner.client.client_id), 0)):
            own.append(say("refused", times=min(refused, MAX_REFUSALS)))
        return own

    def _named_by(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Clients that a structured field names: client id → reason."""
        named: dict[str, str] = {}
        for field in ("tax_id", "mersis"):
            numbers = (re.sub(r"\D", "", number) for number in fields.get(field, "").split(";"))
            for owner in (owner for number in numbers for owner in self._owners_of(number)):
                named[owner.client.client_id] = f"{field} field"
        if not named:
            firms = (firm for firm in fields.get("firm", "").split(";") if firm.strip())
            named = {owner.client.client_id: "firm field" for firm in firms for owner in self._owner_of(firm)}
        return named

    def _owner_of(self, firm: str) -> tuple[Owner, ...]:
        """The one client with this full name, or nothing."""
        key, parsed = fold_key(firm), parse_name(firm)
        tail = tuple(map(expand, parsed.sector_words))
        named = self._named_so(parsed.core)
        owners = self._named_so(parsed.without_form).owners if tail else ()
        owners = named.full.get(tail, ()) or owners or named.owners
        same = tuple(owner for owner in owners if _is_same_firm(owner, key, parsed))
        return same if len(same) == 1 else ()

    def _owners_of(self, text: str) -> tuple[Owner, ...]:
        return self._named_so(text).owners

    def _named_so(self, text: str) -> Named:
        key = self._automaton.key_of(text)
        return self._named(key) if key is not None else Named((), {})


def build_matcher(clients: Iterable[ClientName], refused: Refused | None = None) -> Matcher:
    """A matcher of every alias, ticker, tax number and website of the clients; `refused` lowers what people refused."""
    return Matcher(build_index(list(clients)), refused)


def _longest(hits: list[Hit]) -> list[Hit]:
    """Hits that do not overlap, the longest first served, in reading order."""
    if len(hits) < 2:
        return hits
    taken: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start - h.stop, h.start - h.end, h.start)):
        if all(hit.stop <= other.start or hit.start >= other.stop for other in taken):
            taken.append(hit)
    return sorted(taken, key=lambda h: h.start)


def _with_own(owner: Owner, here: list[Clue], own: list[Clue], share: float) -> Weighed:
    """A candidate for which clues of its own speak, right behind the kind of name."""
    if any(clue.key == "own_words" for clue in own):
        here = [clue for clue in here if clue.key not in GOES_ON]
    clues = (here[0], *own, *here[1:])
    return Weighed(owner, clues, share + sum(clue.weight for clue in own), sum(clue.weight for clue in clues))


def _judge(place: Place, weighed: Sequence[Weighed]) -> list[Mention]:
    """The mentions of one place; several clients of one spelling share its probability."""
    if not weighed:
        return []
    powers = [math.exp(one.share) for one in weighed]
    total = sum(powers)
    mentions = []
    for one, power in zip(weighed, powers, strict=True):
        chance = min(CEILING, chance_of(one.total) * power / total)
        if chance >= SHOW:
            why = reason(one.clues)
            note = f"{why}, shared with {len(weighed) - 1} other" if len(weighed) > 1 else why
            mentions.append(_mention(one.owner, place, chance, note))
    return mentions


def _mention(owner: Owner, place: Place, chance: float, why: str) -> Mention:
    rounded = round(chance, 3)
    end = end_of_name(place, owner.parsed)
    surface = place.text[place.start : end]
    return Mention(owner.client.client_id, place.start, end, surface, rounded, rounded >= ACCEPT, 0, "passing", why)


def _whole_word(place: Place) -> str:
    """The folded word of the text the name's last letters stand in ("denizli" for "deniz")."""
    text, end = place.folded.text, place.hit.end
    stop = text.find(" ", end)
    return text[place.hit.start : len(text) if stop < 0 else stop]


def _is_same_firm(owner: Owner, key: str, parsed: ParsedName) -> bool:
    """A firm field equals the client: its form does not contradict, its trade words are the same."""
    forms = {parsed.legal_form, owner.parsed.legal_form} - {None}
    is_whole = owner.alias.kind == "legal" or key == owner.alias.text
    return len(forms) <= 1 and is_whole


def _beside(mention: Mention) -> Mention:
    """A client in a row that names another firm as its own: the row is not about it."""
    return with_part(mention, min(mention.relevance, BESIDE), "passing")


def _with_fields(
    found: list[tuple[Mention, Place | None]], named: Mapping[str, str]
) -> list[tuple[Mention, Place | None]]:
    """What a field says is sure: the client's places in the text are raised, or it is added without a place."""
    raised: list[tuple[Mention, Place | None]] = []
    for mention, place in found:
        if mention.client_id in named:
            why = f"{named[mention.client_id]}, {mention.reason}"
            mention = Mention(
                mention.client_id, mention.start, mention.end, mention.surface, CEILING, True, 0, "subject", why
            )
            raised.append((mention, None))
        else:
            raised.append((mention, place))
    missing = named.keys() - {mention.client_id for mention, _ in found}
    for client_id in sorted(missing):
        raised.append((Mention(client_id, 0, 0, "", CEILING, True, 0, "subject", named[client_id]), None))
    return raised
