"""Firms that are heard of and are no clients: named by a registry's row, or by a text that tells of them.

They are kept apart from signals: when one becomes a client, what was heard before is shown and never scored as
foresight.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from oncu.classifiers.text import fold_key
from oncu.storage.prospects import Prospect, ProspectMention

from ..imports.tables import Bad
from ..imports.values import parse_tax_id
from .firm_names import is_firm_name, name_key

if TYPE_CHECKING:
    from oncu.classifiers.mentions.mention import Mention
    from oncu.storage.documents import Document

    from ..flow.read import Reader

VERSION = "prospect-1"
ROW_REASON = "registry row"
STRONG = 0.7  # probability of a type from which its subject is worth keeping
SUBJECT = re.compile(r"names a firm \((.+?)\)")
# A legal form in the text: reading every text of the world for firms that are no clients would be dear.
FORM = re.compile(r"A\.? ?Ş\b|A\.Ş\.|Ltd\.?|Şti|ANONİM|LİMİTED|Anonim Ş|Limited Ş|\bHolding\b|\bGmbH\b|\bInc\b|\bPLC\b")
TAX_DIGITS = 10  # eleven are a person's


@dataclass(frozen=True)
class Firm:
    """A firm as a document names it."""

    name: str
    tax_id: str | None
    city: str | None


def hear_of_prospects(
    document: "Document", mentions: Sequence["Mention"], reader: "Reader", now: datetime
) -> list[ProspectMention]:
    """The firms a document tells of that are no clients, each with the type it tells."""
    provenance = reader.provenance.get(document.source)
    if provenance is not None:
        firms = (firm for firm in firms_of_row(document.fields) if not _is_client(firm, reader))
        return [_mention(firm, document, provenance.type, ROW_REASON, now) for firm in firms]
    if any(mention.accepted for mention in mentions) or not FORM.search(document.reading):
        return []
    tags = reader.tagger.read(document.reading, language=document.language)
    strong = [(tag, found[1]) for tag in tags if _is_strong(tag, reader) and (found := SUBJECT.search(tag.reason))]
    return [
        _mention(Firm(name, None, None), document, tag.type, tag.reason, now)
        for tag, name in strong
        if is_firm_name(name)
    ]


def firms_of_row(fields: Mapping[str, str]) -> Iterator[Firm]:
    """The firms a registry's row names; people, who have no legal form and no firm's tax number, are left out."""
    names = [name.strip() for name in fields.get("firm", "").split(";") if name.strip()]
    numbers = [re.sub(r"\D", "", number) for number in fields.get("tax_id", "").split(";")]
    numbers = numbers if len(numbers) == len(names) else [""] * len(names)
    for name, number in zip(names, numbers, strict=True):
        checked = parse_tax_id(number) if len(number) == TAX_DIGITS else Bad("")
        tax_id = None if isinstance(checked, Bad) else checked
        if tax_id or is_firm_name(name):
            yield Firm(name, tax_id, fields.get("city") or None)


def find_clients_of(prospects: Iterable[Prospect], clients: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Which prospects are which clients: by tax number, else by the whole name where one client has it and no number
    or city contradicts. Prospect id → client id."""
    by_number: dict[str, str] = {}
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for client in clients:
        by_name.setdefault(name_key(client["legal_name"]), []).append(client)
        if client["tax_id"]:
            by_number.setdefault(client["tax_id"], client["client_id"])
    found: dict[str, str] = {}
    for prospect in prospects:
        named = by_name.get(name_key(prospect.name), [])
        if prospect.tax_id in by_number:
            found[prospect.id] = by_number[prospect.tax_id]
        elif len(named) == 1 and not contradicts(prospect, named[0]["tax_id"], named[0]["city"]):
            found[prospect.id] = named[0]["client_id"]
    return found


def contradicts(prospect: Prospect, tax_id: str | None, city: str | None) -> bool:
    """Whether a firm of the same name with this number and city is another one."""
    if prospect.tax_id and tax_id:
        return prospect.tax_id != tax_id
    return bool(prospect.city and city and fold_key(prospect.city) != fold_key(city))


def _is_strong(tag: Any, reader: "Reader") -> bool:
    return bool(tag.accepted and tag.probability >= STRONG and tag.type in reader.types)


def _is_client(firm: Firm, reader: "Reader") -> bool:
    fields = {"firm": firm.name, "tax_id": firm.tax_id or ""}
    return any(mention.accepted for mention in reader.matcher.find("", fields))


def _mention(firm: Firm, document: "Document", kind: str, reason: str, now: datetime) -> ProspectMention:
    name = name_key(firm.name)
    identity = firm.tax_id or f"{name}|{fold_key(firm.city or '')}"
    place = firm.name, firm.tax_id, firm.city, identity
    return ProspectMention(*place, document.id, kind, reason, now, VERSION)
