"""How the figures of a report stand on a page: in words of a language, beside drawings without a style of their own."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from oncu.storage.signals import managers_with_clients

from ..offers.drawings import draw as draw_offers
from ..offers.page import LOOK as OFFERS_LOOK
from ..offers.page import wording_of as offers_wording
from ..score.charts import Brush
from ..score.charts import draw as draw_score
from ..score.figures import Number, Section, Table
from ..score.keep import KeptReport, read_report
from ..score.pages import wording_of as score_wording
from ..score.render import LOOK as SCORE_LOOK
from ..score.template import Look
from ..score.wording import Wording
from .cells import Sight, coarsen
from .site import Visit
from .tables import Column
from .tables import Table as Sheet

LINES = tuple(Column(key) for key in ("section", "table", "side", "row", "metric"))
VALUES = (*(Column(key, "number") for key in ("value", "low", "high", "n")), Column("early"))


@dataclass(frozen=True)
class Pen:
    """What writes the figures of one kind of report."""

    wording: Wording
    look: Look
    chart: Callable[[Table], Markup]

    def metrics(self, *tables: Table) -> list[str]:
        """The metrics of some tables by their titles, each once."""
        found = {metric for table in tables for metric in table.metrics}
        return sorted(found, key=lambda one: (self.wording.metric(one), one))


def score_pen(visit: Visit) -> Pen:
    """What writes the scoreboard."""
    site, words = visit.site, visit.words
    wording = score_wording(words.language, site.settings.timezone, visit.catalogue.types, visit.catalogue.sources)
    return Pen(wording, SCORE_LOOK, lambda table: Markup(draw_score(table, _brush(table, wording))))


def offers_pen(visit: Visit) -> Pen:
    """What writes the report on offers."""
    titles = {code: visit.face.title(code) for code in visit.catalogue.types}
    wording = offers_wording(visit.words.language, visit.site.settings.timezone, titles)
    brush = Brush(lambda row: wording.label(row.label), wording.value, days="", others="", own="")
    return Pen(wording, OFFERS_LOOK, lambda table: Markup(draw_offers(table, brush)))


def score_report(visit: Visit) -> KeptReport | None:
    """The newest scoreboard that was published by today, as far as it may be told to this reader."""
    return _told(visit, read_report(visit.site.database, "score", until=visit.day))


def offers_report(visit: Visit) -> KeptReport | None:
    """The newest report on offers in the reader's language, as far as it may be told to this reader."""
    kept = read_report(visit.site.database, "offers", until=visit.day, language=visit.words.language)
    return _told(visit, kept)


def _told(visit: Visit, report: KeptReport | None) -> KeptReport | None:
    seen = visit.seen()
    if report is None or seen is None:
        return report
    with visit.database.read() as connection:
        managers = managers_with_clients(connection)
    return coarsen(report, Sight(seen, {visit.actor, *managers}))


def sheet_of(name: str, sections: tuple[Section, ...], pen: Pen) -> Sheet:
    """Every number of some sections as a table to take home, one line a number."""
    rows = [
        _line(section, table, pen.wording.label(row.label), number, pen.wording)
        for section in sections
        for table in section.tables
        for row in table.rows
        for number in row.numbers
    ]
    return Sheet(name, (*LINES, *VALUES), tuple(rows))


def _line(section: Section, table: Table, row: str, number: Number, wording: Wording) -> dict[str, Any]:
    place = {
        "section": wording(f"{wording.face}_s_{section.key}"),
        "table": wording(f"{wording.face}_t_{table.key}"),
        "side": wording(f"side_{table.side}") if table.side else "",
        "row": row,
        "metric": wording.metric(number.metric),
    }
    values = {name: getattr(number, name) for name in ("value", "low", "high", "n")}
    return place | values | {"early": wording("web_yes") if number.is_early else ""}


def _brush(table: Table, wording: Wording) -> Brush:
    own = "score_read_in_time" if table.chart == "waterfall" else "score_own_curve"
    return Brush(
        name=lambda row: wording.label(row.label),
        show=wording.value,
        days=wording("score_axis_days"),
        others=wording.metric("curve_base"),
        own=wording(own),
    )
