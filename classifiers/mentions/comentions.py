"""What the names of one text say of each other: a short name leans on the full name, a firm on its group's."""

from collections.abc import Iterable, Sequence
from math import exp
from typing import NamedTuple

from ..firms.names import Alias
from .clues import Clue, chance_of, say
from .name_index import Owner

SURE = 0.8  # probability from which others lean on a mention
SURE_KINDS = ("tax_id", "website")
GUESSED = ("brand", "label", "acronym")
# Where these speak the place names somebody else, whoever is named elsewhere.
SOMEBODY_ELSE = frozenset(
    [
        "abroad",
        "abroad_form",
        "abroad_word",
        "thing",
        "institution",
        "first_name",
        "person_title",
        "surname_follows",
        "name_before",
        "word_name_before",
        "other_trade_next",
        "stands_in",
        "credit",
        "product",
        "source_tag",
    ]
)


class Weighed(NamedTuple):
    """A candidate of a place: its clues, its share among the owners and the sum of its clues, in logits."""

    owner: Owner
    clues: tuple[Clue, ...]
    share: float
    total: float


class Sure(NamedTuple):
    """The clients a text names for sure, and their groups."""

    ids: frozenset[str]
    groups: frozenset[str]


def find_sure(weighed: Iterable[Sequence[Weighed]]) -> Sure:
    """Who is named for sure among candidates of places; a name of one word never is."""
    sure = {one.owner.client for candidates in weighed for one in candidates if _is_sure(one, candidates)}
    return Sure(
        frozenset(client.client_id for client in sure), frozenset(client.group for client in sure if client.group)
    )


def can_lean(aliases: Iterable[Alias]) -> bool:
    """Is a spelling nothing but a short name, to which what else the text names adds something?"""
    return all(_is_short(alias) for alias in aliases)


def most_leant(sure: Sure) -> float:
    """How much those who are sure add at most, in logits."""
    return max(say(key).weight for key in ("full_name_brand", "full_name", "group")) if sure.ids else 0.0


def _is_short(alias: Alias) -> bool:
    return " " not in alias.text and alias.kind not in SURE_KINDS


def lean_on(sure: Sure, candidates: Sequence[Weighed]) -> Sequence[Weighed]:
    """The same with what surely named clients elsewhere in the text add to short names and to firms of their groups."""
    return [_lean(one, *sure) for one in candidates] if sure.ids else candidates


def _is_sure(one: Weighed, candidates: Sequence[Weighed]) -> bool:
    if _is_short(one.owner.alias):
        return False
    total = sum(exp(other.share) for other in candidates)
    return chance_of(one.total) * exp(one.share) / total >= SURE


def _lean(one: Weighed, ids: frozenset[str], groups: frozenset[str]) -> Weighed:
    client, alias = one.owner.client, one.owner.alias
    if not _is_short(alias) or any(clue.key in SOMEBODY_ELSE for clue in one.clues):
        return one
    if client.client_id in ids:
        clue = say("full_name_brand" if alias.kind in GUESSED else "full_name")
    elif client.group in groups:
        clue = say("group")
    else:
        return one
    return Weighed(one.owner, (*one.clues, clue), one.share + clue.weight, one.total + clue.weight)
