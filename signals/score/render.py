"""The scoreboard as a page, as text, as JSON and as CSV: the same numbers in each."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from ..faces.layout import indented
from .charts import Brush, draw
from .figures import Answer, Number, Row, ScoreReport, Section, Table
from .template import Look, fill_page
from .wording import Wording

COLUMNS = (
    "section", "table", "side", "kind", "row", "note", "metric", "unit", "horizon_days", "value", "low", "high", "n",
    "too_early", "expected", "as_of", "judged_to", "arm",
)  # fmt: skip
OPENS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
LOOK = Look(
    headlines=("conversion", "foresight_index", "confirmed"),
    narrow=("counts", "money", "acted", "monitor", "verdict", "agreement"),
    folded=(
        "league_source",
        "league_category",
        "league_type",
        "league_origin",
        "bands",
        "usefulness",
        "skill",
        "mended",
    ),
    plain=("basis", "counts", "ranking", "monitor"),
    struck=("naive_share", "accuracy"),
)
TEXT_TABLES = {
    "basis": ("basis",),
    "opportunity": ("horizons", "applications"),
    "risk": ("horizons", "kinds", "lead_time", "official", "actionable", "waterfall", "largest", "acted", "money"),
    "sources": ("league_source", "league_type"),
    "leads": ("funnel", "analysts", "agreement", "verdict"),
    "ranking": ("ranking", "reading", "monitor"),
    "controls": ("controls",),
    "coverage": ("coverage", "coverage_sector", "coverage_size"),
}
TEXT_METRICS = {
    "horizons": ("conversion", "base_rate", "lift"),
    "kinds": ("conversion", "base_rate", "lift"),
    "league_source": ("foresight_precision", "group_lift", "foresight_index"),
    "league_type": ("foresight_precision", "group_lift", "half_life"),
    "ranking": ("auroc", "average_precision", "brier_scaled"),
}
FIRST_ROWS = 10


def render_html(
    report: ScoreReport, wording: Wording, *, command: str, other: str | None = None, missed: str | None = None
) -> str:
    """One self-contained page; `other` is the address of the same page in the other language, `missed` that of the
    regret page beside it."""
    day = wording("score_as_of", day=wording.day(report.as_of), horizon=report.horizon)
    return fill_page(
        report,
        wording,
        LOOK,
        lambda table: draw(table, _brush(table, wording)),
        about=f"{day} · {wording(f'score_arm_{report.arm}')}",
        command=command,
        other=other,
        links=((missed, wording("score_see_missed")),) if missed else (),
    )


def render_json(report: ScoreReport) -> str:
    """Everything, with keys that do not depend on the language."""
    return json.dumps(report.as_json(), ensure_ascii=False, indent=1)


def render_csv(report: ScoreReport) -> str:
    """One line a number; the answers' numbers first."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    write.writerow(COLUMNS)
    write.writerows(_csv_answers(report))
    write.writerows(_csv_line(report, *line) for line in report.lines())
    return out.getvalue()


def render_text(report: ScoreReport, wording: Wording) -> str:
    """What fits a terminal: the four answers, then the most important tables."""
    lines = [wording("score_title"), wording("score_as_of", day=wording.day(report.as_of), horizon=report.horizon)]
    lines += [indented(wording.remark(one), 0) for one in report.remarks]
    for answer in report.answers:
        lines += [
            "",
            wording(f"score_q_{answer.question}"),
            indented(wording.answer(answer, horizon=report.horizon), 2),
        ]
    for section in report.sections:
        lines += ["", wording.words.upper(wording(f"score_s_{section.key}")), *_text_section(section, wording)]
    return "\n".join([*lines, "", indented(wording("score_footer"), 0)])


def _text_section(section: Section, wording: Wording) -> Iterator[str]:
    for table in section.tables:
        if table.key in TEXT_TABLES[section.key]:
            yield from _text_table(table, wording)


def _text_table(table: Table, wording: Wording) -> Iterator[str]:
    yield f"  {wording.title(table)}"
    wanted = TEXT_METRICS.get(table.key, table.metrics)
    early = [row for row in table.rows if _is_early(row, wanted)]
    rated = sorted((row for row in table.rows if row not in early), key=lambda row: _opens_early(row, wanted))
    for row in rated[:FIRST_ROWS]:
        said = "; ".join([*([note] if (note := wording.note(row)) else []), *_text_numbers(row, wanted, wording)])
        yield indented(f"{wording.label(row.label)}: {said}", 4)
    if early:
        names = ", ".join(_early_name(row, wording) for row in early[:FIRST_ROWS])
        yield indented(wording("score_early_rows", names=names), 4)
    rest = sum(max(len(rows) - FIRST_ROWS, 0) for rows in (rated, early))
    if rest:
        yield indented(wording("score_more_rows", n=rest), 4)
    for remark in table.remarks:
        yield indented(wording.remark(remark), 4)


def _is_early(row: Row, wanted: Sequence[str]) -> bool:
    """Is it too early for all the numbers that would be shown, but for those there are none of?"""
    numbers = [one for one in row.numbers if one.metric in wanted]
    return any(one.is_early for one in numbers) and all(one.is_early or one.value is None for one in numbers)


def _opens_early(row: Row, wanted: Sequence[str]) -> bool:
    """Is it too early for what comes first in a row?"""
    first = next((one for one in row.numbers if one.metric in wanted), None)
    return first is not None and first.is_early


def _early_name(row: Row, wording: Wording) -> str:
    until = next((one.until for one in row.numbers if one.until), None)
    return f"{wording.label(row.label)} (~{wording.day(until)})" if until else wording.label(row.label)


def _text_numbers(row: Row, wanted: Sequence[str], wording: Wording) -> list[str]:
    return [f"{wording.metric(one.metric)} {wording.whole(one)}" for one in row.numbers if one.metric in wanted]


def _csv_answers(report: ScoreReport) -> Iterator[list[Any]]:
    for answer in report.answers:
        for name, number in answer.numbers.items():
            yield [*_cells("answers", answer, name), *_numbers(number), *_frame(report)]


def _cells(section: str, answer: Answer, name: str) -> list[Any]:
    return [section, answer.question, "", "answer", name, ""]


def _csv_line(report: ScoreReport, section: Section, table: Table, row: Row, number: Number) -> list[Any]:
    note = "" if row.note is None else "; ".join(str(_plain(one)) for one in row.note.values.values())
    place = [section.key, table.key, table.side, row.label.kind, harmless(row.label.key), note]
    return [*place, *_numbers(number), *_frame(report)]


def _numbers(number: Number) -> list[Any]:
    until = "" if number.until is None else number.until.isoformat()
    value = (number.metric, number.unit, number.horizon, number.value, number.low, number.high, number.n)
    return ["" if one is None else one for one in value] + [str(number.is_early).lower(), until]


def _frame(report: ScoreReport) -> list[Any]:
    return [report.as_of.isoformat(), report.judged_to.isoformat(), report.arm]


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(OPENS_A_FORMULA) else text


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _brush(table: Table, wording: Wording) -> Brush:
    own = "score_read_in_time" if table.chart == "waterfall" else "score_own_curve"
    return Brush(
        name=lambda row: wording.label(row.label),
        show=wording.value,
        days=wording("score_axis_days"),
        others=wording.metric("curve_base"),
        own=wording(own),
    )
