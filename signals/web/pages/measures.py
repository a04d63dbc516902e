"""Ölçüm: how often signals came true, how long before, and which sources and types earn their keep."""

from typing import Any, Literal

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from ...score.case import SIDES
from ...score.figures import Row
from ...score.figures import Table as Figures
from ..figures import Pen, score_pen, score_report, sheet_of
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["measures"].roles
METRICS = ("foresight_precision", "raw_rate", "group_lift", "group_lead", "sightings")
COLUMNS = (
    Column("group"),
    Column("side"),
    Column("precision", "share"),
    Column("low", "share"),
    Column("high", "share"),
    Column("n", "number"),
    Column("came_true", "share"),
    Column("lift", "number"),
    Column("lift_low", "number"),
    Column("lift_high", "number"),
    Column("lead_days", "number"),
    Column("signals", "number"),
    Column("early"),
)

By = Literal["source", "type", "category", "origin"]
Side = Literal["", "opportunity", "risk"]


@router.get("/olcum")
def page(visit: Visitor, by: By = "source", side: Side = "") -> HTMLResponse:
    """The case's four questions in a sentence each, then every source (or type) with what it foretold."""
    report = score_report(visit)
    if report is None:
        return show(visit, "measures.html.j2", room="measures", report=None)
    pen, leagues = score_pen(visit), _leagues(visit, by, side)
    return show(
        visit,
        "measures.html.j2",
        room="measures",
        report=report,
        pen=pen,
        by=by,
        side=side,
        leagues=leagues,
        metrics=METRICS,
        listed=league_sheet(visit, by, side),
        curves=[one for each in SIDES if side in ("", each) and (one := report.table("curve", each))],
    )


@router.get("/olcum.{form}")
def export(visit: Visitor, form: str, by: By = "source", side: Side = "") -> Response:
    """The same rows as CSV or XLSX."""
    return as_file(league_sheet(visit, by, side), form, visit)


@router.get("/olcum/{key}.{form}")
def export_section(visit: Visitor, key: str, form: str) -> Response:
    """Every number of a section as CSV or XLSX."""
    report = score_report(visit)
    section = report.section(key) if report else None
    if section is None:
        raise HTTPException(404)
    return as_file(sheet_of(f"olcum-{key}", (section,), score_pen(visit)), form, visit)


@router.get("/olcum/{key}")
def section_page(visit: Visitor, key: str) -> HTMLResponse:
    """One section of the scoreboard whole: its tables and drawings."""
    report = score_report(visit)
    section = report.section(key) if report else None
    if report is None or section is None:
        raise HTTPException(404)
    return show(visit, "measure.html.j2", room="measures", report=report, section=section, pen=score_pen(visit))


def league_sheet(visit: Visit, by: By, side: Side) -> Table:
    """One row a group and side, numbers as they are; empty where no scoreboard was published."""
    pen = score_pen(visit)
    rows = (_row(pen, table.side, row) for table in _leagues(visit, by, side) for row in table.rows)
    return Table("olcum", COLUMNS, tuple(rows))


def _leagues(visit: Visit, by: By, side: Side) -> list[Figures]:
    report = score_report(visit)
    found = [report.table(f"league_{by}", each) for each in SIDES if side in ("", each)] if report else []
    return [table for table in found if table is not None]


def _row(pen: Pen, side: str, row: Row) -> dict[str, Any]:
    precision, came_true, lift, lead, signals = (row.number(metric) for metric in METRICS)
    return {
        "group": pen.wording.label(row.label),
        "side": pen.wording(f"side_{side}"),
        "precision": precision and precision.value,
        "low": precision and precision.low,
        "high": precision and precision.high,
        "n": precision and precision.n,
        "came_true": came_true and came_true.value,
        "lift": lift and lift.value,
        "lift_low": lift and lift.low,
        "lift_high": lift and lift.high,
        "lead_days": lead and lead.value,
        "signals": signals and signals.value,
        "early": pen.wording("web_yes") if precision and precision.is_early else "",
    }
