"""Masa: what waits for a decision, in the order in which it is worked off; and what the desk costs and keeps."""

from collections.abc import Collection, Sequence
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from oncu.storage.alerts import Alert
from oncu.storage.database import Transaction
from oncu.storage.queue import count_documents_behind

from ...review.colleagues import Colleagues
from ...review.queue import VIEWS, Queued
from ...review.standing import UNDECIDED
from ...review.week import Load, cases_made, kept_in_time, look_at_week
from ..cases import CaseView, as_choice, colleagues_of, desk_of, just_moved, reason_said, view_cases
from ..paging import Page, paged
from ..queues import Wanted, read_queue, read_wanted
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["desk"].roles
AT_ONCE = 50  # rows of a page, and at most so many are moved together
WEEK = 7  # days
DAYS = {"7": 7, "30": 30, "90": 90}
COLUMNS = (
    Column("level", "number"),
    Column("client"),
    Column("client_id"),
    Column("side"),
    Column("type"),
    Column("first_seen", "day"),
    Column("evidence", "number"),
    Column("owner"),
    Column("due", "text"),
    Column("state_desk"),
    Column("amount", "money"),
    Column("alert_id"),
)
LOADS = (
    Column("manager"),
    Column("alerts", "number"),
    Column("a_day", "number"),
    Column("acted", "share"),
    Column("dismissed", "number"),
    Column("hours", "number"),
)


@router.get("/masa")
def queue_page(visit: Visitor, view: str = "", side: str = "", manager: str = "", page: Page = 1) -> HTMLResponse:
    """A view of the queue; every view is an address that can be kept and sent on."""
    return show_queue(visit, read_wanted({"view": view, "side": side, "manager": manager}), page)


@router.get("/masa.{form}")
def export(visit: Visitor, form: str, view: str = "", side: str = "", manager: str = "") -> Response:
    """Every row of a view as CSV or XLSX."""
    wanted = read_wanted({"view": view, "side": side, "manager": manager})
    found, colleagues = read_queue(visit, wanted)[1], colleagues_of(visit)
    with visit.database.read() as connection:
        rows = tuple(_rows(connection, visit, found, colleagues))
    return as_file(Table("masa", COLUMNS, rows), form, visit)


@router.get("/masa/hafta")
def week_page(visit: Visitor, days: Literal["7", "30", "90"] = "7") -> HTMLResponse:
    """How many alerts each manager got, what was done with them, and how much in time."""
    with visit.database.read() as connection:
        week = look_at_week(connection, desk_of(visit), visit.now, DAYS[days])
    reasons = [(reason_said(reason, visit.words), n) for reason, n in week.reasons.items()]
    table, goal = _loads(visit, week.loads), visit.site.settings.review.goal
    tiring = [(one, visit.face.title(one.type)) for one in week.tiring]
    more: dict[str, Any] = {"reasons": reasons, "table": table, "goal": goal, "tiring": tiring}
    return show(visit, "week.html.j2", room="desk", week=week, days=days, **more)


@router.get("/masa/hafta.{form}")
def export_week(visit: Visitor, form: str, days: Literal["7", "30", "90"] = "7") -> Response:
    """What each manager got and did as CSV or XLSX."""
    with visit.database.read() as connection:
        week = look_at_week(connection, desk_of(visit), visit.now, DAYS[days])
    return as_file(_loads(visit, week.loads), form, visit)


def show_queue(
    visit: Visit, wanted: Wanted, page: int, *, problem: str = "", typed: str = "", chosen: Collection[str] = ()
) -> HTMLResponse:
    """A view of the queue; `problem` says why a move on `chosen` alerts was refused, `typed` is its note."""
    queue, rows = read_queue(visit, wanted)
    part = paged(rows, page, AT_ONCE)
    colleagues = colleagues_of(visit)
    with visit.database.read() as connection:
        told = _rows(connection, visit, part.rows, colleagues)
        done = just_moved(connection, visit)
    kept, due = _in_time(visit)
    return show(
        visit,
        "desk.html.j2",
        room="desk",
        status=400 if problem else 200,
        wanted=wanted,
        part=part,
        rows=told,
        views=VIEWS,
        counts=queue.counts,
        older=queue.older,
        queue_days=visit.site.settings.review.queue_days,
        managers=sorted({row.alert.manager for row in queue.rows if row.alert.manager}),
        whom=_whom(visit, part.rows, colleagues),
        is_undecided=any(row.standing.state in UNDECIDED for row in part.rows),
        problem=visit.words.line(problem),
        typed=typed,
        chosen=chosen,
        done=done,
        kept=kept,
        due=due,
        goal=visit.site.settings.review.goal,
    )


def _in_time(visit: Visit) -> tuple[int, int]:
    """How many of the last week's decisions came in time, and of how many; counted anew every ten minutes."""
    desk = desk_of(visit)

    def count() -> tuple[int, int]:
        with visit.database.read() as connection:
            return kept_in_time(cases_made(connection, desk, visit.now, WEEK), desk, visit.now)

    version = visit.now.replace(minute=visit.now.minute // 10 * 10, second=0, microsecond=0)
    return visit.site.in_time.get(visit.actor, version, count)


def _rows(
    connection: Transaction, visit: Visit, rows: Sequence[Queued], colleagues: Colleagues
) -> list[dict[str, Any]]:
    """Rows of the queue as the page and the file show them."""
    cases = desk_of(visit).cases(connection, [row.id for row in rows], visit.now)
    views = view_cases(connection, visit, cases, colleagues)
    behind = count_documents_behind(connection, [case.alert.episode_id for case in cases.values()])
    shown = [(row, cases[row.id]) for row in rows if row.id in cases]
    return [_row(visit, row, case.alert, views[case.id], behind) for row, case in shown]


def _row(visit: Visit, row: Queued, alert: Alert, view: CaseView, behind: dict[str, int]) -> dict[str, Any]:
    return {
        "level": round(row.level, 1),
        "client": row.alert.client,
        "client_id": alert.client_id,
        "side": visit.words(f"side_{alert.side}"),
        "code": alert.side,
        "type": visit.face.title(alert.type),
        "first_seen": alert.created_at,
        "evidence": behind.get(alert.episode_id, 0),
        "owner": view.owner,
        "due": view.asleep or view.due,
        "state_desk": view.said,
        "amount": row.money,
        "alert_id": row.id,
        "view": view,
    }


def _whom(visit: Visit, rows: Sequence[Queued], colleagues: Colleagues) -> list[tuple[str, str]]:
    """Those to whom some alert of the page can be given; whether all chosen ones can is asked when it is done."""
    portfolios = {row.alert.manager or "" for row in rows}
    found = {
        person.name: as_choice(person, visit.words)
        for manager in sorted(portfolios)
        for person in colleagues.answering_for({"manager": manager, "deputy": None})
    }
    return sorted(found.values(), key=lambda one: one[1])


def _loads(visit: Visit, loads: Sequence[Load]) -> Table:
    colleagues = colleagues_of(visit)
    rows = [
        {
            "manager": colleagues.shown(one.manager) or "–",
            "alerts": one.alerts,
            "a_day": round(one.a_day, 2),
            "acted": round(one.share, 4),
            "dismissed": one.dismissed,
            "hours": round(one.hours, 1) if one.hours is not None else None,
        }
        for one in loads
    ]
    return Table("masa/hafta", LOADS, tuple(rows))
