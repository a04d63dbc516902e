"""What the names of one text say of each other: a short name leans on the full name, a firm on its group's."""

from collections.abc import Iterable, Sequence
from math import exp
from typing import NamedTuple

from .clues import Clue, probability, say
from .name_index import Owner
from .places import Place

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
    """A candidate of a place: its clues, and its share among the owners of the spelling in logits."""

    owner: Owner
    clues: tuple[Clue, ...]
    share: float


def lean_on_others(weighed: Sequence[tuple[Place, list[Weighed]]]) -> Iterable[tuple[Place, list[Weighed]]]:
    """The same with what surely named clients elsewhere in the text add to short names and to firms of their groups."""
    if len(weighed) < 2:
        return weighed
    sure = {one.owner.client for _, candidates in weighed for one in candidates if _is_sure(one, candidates)}
    if not sure:
        return weighed
    ids, groups = {client.client_id for client in sure}, {client.group for client in sure if client.group}
    return [(place, [_lean(one, ids, groups) for one in candidates]) for place, candidates in weighed]


def _is_sure(one: Weighed, candidates: Sequence[Weighed]) -> bool:
    alias = one.owner.alias
    if " " not in alias.text and alias.kind not in SURE_KINDS:
        return False
    total = sum(exp(other.share) for other in candidates)
    return probability(one.clues) * exp(one.share) / total >= SURE


def _lean(one: Weighed, ids: set[str], groups: set[str]) -> Weighed:
    client, alias = one.owner.client, one.owner.alias
    if " " in alias.text or alias.kind in SURE_KINDS or any(clue.key in SOMEBODY_ELSE for clue in one.clues):
        return one
    if client.client_id in ids:
        clue = say("full_name_brand" if alias.kind in GUESSED else "full_name")
    elif client.group in groups:
        clue = say("group")
    else:
        return one
    return Weighed(one.owner, (*one.clues, clue), one.share + clue.weight)
