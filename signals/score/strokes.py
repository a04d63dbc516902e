"""The strokes that drawings are made of: axes, words and paths on a page-wide sheet. Colours come from the page."""

from collections.abc import Callable, Sequence
from html import escape

WIDTH = 440
LEFT, RIGHT, TOP = 52, 12, 14


def svg(height: float, parts: Sequence[str]) -> str:
    """The parts as one drawing; it scales with the page and is hidden from screen readers, who have the table."""
    return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" aria-hidden="true" focusable="false">{"".join(parts)}</svg>'


def text(x: float, y: float, words: str, anchor: str = "start", *, small: bool = False) -> str:
    """Words at a point."""
    kind = ' class="small"' if small else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def path(points: Sequence[tuple[float, float]]) -> str:
    """Points as SVG lists them."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def across(last: float) -> Callable[[float], float]:
    """Where a value from 0 to `last` lies between the margins."""
    return lambda value: LEFT + (WIDTH - LEFT - RIGHT) * value / last


def up(top: float, floor: float) -> Callable[[float], float]:
    """The height of a value, 0 on the floor, `top` at the upper margin."""
    return lambda value: floor - (floor - TOP) * min(value, top) / top


def ceiling(value: float) -> float:
    """The round share at or over a value: .41 -> .5."""
    return next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8) if value <= step), 1.0)


def grid(top: float, floor: float) -> str:
    """Lines and per cent at 0, half and all of the height."""
    y = up(top, floor)
    found = []
    for share in (0.0, top / 2, top):
        found.append(f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(share):.1f}" y2="{y(share):.1f}"/>')
        found.append(text(LEFT - 6, y(share) + 5, f"{100 * share:g}", "end", small=True))
    return "".join(found)
