"""Drawings of a table as inline SVG: every number drawn stands in the table beside it. Colours come from the page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log10

from .figures import Label, Number, Row, Table
from .heat_map import draw_heat, heat_height
from .strokes import LEFT, RIGHT, TOP, WIDTH, across, ceiling, grid, path, svg, text, up

MOST_BARS = 12
DRAWN = {
    "league_source": "foresight_precision",
    "league_category": "foresight_precision",
    "league_type": "foresight_precision",
    "league_origin": "foresight_precision",
    "actionable": "actionable",
    "reading": "precision_at",
    "places": "precision_at",
    "funnel": "lead_share",
    "waterfall": "lost",
}

Name = Callable[[Row], str]
Show = Callable[[Number], str]


@dataclass(frozen=True)
class Brush:
    """What a drawing needs besides its table: how rows and numbers are written, and a few words."""

    name: Name
    show: Show
    days: str
    others: str
    own: str


def draw(table: Table, brush: Brush) -> str:
    """The chart of a table as SVG; nothing where there is too little to draw."""
    drawing = CHARTS.get(table.chart or "")
    return drawing(table, brush) if drawing and table.rows else ""


def draw_curve(table: Table, brush: Brush) -> str:
    """Cumulative incidence with its band, the comparable clients' dashed."""
    points = [(number.horizon or 0, number) for row in table.rows if (number := row.number("curve")) is not None]
    others = [(number.horizon or 0, number.value) for row in table.rows if (number := row.number("curve_base"))]
    last = max(points[-1][0], 1)
    top = ceiling(max(number.high or number.value or 0.0 for _, number in points))
    height, floor = 230, 230 - 44
    x, y = across(last), up(top, floor)
    band = [(x(day), y(one.high or 0.0)) for day, one in points]
    band += [(x(day), y(one.low or 0.0)) for day, one in reversed(points)]
    parts = [grid(top, floor), _days_axis(last, floor, brush)]
    parts.append(f'<polygon class="band" points="{path(band)}"/>')
    if known := [(x(day), y(value)) for day, value in others if value is not None]:
        parts.append(f'<polyline class="base" points="{path(known)}"/>')
    parts.append(f'<polyline class="line" points="{path([(x(d), y(n.value or 0.0)) for d, n in points])}"/>')
    parts.append(_legend(height - 4, brush, bool(known)))
    return svg(height, parts)


def draw_bars(table: Table, brush: Brush) -> str:
    """A bar a row with its interval; rows that are too early are left to the table."""
    return draw_rows(table, DRAWN.get(table.key, ""), brush)


def draw_rows(table: Table, metric: str, brush: Brush) -> str:
    """A bar a row for one metric, with its interval; rows that are too early are left to the table."""
    drawn = [(row, one) for row in table.rows if (one := row.number(metric)) and one.value is not None]
    return _bars([pair for pair in drawn if not pair[1].is_early][:MOST_BARS], brush)


def draw_coverage(table: Table, brush: Brush) -> str:
    """Share heard of in the last 90 days, a bar a group."""
    drawn = [(row, one) for row in table.rows if (one := row.number("heard_lately")) and one.value is not None]
    return _bars(drawn[:MOST_BARS], brush)


def draw_histogram(table: Table, brush: Brush) -> str:
    """How many ends were warned of how early; the missed ones stand apart."""
    counts = [(row, row.number("ends")) for row in table.rows]
    most = max((one.value or 0 for _, one in counts if one), default=0)
    if not most:
        return ""
    height, floor = 210, 210 - 46
    step = (WIDTH - 2 * RIGHT) / len(counts)
    parts = [f'<line class="axis" x1="{RIGHT}" x2="{WIDTH - RIGHT}" y1="{floor}" y2="{floor}"/>']
    for place, (row, one) in enumerate(counts):
        value = (one.value if one else 0) or 0
        tall = (floor - TOP - 14) * value / most
        at = RIGHT + place * step
        kind = "lost" if row.label.key == "missed" else "bar"
        parts.append(
            f'<rect class="{kind}" x="{at + 3:.1f}" y="{floor - tall:.1f}" width="{step - 6:.1f}" height="{tall:.1f}"/>'
        )
        parts.append(text(at + step / 2, floor - tall - 5, f"{value:.0f}", "middle"))
        for line, word in enumerate(brush.name(row).split(" ", 1)):
            parts.append(text(at + step / 2, floor + 16 + 15 * line, word, "middle", small=True))
    return svg(height, parts)


def draw_waterfall(table: Table, brush: Brush) -> str:
    """From all ends down to those read of in time: what is lost at each step."""
    lost = [(row, int(one.value or 0), one.n or 0) for row in table.rows if (one := row.number("lost"))]
    whole = max((n for _, _, n in lost), default=0)
    if not whole:
        return ""
    parts, left = [], whole
    scale = (WIDTH - 2 * RIGHT) / whole
    for place, (row, gone, _) in enumerate(lost):
        y = 14 + place * 42
        parts.append(text(RIGHT, y + 4, brush.name(row)))
        parts.append(f'<rect class="faint" x="{RIGHT}" y="{y + 11}" width="{left * scale:.1f}" height="14"/>')
        cut = RIGHT + (left - gone) * scale
        parts.append(f'<rect class="lost" x="{cut:.1f}" y="{y + 11}" width="{gone * scale:.1f}" height="14"/>')
        parts.append(text(WIDTH - RIGHT, y + 4, f"−{gone}" if gone else "0", "end"))
        left -= gone
    y = 14 + len(lost) * 42
    parts.append(text(RIGHT, y + 4, brush.own))
    parts.append(f'<rect class="bar" x="{RIGHT}" y="{y + 11}" width="{left * scale:.1f}" height="14"/>')
    parts.append(text(WIDTH - RIGHT, y + 4, f"{left}/{whole}", "end"))
    return svg(y + 34, parts)


