"""Sources: which of them are well, and since when those that are not."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from ...listening.health import watch_sources
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
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
    off = [spec for spec in visit.site.catalogue.sources.values() if not spec.enabled]
    heard = {row["source"] for row in health_table(visit, "").rows}
    categories = sorted({spec.category for spec in visit.site.catalogue.sources.values()})
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


def health_table(visit: Visit, category: str) -> Table:
    """One row a source."""
    specs = visit.site.catalogue.sources
    watched = watch_sources(visit.site.database, specs, visit.site.settings.health, visit.now)
    rows = [
        {
            "source": found.source,
            "title": specs[found.source].title if found.source in specs else found.source,
            "category": visit.words(f"category_{specs[found.source].category}") if found.source in specs else "",
            "kind": specs[found.source].category if found.source in specs else "",
            "state": visit.words(f"health_{found.state}"),
            "code": found.state,
            "since": found.since,
            "last_success": found.last_success,
            "per_day": found.per_day,
            "usual": found.usual,
            "problem": found.issue.problem if found.issue else "",
        }
        for found in watched
    ]
    return Table("sources", COLUMNS, tuple(row for row in rows if not category or row["kind"] == category))
