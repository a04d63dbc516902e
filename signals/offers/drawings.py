"""The drawings of the offers report as inline SVG; every number drawn stands in the table beside it."""

from collections.abc import Callable

from ..score.charts import Brush, draw_rows
from ..score.figures import Label, Number, Row, Table
from ..score.strokes import LEFT, RIGHT, TOP, WIDTH, grid, path, svg, text, up

DRAWN = {"reasons": "reason_share", "lost_to": "winner_share", "classes": "class_share", "thirds": "won_share"}
MOST_FANS = 10


def draw(table: Table, brush: Brush) -> str:
    """The chart of a table as SVG; nothing where there is too little to draw."""
    drawing = CHARTS.get(table.chart or "")
    return drawing(table, brush) if drawing and table.rows else ""


def draw_shares(table: Table, brush: Brush) -> str:
    """A bar a row with its interval; rows that are too early are left to the table."""
    return draw_rows(table, DRAWN.get(table.key, "win_rate"), brush)


def draw_fan(table: Table, brush: Brush) -> str:
    """A line a group: the middle 80 % of the rivals' prices, their mean and its interval, on one price axis."""
    fans = [(row, *found) for row in table.rows if (found := _ends(row))][:MOST_FANS]
    if not fans:
        return ""
    least, most = min(one[1] for one in fans), max(one[3] for one in fans)
    span = (most - least) or 1.0
    parts, height = [], 12 + 42 * len(fans)

    def x(price: float) -> float:
        return RIGHT + (WIDTH - 2 * RIGHT) * (min(max(price, least), most) - least) / span

    for place, (row, low, mean, high) in enumerate(fans):
        y = 18 + 42 * place
        parts += [text(RIGHT, y, brush.name(row)), text(WIDTH - RIGHT, y, brush.show(mean), "end")]
        parts.append(
            f'<rect class="faint" x="{x(low):.1f}" y="{y + 7}" width="{x(high) - x(low):.1f}" height="12" rx="3"/>'
        )
        ends = (mean.low, mean.high)
        if ends[0] is not None and ends[1] is not None:
            at = f'x1="{x(ends[0]):.1f}" x2="{x(ends[1]):.1f}"'
            parts.append(f'<line class="whisker" {at} y1="{y + 13}" y2="{y + 13}"/>')
        parts.append(f'<circle class="dot" cx="{x(mean.value or 0.0):.1f}" cy="{y + 13}" r="5"/>')
    return svg(height, parts)


def draw_response(table: Table, brush: Brush) -> str:
    """The share won by how far all prices are moved, with its band; today's prices dashed."""
    found = [(float(row.label.key), one) for row in table.rows if (one := row.number("chance")) and one.value]
    if len(found) < 2:
        return ""
    height, floor = 260, 260 - 46
    first, last, y = found[0][0], found[-1][0], up(1.0, floor)

    def x(shift: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (shift - first) / (last - first)

    band = [(x(shift), y(one.high or 0.0)) for shift, one in found]
    band += [(x(shift), y(one.low or 0.0)) for shift, one in reversed(found)]
    parts = [grid(1.0, floor), f'<polygon class="band" points="{path(band)}"/>']
    parts.append(f'<polyline class="line" points="{path([(x(s), y(n.value or 0.0)) for s, n in found])}"/>')
    if first <= 0 <= last:
        parts.append(f'<line class="base" x1="{x(0):.1f}" x2="{x(0):.1f}" y1="{TOP}" y2="{floor}"/>')
    parts += [
        text(x(shift), floor + 17, f"{shift:+g}".replace("-", "−"), "middle", small=True) for shift in (first, last)
    ]
    parts.append(text(WIDTH / 2, height - 6, brush.name(Row(Label("axis", "shift"), ())), "middle", small=True))
    return svg(height, parts)


CHARTS: dict[str, Callable[[Table, Brush], str]] = {"shares": draw_shares, "fan": draw_fan, "response": draw_response}


def _ends(row: Row) -> tuple[float, Number, float] | None:
    """Tenth, mean and ninetieth of a row; None where one of them is missing or too early."""
    low, mean, high = (row.number(metric) for metric in ("tenth", "rival_mean", "ninetieth"))
    if low is None or mean is None or high is None or mean.is_early:
        return None
    if low.value is None or mean.value is None or high.value is None:
        return None
    return low.value, mean, high.value
