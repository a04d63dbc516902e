"""The six kinds of tables: their columns, the rules of a row, and what makes two rows the same."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from oncu.classifiers.text import fold_key
from oncu.config.load import HERE, read_yaml
from oncu.storage.outcomes import action_key, exposure_key, outcome_key, relation_key

from . import values
from .columns import Column, checked, choice, code, count, day, header_key, moment, number, percent, share, text, texts

LOOKUPS = HERE / "lookups" / "columns.yml"
KINDS = ("clients", "relations", "outcomes", "offers", "exposure", "actions")

Row = Mapping[str, Any]
Rule = Callable[[Row], "tuple[str, str] | None"]
Choices = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Plan:
    """How one kind of table is read: `find_fault` gives (column, reason) of a row whose cells are fine one by one."""

    kind: str
    columns: tuple[Column, ...]
    headers: Mapping[str, str]
    key: Callable[[Row], tuple[object, ...]]
    key_columns: str
    find_fault: Rule


@cache
def load_plan(kind: str) -> Plan:
    """The plan of a kind, with the names and words of `config/lookups/columns.yml`."""
    build, key, key_columns, find_fault = PLANS[kind]
    lookups = read_yaml(LOOKUPS)
    columns = build(_fold_choices(lookups["values"].get(kind, {})))
    synonyms = lookups["headers"]["any"], lookups["headers"].get(kind, {})
    return Plan(kind, columns, _fold_headers(columns, *synonyms), key, key_columns, find_fault)


def _client_columns(_: Choices) -> tuple[Column, ...]:
    return (
        code("client_id", required=True),
        text("legal_name", required=True),
        texts("short_names"),
        checked("tax_id", values.parse_tax_id),
        checked("mersis", values.parse_mersis),
        checked("lei", values.parse_lei),
        *(code("ticker"), text("website"), text("city"), texts("addresses"), text("sector"), code("size_band")),
        *(code("manager"), code("deputy"), code("parent_id")),
        *(number("limit"), number("balance"), text("collateral")),
    )


def _relation_columns(choices: Choices) -> tuple[Column, ...]:
    return (
        code("client_id", required=True),
        code("other_id", required=True),
        choice("kind", choices["kind"], required=True),
        *(share("share"), moment("recorded_at")),
    )


def _outcome_columns(choices: Choices) -> tuple[Column, ...]:
    return (
        code("client_id", required=True),
        choice("kind", choices["kind"], required=True),
        text("subtype"),
        moment("occurred_at", required=True),
        moment("recorded_at"),
        *(number("amount"), code("currency")),
        checked("competing", values.parse_boolean, empty=False),
        choice("initiator", choices["initiator"]),
        text("note"),
    )


def _offer_columns(choices: Choices) -> tuple[Column, ...]:
    return (
        code("offer_id", required=True),
        code("client_id", required=True),
        code("signal_id"),
        code("product", required=True),
        number("amount", required=True, above=0),
        number("tenor_months", required=True, above=0),
        moment("offered_at", required=True),
        *(percent("price", required=True), percent("cost", required=True), percent("floor"), percent("list_price")),
        choice("status", choices["status"], required=True),
        moment("decided_at"),
        choice("loss_reason", choices["loss_reason"]),
        choice("loss_reason_source", choices["loss_reason_source"]),
        *(text("winner"), percent("rival_price"), code("rival_price_source"), count("n_bidders")),
        *(percent("delta_randomised"), percent("approver_discretion"), code("manager")),
        *(checked("signal_led", values.parse_boolean), text("rivals"), moment("recorded_at")),
    )


def _exposure_columns(_: Choices) -> tuple[Column, ...]:
    return (
        code("client_id", required=True),
        *(day("from", required=True), day("to")),
        *(text("sector"), code("size_band"), text("region"), moment("recorded_at")),
    )


def _action_columns(choices: Choices) -> tuple[Column, ...]:
    return (
        code("client_id", required=True),
        code("signal_id"),
        choice("kind", choices["kind"], required=True),
        moment("acted_at", required=True),
        *(number("amount", above=0), code("arm"), share("propensity", zero=False), text("note"), moment("recorded_at")),
    )


def _client_fault(row: Row) -> tuple[str, str] | None:
    if row.get("parent_id") == row["client_id"]:
        return "parent_id", "is the client itself; write the id of its parent or leave it empty"
    return None


def _relation_fault(row: Row) -> tuple[str, str] | None:
    if row["other_id"] == row["client_id"]:
        return "other_id", "is the client itself; write the id of the other firm"
    return None


def _outcome_fault(row: Row) -> tuple[str, str] | None:
    if row.get("initiator") and row["kind"] != "application":
        return "initiator", f"stands with kind {row['kind']!r}; only an application has one, leave it empty"
    return _order_fault(row, "occurred_at", "recorded_at")


def _offer_fault(row: Row) -> tuple[str, str] | None:
    status, decided = row["status"], row.get("decided_at")
    if status in ("won", "lost") and decided is None:
        return "decided_at", f"is empty although status is {status!r}; write the day of the decision"
    if status == "open" and decided is not None:
        return "decided_at", "is given although status is 'open'; leave it empty or write won or lost"
    if status != "lost" and row.get("loss_reason"):
        return "loss_reason", f"is given although status is {status!r}; leave it empty"
    if row.get("loss_reason_source") and not row.get("loss_reason"):
        return "loss_reason_source", "is given without a loss_reason; write that or leave it empty"
    return _order_fault(row, "offered_at", "decided_at")


def _exposure_fault(row: Row) -> tuple[str, str] | None:
    end = row.get("to")
    if end is not None and end < row["from"]:
        return "to", f"{end} lies before from {row['from']}; look for a mistyped year"
    return None


def _action_fault(row: Row) -> tuple[str, str] | None:
    return _order_fault(row, "acted_at", "recorded_at")


def _order_fault(row: Row, first: str, then: str) -> tuple[str, str] | None:
    """A day of tolerance, because one of the two may be a day without a clock."""
    earlier, later = row[first], row.get(then)
    assert isinstance(earlier, datetime)
    if later is not None and later < earlier - timedelta(days=1):
        return then, f"{later:%d.%m.%Y} lies before {first} {earlier:%d.%m.%Y}; look for a mistyped date"
    return None


def _key_of(name: str) -> Callable[[Row], tuple[object, ...]]:
    return lambda row: (row[name],)


PLANS: Mapping[str, tuple[Callable[[Choices], tuple[Column, ...]], Callable[[Row], tuple[object, ...]], str, Rule]] = {
    "clients": (_client_columns, _key_of("client_id"), "client_id", _client_fault),
    "relations": (_relation_columns, relation_key, "client_id, other_id and kind", _relation_fault),
    "outcomes": (_outcome_columns, outcome_key, "client_id, kind, subtype, day and initiator", _outcome_fault),
    "offers": (_offer_columns, _key_of("offer_id"), "offer_id", _offer_fault),
    "exposure": (_exposure_columns, exposure_key, "client_id and from", _exposure_fault),
    "actions": (_action_columns, action_key, "client_id, kind and acted_at", _action_fault),
}


def _fold_choices(words: Mapping[str, Mapping[str, list[str]]]) -> dict[str, dict[str, str]]:
    """By column: each allowed value by every folded way to write it."""
    return {
        column: {fold_key(way): value for value, others in allowed.items() for way in (value, *others)}
        for column, allowed in words.items()
    }


def _fold_headers(columns: tuple[Column, ...], *synonyms: Mapping[str, list[str]]) -> dict[str, str]:
    """Column names by every folded header; the documented names win, then the later synonyms."""
    own = {column.name for column in columns}
    folded = {
        header_key(way): name for names in synonyms for name, ways in names.items() if name in own for way in ways
    }
    return folded | {header_key(name): name for name in own}
