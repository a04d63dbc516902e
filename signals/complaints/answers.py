"""What a source says of a firm's answer to a complaint: whether it was settled, and hours to its answer."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from oncu.classifiers.lookups import read_lookup
from oncu.classifiers.text import fold_key
from oncu.crawlers.dates import parse_moment
from oncu.storage.documents import Document

HOUR = timedelta(hours=1)


def says_resolved(fields: Mapping[str, str], in_words: bool) -> bool:
    """Was the complaint settled? What the source says in a field wins over the customer's words."""
    said = [fold_key(fields[name]) for name in _fields("resolved") if fields.get(name)]
    return said[0] in read_lookup("complaints")["answers"]["yes"] if said else in_words


def answer_hours(document: Document, now: datetime) -> float | None:
    """Hours from the complaint to the firm's first answer, None where the source does not say; never below 0."""
    given = next((document.fields[name] for name in _fields("answered_at") if document.fields.get(name)), None)
    answered = parse_moment(given, now) if given else None
    if answered is None or document.published_at is None or answered < document.published_at:
        return None
    return round((answered - document.published_at) / HOUR, 2)


def _fields(what: str) -> list[str]:
    names: list[str] = read_lookup("complaints")["answers"][what]
    return names
