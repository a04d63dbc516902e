"""Bugün: which of my clients should I call today, why, and what do I say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from oncu.storage.alert_lists import alerts_made
from oncu.storage.alerts import Alert
from oncu.storage.clients import clients_of
from oncu.storage.database import Transaction
from oncu.storage.documents import count_documents
from oncu.storage.pauses import paused_sources
from oncu.storage.signals import managers_with_clients

from ...faces.cards import Card, gather_shown, show_cards
from ...flow.priority import in_reading_order
from ...flow.silences import reasons_to_hold
from ...listening.health import blind_spots
from ...review.standing import UNDECIDED, standings_of
from ..cases import CaseView, JustMoved, colleagues_of, desk_of, just_moved, view_cases
from ..paging import Page, Paged, paged
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["today"].roles
PERIODS = {"1": 1, "7": 7, "30": 30}  # days, today included
COLUMNS = (
    Column("day", "day"),
    Column("client"),
    Column("client_id"),
    Column("manager"),
    Column("side"),
    Column("type"),
    Column("priority", "number"),
    Column("shown"),
    Column("state_desk"),
    Column("owner"),
)

AT_ONCE = 15  # alerts of a page when all are shown

Side = Literal["", "opportunity", "risk"]
Days = Literal["1", "7", "30"]


@dataclass(frozen=True)
class Reading:
    """What a reader asks for: whose alerts, of which side and period, all of them or as many as a digest carries."""

    manager: str
    side: str
    days: Days
    is_all: bool
    page: int


@dataclass(frozen=True)
class Shown:
    """What there is to show: the cards of a page, and where each alert on them stands; how many alerts were made, held
    back, closed or put off at the desk, are free, and wait for a decision; and what the reader did a moment ago."""

    cards: Sequence[Card]
    part: Paged[Alert]
    made: int
    held: int
    away: int
    n: int
    undecided: int
    cases: Mapping[str, CaseView]
    done: JustMoved | None


@router.get("/")
def today_page(
    visit: Visitor,
    manager: str = "",
    side: Side = "",
    days: Days = "7",
    all: Literal["", "1"] = "",  # noqa: A002 (the name in the address)
    page: Page = 1,
) -> HTMLResponse:
    """The alerts of a period, best first: as many as a digest carries, all of them on demand."""
    since = _midnight(visit, PERIODS[days] - 1)
    with visit.database.read() as connection:
        shown = _gather(connection, visit, Reading(manager, side, days, bool(all), page))
        documents = count_documents(connection, since=since, until=visit.now)
        told: dict[str, Any] = {
            "managers": managers_with_clients(connection),
            "paused": sorted(paused_sources(connection)),
            "is_new": not documents and not count_documents(connection),
        }
    silent = blind_spots(visit.site.database, visit.site.settings.health, visit.now)
    told["silent"] = [_title(visit, name) for name in silent if name not in told["paused"]]
    told["paused"] = [_title(visit, name) for name in told["paused"]]
    told |= {"manager": manager, "side": side, "days": days, "documents": documents}
    left = 0 if all else shown.n - len(shown.part.rows)
    return show(visit, "today.html.j2", room="today", left=left, **vars(shown), **told)


def _gather(connection: Transaction, visit: Visit, asked: Reading) -> Shown:
    """The alerts of a period as cards, without those held back and those that are done with or put off."""
    site = visit.site
    made = _made(connection, visit, asked.manager, asked.side, asked.days)
    held = reasons_to_hold(connection, made, visit.catalogue.types, site.settings, at=visit.now)
    standings = standings_of(connection, made)
    away = {key for key, standing in standings.items() if key not in held and not standing.is_shown(visit.now)}
    free = {alert: key for key, alert in made.items() if key not in held and key not in away}
    ordered = in_reading_order(free)
    least = site.settings.digest.max_alerts
    part = paged(ordered, asked.page, AT_ONCE) if asked.is_all else paged(ordered[:least], 1, least)
    carried = {free[alert]: alert for alert in part.rows}
    shown = gather_shown(connection, carried, visit.face, at=visit.now, day=visit.now.date())
    return Shown(
        cards=show_cards(part.rows, shown),
        part=part,
        made=len(made),
        held=len(held),
        away=len(away),
        n=len(ordered),
        undecided=sum(standings[key].state in UNDECIDED for key in free.values()),
        cases=view_cases(connection, visit, desk_of(visit).cases(connection, carried, visit.now), colleagues_of(visit)),
        done=just_moved(connection, visit),
    )


def _made(connection: Transaction, visit: Visit, manager: str, side: str, days: Days) -> dict[str, Alert]:
    since = _midnight(visit, PERIODS[days] - 1)
    return alerts_made(connection, since=since, until=visit.now, manager=manager or None, side=side or None)


@router.get("/alerts.{form}")
def export(visit: Visitor, form: str, manager: str = "", side: Side = "", days: Days = "7") -> Response:
    """Every alert of a period as CSV or XLSX, best first, those held back too."""
    return as_file(alert_table(visit, manager, side, days), form, visit)


def alert_table(visit: Visit, manager: str, side: Side, days: Days) -> Table:
    """One row an alert, best first."""
    site = visit.site
    with visit.database.read() as connection:
        made = _made(connection, visit, manager, side, days)
        held = reasons_to_hold(connection, made, visit.catalogue.types, site.settings, at=visit.now)
        cases = desk_of(visit).cases(connection, made, visit.now)
        views = view_cases(connection, visit, cases, colleagues_of(visit))
        clients = clients_of(connection, {alert.client_id for alert in made.values()})
    ids = {alert: key for key, alert in made.items()}
    rows = [
        {
            "day": alert.created_at,
            "client": clients[alert.client_id].legal_name,
            "client_id": alert.client_id,
            "manager": clients[alert.client_id].manager or "",
            "side": visit.words(f"side_{alert.side}"),
            "type": visit.face.title(alert.type),
            "priority": round(alert.priority, 4),
            "shown": "" if ids[alert] in held else visit.words("web_yes"),
            "state_desk": views[ids[alert]].said,
            "owner": views[ids[alert]].owner,
        }
        for alert in in_reading_order(made.values())
    ]
    return Table("alerts", COLUMNS, tuple(rows))


def _title(visit: Visit, source: str) -> str:
    sources = visit.catalogue.sources
    return sources[source].title if source in sources else source


def _midnight(visit: Visit, days_before: int) -> datetime:
    return visit.midnight(visit.day - timedelta(days=days_before))
