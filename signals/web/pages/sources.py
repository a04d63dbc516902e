"""Sources: which of them are well, and since when those that are not; one source, and letting it rest."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from oncu.classifiers.privacy import mask
from oncu.config.specs import SourceSpec
from oncu.config.values import write_every
from oncu.storage.documents import Document, newest_documents
from oncu.storage.health import last_visits
from oncu.storage.pauses import Kind, SourceMove, move_source, moves_of, paused_sources
from oncu.storage.privacy import PERSONAL

from ...faces.latency import measure_latency, span_of
from ...listening.health import SourceHealth, watch_sources
from ..forms import Form, go_to, needed_reason
from ..found import known
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["sources"].roles
CHANGERS = ("analyst", "admin")
NEWEST, VISITS = 10, 10  # documents and visits that a source's page shows
LOOK_BACK = timedelta(days=90)  # whose alerts say how long a source takes
COLUMNS = (
    Column("source"),
    Column("title"),
    Column("category"),
    Column("state"),
    Column("since", "day"),
    Column("last_success", "day"),
    Column("per_day", "number"),
    Column("usual", "number"),
    Column("problem"),
)


@router.get("/sources")
def page(visit: Visitor, category: str = "") -> HTMLResponse:
    """Every source that listens, the worst first, and those that are switched off."""
    table = health_table(visit, category)
    off = [spec for spec in visit.catalogue.sources.values() if not spec.enabled]
    heard = {row["source"] for row in health_table(visit, "").rows}
    categories = sorted({spec.category for spec in visit.catalogue.sources.values()})
    return show(
        visit,
        "sources.html.j2",
        room="sources",
        table=table,
        off=sorted((spec for spec in off if spec.name not in heard), key=lambda spec: spec.title),
        category=category,
        categories=categories,
    )


@router.get("/sources.{form}")
def export(visit: Visitor, form: str, category: str = "") -> Response:
    """The same rows as CSV or XLSX."""
    return as_file(health_table(visit, category), form, visit)


@router.get("/sources/{name}")
def one(visit: Visitor, name: str) -> HTMLResponse:
    """One source: how it is, what its last visits brought, its newest documents, and whether it rests."""
    spec = known(visit.catalogue.sources.get(name))
    health = next(found for found in _watched(visit) if found.source == name)
    with visit.database.read() as connection:
        visits = last_visits(connection, at=visit.now, limit=VISITS, source=name).get(name, [])
        documents = newest_documents(connection, name, until=visit.now, limit=NEWEST)
        moves = moves_of(connection, name)
    return show(
        visit,
        "source.html.j2",
        room="sources",
        spec=spec,
        delay=_delay(visit, name),
        every=write_every(spec.every),
        health=health,
        visits=list(reversed(visits)),
        documents=[_shown(document) for document in documents],
        moves=moves,
        paused=moves[0] if moves and moves[0].kind == "pause" else None,
    )


@router.post("/sources/{name}/pause")
def pause(visit: Visitor, name: str, form: Form) -> Response:
    """Let a source rest, with the reason."""
    return _move(visit, name, "pause", needed_reason(form))


@router.post("/sources/{name}/resume")
def resume(visit: Visitor, name: str) -> Response:
    """Visit a source again."""
    return _move(visit, name, "resume", "")


def health_table(visit: Visit, category: str) -> Table:
    """One row a source."""
    specs = visit.catalogue.sources
    with visit.database.read() as connection:
        paused = paused_sources(connection)
    rows = [_row(visit, found, specs[found.source], found.source in paused) for found in _watched(visit)]
    shown = (row for row in rows if row["is_listened"] and (not category or row["kind"] == category))
    return Table("sources", COLUMNS, tuple(shown))


def _watched(visit: Visit) -> list[SourceHealth]:
    """The health of all sources, of those that are off too."""
    site, specs = visit.site, visit.catalogue.sources
    return watch_sources(site.database, specs, site.settings.health, visit.now, off_too=True)


def _row(visit: Visit, found: SourceHealth, spec: SourceSpec, is_paused: bool) -> dict[str, Any]:
    state = "paused" if is_paused else found.state
    return {
        "source": found.source,
        "title": spec.title,
        "category": visit.words(f"category_{spec.category}"),
        "kind": spec.category,
        "state": visit.words(f"health_{state}"),
        "code": state,
        "since": found.since,
        "last_success": found.last_success,
        "per_day": found.per_day,
        "usual": found.usual,
        "problem": visit.words.line(found.issue.problem) if found.issue else "",
        "is_listened": found.visits > 0 or spec.enabled,
    }


def _delay(visit: Visit, name: str) -> str:
    """How long alerts of the source took from the page to us and on to the alert, as medians; nothing without any."""
    report = measure_latency(visit.site.database, since=visit.now - LOOK_BACK, until=visit.now)
    found = report.by_source.get(name)
    if found is None:
        return ""
    seen, alerted = (span_of(found.steps[step].median, visit.words) for step in ("seen", "alerted"))
    return visit.words("web_source_medians", seen=seen, alerted=alerted, n=visit.words.number(found.alerts))


def _shown(document: Document) -> Document:
    """A document as it may be shown: private people's numbers masked, also before it was read."""
    return replace(document, title=mask(document.title)) if document.category in PERSONAL else document


def _move(visit: Visit, name: str, kind: Kind, reason: str) -> Response:
    known(visit.catalogue.sources.get(name))
    with visit.as_role(*CHANGERS).write() as connection:
        move_source(connection, SourceMove(name, kind, reason, visit.actor, visit.now))
    return go_to(f"/sources/{name}")