def draw_reliability(table: Table, brush: Brush) -> str:
    """Said against happened: on the diagonal the probabilities mean what they say."""
    points = [(float(row.label.key), one) for row in table.rows if (one := row.number("happened"))]
    if not points:
        return ""
    height, floor = 280, 280 - 46
    x, y = across(1.0), up(1.0, floor)
    band = [(x(said), y(one.high or 0.0)) for said, one in points]
    band += [(x(said), y(one.low or 0.0)) for said, one in reversed(points)]
    parts = [grid(1.0, floor), f'<line class="base" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>']
    parts.append(f'<polygon class="band" points="{path(band)}"/>')
    parts.append(f'<polyline class="line" points="{path([(x(s), y(n.value or 0.0)) for s, n in points])}"/>')
    parts += [f'<circle class="dot" cx="{x(s):.1f}" cy="{y(n.value or 0.0):.1f}" r="2.5"/>' for s, n in points]
    parts += [text(x(share), floor + 17, f"{100 * share:.0f}", "middle", small=True) for share in (0.0, 0.5, 1.0)]
    parts.append(text(WIDTH / 2, height - 6, brush.name(Row(_axis_label(), ())), "middle", small=True))
    return svg(height, parts)


def draw_lifts(table: Table, brush: Brush) -> str:
    """Lifts with their intervals on a logarithmic scale; the line at 1 means that nothing was found.

    Those that are too early are left to the table.
    """
    known = [(row, one) for row in table.rows if (one := row.number("lift")) and one.value and one.high]
    rows = [pair for pair in known if not pair[1].is_early]
    if not rows:
        return ""
    ends = [end for _, one in rows for end in (one.low or one.value, one.high) if end]
    low, high = min(0.5, *ends), max(2.0, *ends)
    span = log10(high) - log10(low)

    def x(value: float) -> float:
        return RIGHT + (WIDTH - 2 * RIGHT) * (log10(max(value, low)) - log10(low)) / span

    height = 20 + 40 * len(rows)
    parts = [text(x(1), height - 2, "1", "middle", small=True)]
    for place, (row, one) in enumerate(rows):
        y, kind = 14 + 40 * place, "dot" if row.label.key == "real" else "plain"
        parts.append(text(RIGHT, y, brush.name(row)))
        parts.append(text(WIDTH - RIGHT, y, brush.show(one), "end"))
        parts.append(f'<line class="base" x1="{x(1):.1f}" x2="{x(1):.1f}" y1="{y + 5}" y2="{y + 22}"/>')
        ends_at = f'x1="{x(one.low or low):.1f}" x2="{x(one.high or high):.1f}"'
        parts.append(f'<line class="whisker" {ends_at} y1="{y + 13}" y2="{y + 13}"/>')
        parts.append(f'<circle class="{kind}" cx="{x(one.value or 1):.1f}" cy="{y + 13}" r="5"/>')
    return svg(height, parts)


def draw_heat_map(table: Table, brush: Brush) -> str:
    """Type x source, darker where more came true."""
    return svg(heat_height(table), draw_heat(table, brush.name))


CHARTS: dict[str, Callable[[Table, Brush], str]] = {
    "curve": draw_curve,
    "bars": draw_bars,
    "coverage": draw_coverage,
    "histogram": draw_histogram,
    "waterfall": draw_waterfall,
    "reliability": draw_reliability,
    "lifts": draw_lifts,
    "heat": draw_heat_map,
}


def _bars(drawn: Sequence[tuple[Row, Number]], brush: Brush) -> str:
    if not drawn:
        return ""
    top = ceiling(max(one.high or one.value or 0.0 for _, one in drawn))
    scale = (WIDTH - 2 * RIGHT) / top
    parts = []
    for place, (row, one) in enumerate(drawn):
        y, value = 16 + place * 44, one.value or 0.0
        parts.append(text(RIGHT, y, brush.name(row)))
        parts.append(text(WIDTH - RIGHT, y, brush.show(one), "end"))
        parts.append(f'<rect class="bar" x="{RIGHT}" y="{y + 8}" width="{value * scale:.1f}" height="12"/>')
        if one.low is not None and one.high is not None:
            ends = f'x1="{RIGHT + one.low * scale:.1f}" x2="{RIGHT + one.high * scale:.1f}"'
            parts.append(f'<line class="whisker" {ends} y1="{y + 14}" y2="{y + 14}"/>')
    return svg(12 + len(drawn) * 44, parts)


def _axis_label() -> Label:
    return Label("row", "said_axis")


def _days_axis(last: int, floor: float, brush: Brush) -> str:
    x = across(last)
    step = next((one for one in (10, 30, 60, 90, 180) if last / one <= 6), 365)
    ticks = [
        text(x(day), floor + 17, str(day), "middle", small=True)
        for day in range(0, last + 1, step)
        if x(day) < WIDTH - RIGHT - 40
    ]
    return "".join(ticks) + text(WIDTH - RIGHT, floor + 17, brush.days, "end", small=True)


def _legend(y: float, brush: Brush, compared: bool) -> str:
    parts = [
        f'<line class="line" x1="{LEFT}" x2="{LEFT + 22}" y1="{y - 4}" y2="{y - 4}"/>',
        text(LEFT + 28, y, brush.own, small=True),
    ]
    if compared:
        middle = WIDTH / 2 + 6
        parts.append(f'<line class="base" x1="{middle}" x2="{middle + 22}" y1="{y - 4}" y2="{y - 4}"/>')
        parts.append(text(middle + 28, y, brush.others, small=True))
    return "".join(parts)
