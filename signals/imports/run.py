"""Import one table: read it, check every row, save the good ones in one transaction, say what became of the rest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from oncu.storage.audit import write_audit
from oncu.storage.changes import Changes
from oncu.storage.database import Database, Transaction
from oncu.storage.external import SqlQuery
from oncu.storage.identity import DEFAULT_SOURCE, client_of_every_id, survivors
from oncu.storage.outcomes import save_actions, save_exposure, save_offers, save_outcomes, save_relations

from ..clients.groups import find_circle, parents_of
from .clients import link_prospects, save_client_list
from .columns import Context, Parsed, Value, match_header, parse_table
from .plans import KINDS, Plan, load_plan
from .sources import read_table
from .tables import BadRow, Table, TableError, show

ISTANBUL = ZoneInfo("Europe/Istanbul")

Row = Mapping[str, Any]
SAVES: dict[str, Callable[[Transaction, Sequence[Row], datetime], Changes]] = {
    "relations": save_relations,
    "outcomes": save_outcomes,
    "offers": save_offers,
    "exposure": save_exposure,
    "actions": save_actions,
}
FindFault = Callable[[dict[str, Value]], tuple[str, str] | None]


@dataclass(frozen=True)
class ImportReport:
    """What became of a table: `rows` were in it, `bad` are the faults of those not imported, in order of line."""

    kind: str
    name: str
    rows: int
    new: int
    updated: int
    unchanged: int
    bad: tuple[BadRow, ...]
    notes: tuple[str, ...]


def import_table(
    kind: str,
    source: Path | SqlQuery | Table,
    database: Database,
    now: datetime,
    *,
    actor: str,
    zone: ZoneInfo = ISTANBUL,
    system: str = DEFAULT_SOURCE,
    order: Sequence[str] = (),
) -> ImportReport:
    """Import clients, relations, outcomes, offers, exposure or actions; good rows are saved, all of them or none.

    Importing the same table again changes nothing, and leaves no second line in the audit trail. `zone` is that of
    clocks without a zone; `system` is the bank's system the table comes from and whose ids it uses; `order` names the
    systems, the most trusted first. Raises TableError (a ValueError for an unknown kind) and StorageError.
    """
    plan, table, parsed = read_rows(kind, source, now, zone=zone)
    return _save(plan, table, parsed, database, now, actor=actor, system=system, order=order)


def read_rows(
    kind: str, source: Path | SqlQuery | Table, now: datetime, *, zone: ZoneInfo = ISTANBUL
) -> tuple[Plan, Table, Parsed]:
    """Read and check a table without saving it. Raises TableError (ValueError for an unknown kind) and StorageError."""
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r}: write one of {', '.join(KINDS)}")
    plan = load_plan(kind)
    table = source if isinstance(source, Table) else read_table(source)
    if kind == "clients" and not table.rows and not table.bad:
        raise TableError(f"{table.name}: holds no clients; write one a line under the names of the columns")
    places, notes = match_header(table, plan.columns, plan.headers)
    parsed = parse_table(table, plan.columns, places, Context(now, zone))
    parsed = _refuse_twice(_refuse(parsed, plan.find_fault), plan)
    return plan, replace(table, notes=(*table.notes, *notes)), parsed


def format_report(report: ImportReport) -> list[str]:
    """Lines for a person: what became of the table, notes, then one line for each fault."""
    bad = len({fault.line for fault in report.bad})
    counts = f"{report.new} new, {report.updated} updated, {report.unchanged} unchanged, {bad} bad"
    faults = [
        f"line {fault.line}, column {fault.column}: {fault.reason}"
        if fault.column
        else f"line {fault.line}: {fault.reason}"
        for fault in report.bad
    ]
    summary = f"{report.kind}, {report.name}: {report.rows} rows: {counts}"
    return [summary, *(f"note: {note}" for note in report.notes), *faults]


def _save(
    plan: Plan,
    table: Table,
    parsed: Parsed,
    database: Database,
    now: datetime,
    *,
    actor: str,
    system: str,
    order: Sequence[str],
) -> ImportReport:
    with database.write() as connection:
        ids = client_of_every_id(connection, system)
        parsed = _refuse_circles(
            plan, parsed if plan.kind == "clients" else _known_clients(parsed, ids), connection, ids
        )
        rows = list({plan.key(row): row for row in parsed.rows}.values())
        said: list[str] = []
        if plan.kind == "clients":
            changes, said = save_client_list(connection, rows, now, source=system, order=order)
            said += link_prospects(connection, now)
        else:
            changes = SAVES[plan.kind](connection, rows, now)
        summary = f"{changes.new} new, {changes.updated} updated, {changes.unchanged} unchanged"
        if changes.new or changes.updated:
            subject = f"{plan.kind} {table.name}" + ("" if system == DEFAULT_SOURCE else f" of {system}")
            write_audit(connection, actor, "import", subject, now, after=table.digest, reason=summary)
    bad = sorted((*table.bad, *parsed.bad), key=lambda fault: fault.line)
    notes = (*table.notes, *(() if table.rows else ("the table holds no rows",)), *said)
    repeated = len(parsed.rows) - len(rows)
    total = len(table.rows) + len({fault.line for fault in table.bad})
    counts = changes.new, changes.updated, changes.unchanged + repeated
    return ImportReport(plan.kind, table.name, total, *counts, tuple(bad), notes)


def _refuse(parsed: Parsed, find_fault: FindFault) -> Parsed:
    """Move the rows that a rule finds fault with to the bad ones."""
    found = [find_fault(row) for row in parsed.rows]
    bad = [BadRow(line, *fault) for line, fault in zip(parsed.lines, found, strict=True) if fault]
    if not bad:
        return parsed
    good = [place for place, fault in enumerate(found) if not fault]
    return Parsed([parsed.lines[p] for p in good], [parsed.rows[p] for p in good], [*parsed.bad, *bad])


def _refuse_twice(parsed: Parsed, plan: Plan) -> Parsed:
    """Refuse a row that contradicts an earlier one with the same key; a mere repetition stays."""
    first: dict[tuple[object, ...], int] = {}
    for place, row in enumerate(parsed.rows):
        first.setdefault(plan.key(row), place)
    if len(first) == len(parsed.rows):
        return parsed

    def find_fault(row: dict[str, Value]) -> tuple[str, str] | None:
        place = first[plan.key(row)]
        if row == parsed.rows[place]:
            return None
        return "", f"has the {plan.key_columns} of line {parsed.lines[place]} and says something else; keep one"

    return _refuse(parsed, find_fault)


def _known_clients(parsed: Parsed, ids: Mapping[str, str]) -> Parsed:
    """The rows under the ids of the clients they are about; a row of nobody is refused."""

    def find_fault(row: dict[str, Value]) -> tuple[str, str] | None:
        client = str(row["client_id"])
        return None if client in ids else ("client_id", f"unknown client {show(client)}; import clients first")

    found = _refuse(parsed, find_fault)
    return replace(found, rows=[row | _known_ids(row, ids) for row in found.rows])


def _known_ids(row: Row, ids: Mapping[str, str]) -> dict[str, Value]:
    """The client of a row, and the firm it stands in a relation to where that is a client too."""
    return {name: ids.get(row[name], row[name]) for name in ("client_id", "other_id") if name in row}


def _refuse_circles(plan: Plan, parsed: Parsed, connection: Transaction, ids: Mapping[str, str]) -> Parsed:
    """Refuse rows by which a firm would be its own parent's parent."""
    column = {"clients": "parent_id", "relations": "other_id"}.get(plan.kind)
    stated = [row for row in parsed.rows if column and row.get(column) and row.get("kind", "parent") == "parent"]
    if column is None or not stated:
        return parsed
    merged = survivors(connection)

    def known(firm: Value) -> str:
        found = ids.get(str(firm), str(firm))
        return merged.get(found, found)

    listed = {known(row["client_id"]) for row in parsed.rows} if plan.kind == "clients" else set()
    parents = parents_of(connection, unlisted=listed)
    for row in stated:
        parents.setdefault(known(row["client_id"]), set()).add(known(row[column]))

    def find_fault(row: dict[str, Value]) -> tuple[str, str] | None:
        if not row.get(column) or row.get("kind", "parent") != "parent":
            return None
        circle = find_circle(parents, known(row["client_id"]))
        return (column, f"closes a circle of parents ({' → '.join(circle)}); leave one of them out") if circle else None

    return _refuse(parsed, find_fault)
