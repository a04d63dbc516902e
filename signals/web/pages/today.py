"""Bugün: which of my clients should I call today, why, and what do I say."""

from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from oncu.storage.alert_lists import alerts_made
from oncu.storage.documents import count_documents
from oncu.storage.signals import managers_with_clients

from ...faces.cards import gather_shown, show_cards
from ...flow.muting import muted_now
from ...flow.priority import in_reading_order
from ...listening.health import blind_spots
from ..show import show
from ..site import Visit, Visitor

router = APIRouter()
PERIODS = {"1": 1, "7": 7, "30": 30}  # days, today included


@router.get("/")
def page(
    visit: Visitor,
    manager: str = "",
    side: Literal["", "opportunity", "risk"] = "",
    days: Literal["1", "7", "30"] = "7",
    all: Literal["", "1"] = "",  # noqa: A002 (the name in the address)
) -> HTMLResponse:
    """The alerts of a period, best first: as many as a digest carries, the others on demand."""
    site, since = visit.site, _midnight(visit, PERIODS[days] - 1)
    with site.database.read() as connection:
        managers = managers_with_clients(connection)
        made = alerts_made(connection, since=since, until=visit.now, manager=manager or None, side=side or None)
        muted = muted_now(connection, made, site.catalogue.types, site.settings, at=visit.now)
        free = {key: alert for key, alert in made.items() if key not in muted}
        ordered = in_reading_order(free.values())
        chosen = ordered if all else ordered[: site.settings.digest.max_alerts]
        ids = {alert: key for key, alert in free.items()}
        carried = {ids[alert]: alert for alert in chosen}
        shown = gather_shown(connection, carried, visit.face, at=visit.now, day=visit.now.date())
        documents = count_documents(connection, since=since, until=visit.now)
        is_new = not documents and not count_documents(connection)
    silent = blind_spots(site.database, site.settings.health, visit.now)
    sources = site.catalogue.sources
    return show(
        visit,
        "today.html.j2",
        room="today",
        cards=show_cards(chosen, shown),
        left=len(ordered) - len(chosen),
        muted=len(muted),
        documents=documents,
        is_new=is_new,
        managers=managers,
        manager=manager,
        side=side,
        days=days,
        silent=[sources[name].title if name in sources else name for name in silent],
    )


def _midnight(visit: Visit, days_before: int) -> datetime:
    zone = ZoneInfo(visit.site.settings.timezone)
    return datetime.combine(visit.now.astimezone(zone).date() - timedelta(days=days_before), time(), zone)
