"""Two years of a client as a picture: opportunities above a line, risks below it, outcomes on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from ..words import Words

STEP, ROW, TOP = 30, 14, 4  # user units: width of a month, height of a mark, most marks drawn above one another
GAP = 14  # between the line, on which outcomes stand, and the first mark
ROOM = TOP * ROW + GAP


@dataclass(frozen=True)
class Mark:
    """Something that happened: `kind` is opportunity, risk or outcome."""

    at: datetime
    kind: str
    title: str


def draw_strip(marks: Sequence[Mark], now: datetime, words: Words, *, months: int) -> Markup:
    """The months until now as SVG with a text alternative; a month with more than TOP marks says how many.

    The same is told in the tables of the page, so the picture carries nothing of its own.
    """
    width, base = months * STEP, ROOM
    parts = [f'<line class="axis" x1="0" y1="{base}" x2="{width}" y2="{base}"/>']
    for place, (year, month) in enumerate(months_until(now, months)):
        here = [mark for mark in marks if (mark.at.year, mark.at.month) == (year, month)]
        x = place * STEP + STEP / 2
        for kind in ("opportunity", "risk", "outcome"):
            parts += _month_marks([mark for mark in here if mark.kind == kind], kind, x, base, words)
        if month in (1, 7):
            parts.append(f'<text x="{x}" y="{2 * ROOM + 12}" text-anchor="middle">{month:02d}.{year}</text>')
    label = escape(words("strip_label", months=months, n=len(marks)))
    box = f'viewBox="0 0 {width} {2 * ROOM + 18}"'
    return Markup(f'<svg class="strip" {box} role="img" aria-label="{label}">{"".join(parts)}</svg>')


def months_until(now: datetime, months: int) -> list[tuple[int, int]]:
    """Year and month of the months up to this one, oldest first."""
    last = now.year * 12 + now.month - 1
    return [divmod_month(number) for number in range(last - months + 1, last + 1)]


def divmod_month(number: int) -> tuple[int, int]:
    """Months since year 0 as (year, month from 1)."""
    return number // 12, number % 12 + 1


def _month_marks(marks: Sequence[Mark], kind: str, x: float, base: int, words: Words) -> list[str]:
    if kind == "outcome":
        told = escape("; ".join(f"{words.day(mark.at)} {mark.title}" for mark in marks))
        return (
            [f'<rect class="outcome" x="{x - 4}" y="{base - 4}" width="8" height="8"><title>{told}</title></rect>']
            if marks
            else []
        )
    sign = -1 if kind == "opportunity" else 1
    shown = [_arrow(mark, kind, x, base + sign * (GAP + ROW * n), words) for n, mark in enumerate(marks[:TOP])]
    if len(marks) > TOP:
        y = base + sign * (ROOM - 4)
        shown.append(f'<text x="{x}" y="{y}" text-anchor="middle">+{len(marks) - TOP}</text>')
    return shown


def _arrow(mark: Mark, kind: str, x: float, y: float, words: Words) -> str:
    tip, foot = (y - 5, y + 4) if kind == "opportunity" else (y + 5, y - 4)
    told = escape(f"{words.day(mark.at)} {mark.title}")
    return f'<path class="{kind}" d="M{x} {tip}L{x + 5} {foot}H{x - 5}Z"><title>{told}</title></path>'
