"""Everything known of one client and where it comes from, as data and as lines for a terminal."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from oncu.classifiers.firms.names import make_aliases
from oncu.classifiers.text import fold_key
from oncu.storage.clients import client_rows
from oncu.storage.database import Database, Transaction
from oncu.storage.identity import load_decisions, with_merged
from oncu.storage.names import REMOVED, Name, names_of, sites_of
from oncu.storage.prospects import heard_before
from oncu.storage.records import Record, all_records_of
from oncu.storage.relations import ties_of

from ..words import Words
from .golden import FIELDS
from .unite import find_client

MONEY = ("limit", "balance")
GENERATED = "generated"


def describe_client(database: Database, client_id: str) -> dict[str, Any]:
    """The golden record with the source of each field, names, sites, relations, records and decisions.

    Any id of the client will do, a record's too. Raises Problem for an unknown one.
    """
    with database.read() as connection:
        found = find_client(connection, client_id)
        row = client_rows(connection, [found])[found]
        records = all_records_of(connection, found)
        return {
            "client_id": found,
            "asked_for": client_id,
            "merged": [other for other in with_merged(connection, [found]) if other != found],
            "fields": _fields(row, records),
            "names": _names(str(row["legal_name"]), names_of(connection, found)),
            "sites": [{"address": site.address, **asdict(site.place)} for site in sites_of(connection, found)],
            "relations": _relations(connection, found),
            "records": [_record(record) for record in records],
            "decisions": _decisions(connection, found),
            "heard_before": [asdict(heard) for heard in heard_before(connection, found)],
        }


def client_lines(found: dict[str, Any], words: Words) -> list[str]:
    """The client as lines, in the language of the words."""
    lines = [f"{found['fields'][0]['value']} ({found['client_id']})"]
    if found["asked_for"] in found["merged"]:
        lines += [words("clients_merged", id=found["asked_for"], client=found["client_id"])]
    elif found["merged"]:
        lines += [words("clients_includes", ids=", ".join(found["merged"]))]
    lines += [_field_line(field, words) for field in found["fields"] if field["value"] is not None]
    lines += _part("clients_names", name_lines(found["names"], words), words)
    lines += _part("clients_sites", [_site_line(site) for site in found["sites"]], words)
    lines += _part("clients_relations", [_tie_line(tie, words) for tie in found["relations"]], words)
    lines += _part("clients_records", [_record_line(record, words) for record in found["records"]], words)
    lines += _part("clients_decisions", [_decision_line(said, words) for said in found["decisions"]], words)
    heard = [f"{words.day(one['known_at'])}  {one['source']}  {one['type']}" for one in found["heard_before"]]
    return lines + _part("clients_heard", heard, words)


def name_lines(names: Iterable[dict[str, Any]], words: Words) -> list[str]:
    """A line a name: whence, since when."""
    return [
        f"{name['alias']}  ({words('name_' + name['origin'])}"
        + (f", {words('since', day=words.day(name['known_at']))})" if name["known_at"] else ")")
        for name in names
    ]


def _fields(row: Any, records: Sequence[Record]) -> list[dict[str, Any]]:
    """Each field with the record it came from and, where others say otherwise, what they say."""
    by_key = {record.key: record for record in records}
    origins = row["origins"] or {}
    only = records[0] if len(records) == 1 else None
    fields = []
    for name in FIELDS:
        origin = by_key.get(origins.get(name, ""), only)
        value, said = row[name], [r for r in records if r is not origin and r.fields.get(name) is not None]
        others = {r.name: r.fields[name] for r in said if r.fields[name] != value and name != "parent_id"}
        source = origin.name if origin and value is not None else None
        fields.append({"field": name, "value": value, "source": source, "others": others})
    return fields


def _names(legal_name: str, names: Sequence[Name]) -> list[dict[str, Any]]:
    """The names in use with their origin, then the spellings that are generated from them."""
    removed = {name.alias for name in names if name.origin == REMOVED}
    given = [asdict(name) for name in names if name.origin == REMOVED or name.alias not in removed]
    used = [name["alias"] for name in given if name["origin"] != REMOVED]
    known = {fold_key(alias) for alias in (*used, *removed)}
    made = [alias.text for alias in make_aliases(legal_name, used, removed) if alias.text not in known]
    generated = [{"alias": text, "origin": GENERATED, "known_at": None} for text in made]
    once = {(name["alias"], name["origin"]): name for name in given}
    return [{key: name[key] for key in ("alias", "origin", "known_at")} for name in (*once.values(), *generated)]


def _relations(connection: Transaction, client_id: str) -> list[dict[str, Any]]:
    ties = ties_of(connection, client_id)
    names = client_rows(connection, [tie.other_id for tie in ties])
    return [
        asdict(tie) | {"other_name": names[tie.other_id]["legal_name"] if tie.other_id in names else None}
        for tie in ties
    ]


def _record(record: Record) -> dict[str, Any]:
    kept = ("source", "record_id", "client_id", "basis", "reason", "recorded_at")
    versions = [{"recorded_at": v.recorded_at, "fields": dict(v.fields)} for v in record.versions]
    return {name: getattr(record, name) for name in kept} | {"versions": versions}


def _decisions(connection: Transaction, client_id: str) -> list[dict[str, Any]]:
    own = set(with_merged(connection, [client_id]))
    kept = ("subject", "object", "verdict", "decided_by", "decided_at", "reason")
    found = [said for pair, said in load_decisions(connection).items() if not own.isdisjoint(pair)]
    return [{name: said[name] for name in kept} for said in found]


def _part(title: str, lines: Sequence[str], words: Words) -> list[str]:
    return [words(title), *(f"  {line}" for line in lines)] if lines else []


def _field_line(field: dict[str, Any], words: Words) -> str:
    shown = words.money if field["field"] in MONEY else words.line if field["field"] == "size_band" else str
    others = "".join(f"; {name}: {shown(value)}" for name, value in field["others"].items())
    return f"  {words('field_' + field['field']):<12} {shown(field['value'])}  [{field['source'] or '–'}{others}]"


def _site_line(site: dict[str, Any]) -> str:
    place = ", ".join(site[key] for key in ("zone", "district", "city") if site[key])
    return f"{site['address']}  [{place or '–'}]"


def _tie_line(tie: dict[str, Any], words: Words) -> str:
    share = f" {words.share(tie['share'])}" if tie["share"] is not None else ""
    kind = words(f"tie_{tie['kind']}{'' if tie['is_forward'] else '_back'}")
    return f"{kind}{share}  {tie['other_name'] or '–'} ({tie['other_id']})"


def _record_line(record: dict[str, Any], words: Words) -> str:
    why = words.reason(record["reason"]) if record["reason"] else words("record_first")
    since = words("since", day=words.day(record["recorded_at"]))
    return f"{record['source']}:{record['record_id']}  {since}, {why}"


def _decision_line(said: dict[str, Any], words: Words) -> str:
    pair = {"one": said["subject"], "other": said["object"]}
    line = words(f"decision_{said['verdict']}", by=said["decided_by"], day=words.day(said["decided_at"]), **pair)
    return line + (f" – {said['reason']}" if said["reason"] else "")
