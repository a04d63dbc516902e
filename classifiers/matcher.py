"""Clients in a text: one automaton over all folded names, then the evidence of each place."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import daachorse

from .evidence import CEILING, Clue, claim, probability, reason, weigh_client, weigh_place
from .mentions import Mention, rank_mentions
from .names import Alias, ClientName, ParsedName, is_common, make_aliases, parse_name
from .places import MIN_INFLECTED, Hit, Place, extend, right_edge
from .text import Folded, fold, fold_key

ACCEPT = 0.5
SHOW = 0.05  # below, a mention is not worth a line
SOFT = {"k": "g", "p": "b", "t": "d"}  # Arçelik → Arçeliği; ç → c is one letter folded
ATTACHABLE = ("legal", "short", "core", "brand")
BESIDE = 20  # relevance of a firm that a row names beside the one it is about
MAX_SHARED_BRAND = 1  # a first word several clients share is nobody's


@dataclass(frozen=True, slots=True)
class Owner:
    """A client and the alias by which it owns a spelling."""

    client: ClientName
    parsed: ParsedName
    alias: Alias


class Matcher:
    """Finds clients in texts; immutable and free of I/O. Build it with `build_matcher`."""

    def __init__(self, owners: Mapping[str, tuple[Owner, ...]]) -> None:
        self._owners = owners
        self._patterns = _patterns(owners)
        self._automaton = _automaton([key.encode() for key, _, _ in self._patterns])
        self._clients = {owner.client.client_id: owner for found in owners.values() for owner in found}

    def find(self, text: str, fields: Mapping[str, str] | None = None) -> list[Mention]:
        """Mentions with probability ≥ .05 in reading order; `fields` are the row's own `firm`, `tax_id`, `mersis`."""
        folded = fold(text)
        found: list[tuple[Mention, Place | None]] = []
        for hit in _longest(extend(hit, text, folded) for hit in self._hits(folded)):
            place = Place(text, folded, hit)
            found += ((mention, place) for mention in self._judge(place))
        named = self._named_by(fields) if fields else {}
        ranked = rank_mentions(text, _with_fields(found, named))
        return [m if m.client_id in named else _beside(m) for m in ranked] if named else ranked

    def _hits(self, folded: Folded) -> Iterator[Hit]:
        hay = folded.text
        shift = not hay.startswith(" ")  # patterns begin with a space: a name begins where a word does
        for start, end, number in self._automaton.find_overlapping((" " + hay if shift else hay).encode()):
            _, alias, softened = self._patterns[number]
            ending = right_edge(hay, end - shift, softened=softened)
            if ending is not None and (not ending or self._takes_suffix(alias)):
                yield Hit(start + 1 - shift, end - shift, end - shift, alias, ending)

    def _takes_suffix(self, alias: str) -> bool:
        owners = self._owners[alias]
        return len(alias) >= MIN_INFLECTED and any(owner.alias.kind in ATTACHABLE for owner in owners)

    def _judge(self, place: Place) -> list[Mention]:
        """The candidates of one place; several clients of one spelling share its probability."""
        if place.hit.ending and is_common(_whole_word(place)):
            return []
        owners = self._owners[place.hit.alias]
        weighed = [(owner, *_weigh(place, owner)) for owner in owners]
        total = sum(math.exp(own) for _, _, own in weighed)
        mentions = []
        for owner, clues, own in weighed:
            shared = min(CEILING, probability(clues) * math.exp(own) / total)
            note = f"{reason(clues)}, shared with {len(owners) - 1} other" if len(owners) > 1 else reason(clues)
            if shared >= SHOW:
                mentions.append(_mention(owner.client.client_id, place, shared, note))
        return mentions

    def _named_by(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Clients that a structured field names: client id → reason."""
        named: dict[str, str] = {}
        for field in ("tax_id", "mersis"):
            numbers = (re.sub(r"\D", "", number) for number in fields.get(field, "").split(";"))
            for owner in (owner for number in numbers for owner in self._owners.get(number, ())):
                named[owner.client.client_id] = f"{field} field"
        if not named:
            firms = (firm for firm in fields.get("firm", "").split(";") if firm.strip())
            named = {owner.client.client_id: "firm field" for firm in firms for owner in self._owner_of(firm)}
        return named

    def _owner_of(self, firm: str) -> tuple[Owner, ...]:
        """The one client with this full name, or nothing."""
        key, parsed = fold_key(firm), parse_name(firm)
        owners = self._owners.get(parsed.without_form, ()) or self._owners.get(parsed.core, ())
        same = tuple(owner for owner in owners if _is_same_firm(owner, key, parsed))
        return same if len(same) == 1 else ()


def build_matcher(clients: Iterable[ClientName]) -> Matcher:
    """One automaton over every alias, ticker, tax number and website of the clients."""
    owners: dict[str, dict[str, Owner]] = defaultdict(dict)
    for client in clients:
        parsed = parse_name(client.legal_name)
        for alias in (*make_aliases(client.legal_name, client.short_names), *_codes(client)):
            owners[alias.text].setdefault(client.client_id, Owner(client, parsed, alias))
    return Matcher({text: kept for text, found in owners.items() if (kept := _keep(tuple(found.values())))})


def _keep(owners: tuple[Owner, ...]) -> tuple[Owner, ...]:
    """A brand is only a guess: dropped where another client truly has that name, or several share the guess."""
    sure = tuple(owner for owner in owners if owner.alias.kind != "brand")
    return sure or (owners if len(owners) <= MAX_SHARED_BRAND else ())


def _codes(client: ClientName) -> Iterator[Alias]:
    for code in (client.tax_id, client.mersis):
        if code and (digits := re.sub(r"\D", "", code)):
            yield Alias(digits, "tax_id")
    for ticker in (client.ticker or "").split(","):
        if key := fold_key(ticker):
            yield Alias(key, "ticker", is_common(key))
    if client.website and (domain := re.sub(r"^(?:https?://)?(?:www\.)?", "", client.website.strip().lower())):
        yield Alias(fold_key(domain.split("/")[0]), "website")


def _patterns(owners: Mapping[str, tuple[Owner, ...]]) -> list[tuple[str, str, bool]]:
    """(pattern, alias, is softened) for the automaton, each with the space before it."""
    patterns = [(f" {text}", text, False) for text in owners]
    for text, found in owners.items():
        if text[-1] in SOFT and len(text) >= MIN_INFLECTED and any(o.alias.kind in ATTACHABLE for o in found):
            patterns.append((f" {text[:-1]}{SOFT[text[-1]]}", text, True))
    return patterns


def _automaton(patterns: list[bytes]) -> daachorse.DoubleArrayAhoCorasick:
    return daachorse.DoubleArrayAhoCorasick(patterns or [b"\0"])


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    """Hits that do not overlap, the longest first served, in reading order."""
    taken: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start - h.stop, h.start - h.end, h.start)):
        if all(hit.stop <= other.start or hit.start >= other.stop for other in taken):
            taken.append(hit)
    return sorted(taken, key=lambda h: h.start)


def _weigh(place: Place, owner: Owner) -> tuple[list[Clue], float]:
    """All clues of a client at a place, and the logit of its share among the owners of the spelling."""
    own = weigh_client(place, owner.alias, owner.client, owner.parsed)
    clues = weigh_place(place, owner.alias)
    return [clues[0], *own, *clues[1:]], claim(place, owner.alias, owner.client) + sum(weight for weight, _ in own)


def _mention(client_id: str, place: Place, chance: float, why: str) -> Mention:
    rounded = round(chance, 3)
    return Mention(client_id, place.start, place.end, place.surface, rounded, rounded >= ACCEPT, 0, "passing", why)


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
    return replace(mention, relevance=min(mention.relevance, BESIDE), role="passing")


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
