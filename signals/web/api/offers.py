"""Offers, and the published reports: the scoreboard and what offers taught."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException

from oncu.storage.offer_lists import Wanted, count_offers, newest_offers
from oncu.storage.outcomes import Offer

from ...score.figures import Label, Number, Row, Section, Table
from ...score.keep import KeptReport
from ..figures import Pen, offers_pen, offers_report, score_pen, score_report
from ..site import Visit
from .caller import note_part, reading
from .client_shapes import OfferShape
from .faults import documented
from .report_shapes import NumberShape, QuestionShape, ReportShape, RowShape, SectionShape, TableShape
from .shapes import Cursor, Limit, Manager, Part, bounds_of

measures = APIRouter(tags=["measures"])
router = APIRouter(tags=["offers"])
Status = Annotated[Literal["open", "won", "lost", "withdrawn", "expired"] | None, Query()]


@router.get("/offers", responses=documented())
def list_offers(
    visit: Annotated[Visit, Depends(reading("offers"))],
    status: Status = None,
    manager: Manager = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Part[OfferShape]:
    """The offers, the newest first."""
    wanted = Wanted(visit.now, status, manager)
    with visit.database.read() as connection:
        n = count_offers(connection, wanted)
        first, after = bounds_of(n, limit, cursor)
        shown = newest_offers(connection, wanted, skip=first, limit=limit)
    note_part(visit, "offers", shown)
    return Part[OfferShape](items=[offer_shape(one) for one in shown], next=after, total=n)


@router.get("/offers/report", responses=documented(404))
def read_offers_report(visit: Annotated[Visit, Depends(reading("offers"))]) -> ReportShape:
    """What past offers teach: the newest published report; 404 before the first."""
    return _as_shape(offers_report(visit), offers_pen(visit))


@measures.get("/measures", responses=documented(404))
def read_measures(visit: Annotated[Visit, Depends(reading("measures"))]) -> ReportShape:
    """The scoreboard: the newest published one; 404 before the first."""
    return _as_shape(score_report(visit), score_pen(visit))


def offer_shape(offer: Offer) -> OfferShape:
    """An offer without what it costs the bank."""
    return OfferShape.model_validate({name: getattr(offer, name) for name in OfferShape.model_fields})


def _as_shape(report: KeptReport | None, pen: Pen) -> ReportShape:
    if report is None:
        raise HTTPException(404, "api_no_report")
    wording = pen.wording
    return ReportShape(
        as_of=report.as_of,
        horizon_days=report.horizon,
        published_at=report.published_at,
        answers=[
            QuestionShape(question=one.question, text=wording.answer(one, horizon=report.horizon))
            for one in report.answers
        ],
        sections=[_section(one, pen) for one in report.sections],
        remarks=[wording.remark(one) for one in report.remarks],
    )


def _section(section: Section, pen: Pen) -> SectionShape:
    title = section.title or pen.wording(f"{pen.wording.face}_s_{section.key}")
    return SectionShape(key=section.key, title=title, tables=[_table(table, pen) for table in section.tables])


def _table(table: Table, pen: Pen) -> TableShape:
    rows = [_row(row, pen) for row in table.rows]
    remarks = [pen.wording.remark(one) for one in table.remarks]
    return TableShape(
        key=table.key, side=table.side or None, title=pen.wording.title(table), rows=rows, remarks=remarks
    )


def _row(row: Row, pen: Pen) -> RowShape:
    label: Label = row.label
    numbers = [_number(one, pen) for one in row.numbers]
    return RowShape(kind=label.kind, key=label.key, title=pen.wording.label(label), numbers=numbers)


def _number(number: Number, pen: Pen) -> NumberShape:
    values = {name: getattr(number, name) for name in ("metric", "unit", "value", "low", "high", "n", "is_early")}
    return NumberShape(**values, title=pen.wording.metric(number.metric), horizon_days=number.horizon)
