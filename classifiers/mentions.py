"""A client found in a document, how much the document is about it, and which part it plays there."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .places import Place
from .text import fold_key

Role = Literal["subject", "counterparty", "passing"]
LIST_LENGTH = 10  # more clients than this in one text: a list, about none of them
SHORT_LIST = 3  # more than this: about each a little less
FIRST_SENTENCE = 250  # code points
COUNTERPARTY_ENDINGS = ("yla", "yle", "la", "le")
COUNTERPARTY_WORDS = ("ile", "with")
DATIVES = ("a", "e", "ya", "ye", "na", "ne", "dan", "den", "tan", "ten", "ndan", "nden")


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


def rank_mentions(text: str, found: Sequence[tuple[Mention, Place | None]]) -> list[Mention]:
    """The mentions with relevance (0-100) and role, judged from all accepted ones of the text together."""
    accepted = [mention for mention, _ in found if mention.accepted]
    clients = {mention.client_id for mention in accepted}
    if len(clients) > LIST_LENGTH:
        return [replace(mention, relevance=5, role="passing") for mention, _ in found]
    first = min((mention.start for mention in accepted), default=0)
    counts = Counter(mention.client_id for mention in accepted)
    crowd = 25 if len(clients) > SHORT_LIST else 0
    return [_rank(text, mention, place, first, 5 * (counts[mention.client_id] - 1) - crowd) for mention, place in found]


def _rank(text: str, mention: Mention, place: Place | None, first: int, bonus: int) -> Mention:
    if place is None:  # a structured field: the row is about this firm
        return replace(mention, relevance=95, role="subject")
    title = text.find("\n")
    title = len(text) if title < 0 else title
    in_title, in_lead = mention.start < min(title, FIRST_SENTENCE), mention.start < title + FIRST_SENTENCE
    role = _role(place, is_first=mention.start == first, is_top=in_title or (in_lead and place.opens))
    base = 60 if in_title else 40 if in_lead else 20
    base += {"subject": 30, "counterparty": 10, "passing": 0}[role] + min(10, bonus)
    return replace(mention, relevance=min(100, max(0, base)), role=role)


def _role(place: Place, *, is_first: bool, is_top: bool) -> Role:
    """Opening or first and bare: subject; "X ile", "X'le", or a dative behind another firm: counterparty."""
    ending = place.case_ending
    is_with = ending in COUNTERPARTY_ENDINGS or fold_key(place.next_word) in COUNTERPARTY_WORDS
    if is_top and is_first and (place.opens or not is_with):
        return "subject"
    if is_with or (ending in DATIVES and is_top):
        return "counterparty"
    return "subject" if is_top and not place.is_source_tag else "passing"
