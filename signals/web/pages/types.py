"""Sinyal türleri: what the product listens for, edited as forms over the files' own YAML, with trial and history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import unified_diff
from typing import Any

import yaml
from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from oncu.config.load import ConfigError, read_signal_type
from oncu.config.specs import SignalSpec
from oncu.storage.taxonomy import TypeVersion, newest_types, type_history

from ...flow.taxonomy import Trial, change_type, check_type, restore_type, try_type, write_type
from ..forms import Form, go_to, reason_in
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file
from ..type_form import NEW, fields_of, text_of

router = APIRouter()
OPEN_TO = ROOMS["types"].roles
CHANGERS = ("analyst",)
COLUMNS = (
    Column("type"),
    Column("code"),
    Column("side"),
    *(Column(key, "number") for key in ("severity", "threshold", "horizon_days", "merge_days", "cues", "version")),
    Column("changed", "day"),
    Column("changed_by"),
)


@dataclass(frozen=True)
class Tried:
    """What became of a form that was sent: its faults, or what the type would have done."""

    faults: tuple[str, ...] = ()
    trial: Trial | None = None
    reason: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@router.get("/turler")
def page(visit: Visitor) -> HTMLResponse:
    """Every type with what decides of it, and the last changes."""
    with visit.database.read() as connection:
        history = type_history(connection)[:20]
    return show(visit, "types.html.j2", room="types", table=type_table(visit), history=history)


@router.get("/turler.{form}")
def export(visit: Visitor, form: str) -> Response:
    """The same rows as CSV or XLSX."""
    return as_file(type_table(visit), form, visit)


@router.get("/turler/{code}")
def one(visit: Visitor, code: str) -> HTMLResponse:
    """One type as a form, or an empty form for a new one."""
    return _show(visit, code, Tried(fields=_fields(visit, code)))


@router.post("/turler/{code}/dene")
def check(visit: Visitor, code: str, form: Form) -> HTMLResponse:
    """Try a type without keeping it: its faults, or what it would have done with the newest texts."""
    visit.as_role(*CHANGERS)
    named, text, faults = _asked(visit, code, form)
    tried = Tried(faults=faults, reason=form.get("reason", ""), fields=form)
    if not faults:
        try:
            after = check_type(named, text, visit.catalogue.types)
            before = visit.catalogue.types.get(named, after)
            tried = Tried(trial=try_type(visit.database, before, after), reason=tried.reason, fields=form)
        except ConfigError as error:
            tried = Tried(faults=tuple(str(error).splitlines()), reason=tried.reason, fields=form)
    return _show(visit, code, tried)


@router.post("/turler/{code}")
def save(visit: Visitor, code: str, form: Form) -> Response:
    """Put a type in force with a reason; one with faults comes back with them."""
    database = visit.as_role(*CHANGERS)
    reason = reason_in(form)
    named, text, faults = _asked(visit, code, form)
    if not reason:
        faults = (*faults, visit.words("web_reason_missing"))
    if not faults:
        try:
            change_type(database, named, text, visit.catalogue.types, by=visit.actor, reason=reason, now=visit.now)
            return go_to(f"/turler/{named}")
        except ConfigError as error:
            faults = tuple(str(error).splitlines())
    return _show(visit, code, Tried(faults=faults, reason=reason, fields=form), status=422)


@router.get("/turler/{code}/{number}")
def version(visit: Visitor, code: str, number: int) -> HTMLResponse:
    """One version beside the one before it; 0 is the file's."""
    history, texts = _texts(visit, code)
    if number not in texts:
        raise HTTPException(404)
    before = texts.get(number - 1, "")
    lines = list(unified_diff(before.splitlines(), texts[number].splitlines(), lineterm="", n=3))[2:]
    found = next((one for one in history if one.number == number), None)
    told: dict[str, Any] = {"code": code, "number": number, "one": found, "newest": history[0].number if history else 0}
    return show(visit, "type_version.html.j2", room="types", lines=lines, text=texts[number], **told)


@router.post("/turler/{code}/{number}/geri-al")
def restore(visit: Visitor, code: str, number: int) -> Response:
    """Put an earlier version in force again, as a new one."""
    database = visit.as_role(*CHANGERS)
    if number not in _texts(visit, code)[1]:
        raise HTTPException(404)
    shipped, types = visit.site.catalogue.types, visit.catalogue.types
    restore_type(database, code, number, shipped, types, by=visit.actor, now=visit.now)
    return go_to(f"/turler/{code}")


def type_table(visit: Visit) -> Table:
    """One row a type, opportunities first."""
    with visit.database.read() as connection:
        changed = newest_types(connection)
    specs = sorted(visit.catalogue.types.values(), key=lambda spec: (spec.side, visit.face.title(spec.code)))
    return Table("turler", COLUMNS, tuple(_row(visit, spec, changed.get(spec.code)) for spec in specs))


def _row(visit: Visit, spec: SignalSpec, changed: TypeVersion | None) -> dict[str, Any]:
    return {
        "type": getattr(spec.title, visit.words.language),
        "code": spec.code,
        "kind": spec.side,
        "side": visit.words(f"side_{spec.side}"),
        "severity": spec.severity,
        "threshold": spec.threshold,
        "horizon_days": spec.horizon_days,
        "merge_days": spec.merge_days,
        "cues": len(spec.cues),
        "version": changed.number if changed else 0,
        "changed": changed.saved_at if changed else None,
        "changed_by": changed.saved_by if changed else "",
    }


def _fields(visit: Visit, code: str) -> dict[str, str]:
    if code == NEW:
        return fields_of(None)
    if code not in visit.catalogue.types:
        raise HTTPException(404)
    return fields_of(visit.catalogue.types[code])


def _asked(visit: Visit, code: str, form: Mapping[str, str]) -> tuple[str, str, tuple[str, ...]]:
    """The code, the YAML and the faults of a form that was sent."""
    named = form.get("code", "").strip() if code == NEW else code
    if code != NEW and code not in visit.catalogue.types:
        raise HTTPException(404)
    if code == NEW and named in visit.catalogue.types:
        return named, "", (visit.words("types_taken", code=named),)
    try:
        text = text_of(visit.catalogue.types.get(named), form)
        read_signal_type(named, text)
    except ConfigError as error:
        return named, "", tuple(str(error).splitlines())
    except yaml.YAMLError:
        return named, "", (visit.words("types_no_yaml"),)
    return named, text, ()


def _texts(visit: Visit, code: str) -> tuple[list[TypeVersion], dict[int, str]]:
    with visit.database.read() as connection:
        history = list(type_history(connection, code))
    texts = {one.number: one.text for one in history}
    if code in visit.site.catalogue.types:
        texts[0] = write_type(visit.site.catalogue.types[code])
    return history, texts


def _show(visit: Visit, code: str, tried: Tried, *, status: int = 200) -> HTMLResponse:
    history, texts = _texts(visit, code)
    spec = visit.catalogue.types.get(code)
    more: dict[str, Any] = {"history": history, "has_file": 0 in texts, "is_new": code == NEW}
    return show(visit, "type.html.j2", room="types", status=status, code=code, spec=spec, tried=tried, **more)
