"""Sources: which of them are well, and letting one rest."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.exceptions import HTTPException

from oncu.storage.pauses import Kind, SourceMove, move_source, paused_sources

from ...listening.health import SourceHealth, watch_sources
from ..found import known
from ..site import Visit
from .caller import acting, reading
from .faults import CHANGING, documented
from .shapes import Asked, Changed, Cursor, IdPath, Limit, Part, Reason, Shape, part_of

router = APIRouter(tags=["sources"])
Reader = Annotated[Visit, Depends(reading("sources"))]
Actor = Annotated[Visit, Depends(acting("sources", "analyst", "admin"))]


class SourceShape(Shape):
    """One source and how it is."""

    name: str
    title: str
    category: str
    is_enabled: bool = Field(description="Whether the catalogue has it switched on.")
    is_paused: bool = Field(description="Whether a person lets it rest.")
    state: str = Field(description="ok, silent, changed, undated, failing, recovered or new.")
    since: datetime | None = Field(description="Since when it is so.")
    last_success: datetime | None
    per_day: float | None = Field(description="Documents a day in the last week.")
    usual: float | None = Field(description="Documents a day in the weeks before.")
    problem: str | None = Field(description="What went wrong last.")


class PauseAsked(Asked):
    """Why a source rests."""

    reason: Reason


@router.get("/sources", responses=documented())
def list_sources(visit: Reader, limit: Limit = 50, cursor: Cursor = None) -> Part[SourceShape]:
    """Every source, the worst first."""
    site = visit.site
    found = watch_sources(site.database, visit.catalogue.sources, site.settings.health, visit.now, off_too=True)
    with visit.database.read() as connection:
        paused = paused_sources(connection)
    shown, after = part_of(found, limit, cursor)
    items = [_source(visit, one, is_paused=one.source in paused) for one in shown]
    return Part[SourceShape](items=items, next=after, total=len(found))


@router.post("/sources/{name}/pause", responses=documented(*CHANGING))
def pause_source(visit: Actor, name: IdPath, asked: PauseAsked) -> Changed:
    """Let a source rest, with the reason. A repeat changes nothing and says so."""
    return _move(visit, name, "pause", " ".join(asked.reason.split()))


@router.post("/sources/{name}/resume", responses=documented(*CHANGING))
def resume_source(visit: Actor, name: IdPath) -> Changed:
    """Visit a source again. A repeat changes nothing and says so."""
    return _move(visit, name, "resume", "")


def _move(visit: Visit, name: str, kind: Kind, reason: str) -> Changed:
    known(visit.catalogue.sources.get(name))
    if kind == "pause" and not reason:
        raise HTTPException(422, "web_reason_missing")
    with visit.site.database.write() as connection:
        move = SourceMove(name, kind, reason, visit.actor, visit.now)
        return Changed(changed=move_source(connection, move))


def _source(visit: Visit, found: SourceHealth, *, is_paused: bool) -> SourceShape:
    spec = visit.catalogue.sources[found.source]
    kept = ("state", "since", "last_success", "per_day", "usual")
    return SourceShape.model_validate(
        {name: getattr(found, name) for name in kept}
        | {
            "name": found.source,
            "title": spec.title,
            "category": spec.category,
            "is_enabled": spec.enabled,
            "is_paused": is_paused,
            "problem": visit.words.line(found.issue.problem) if found.issue else None,
        }
    )
