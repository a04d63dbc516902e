"""The drawing of type x source: darker where more came true, the number in the cell; rows and columns are named."""

from collections import Counter
from collections.abc import Callable

from oncu.scoring.sources.pairs import BETWEEN

from .figures import Label, Number, Row, Table
from .strokes import RIGHT, WIDTH, text

NAMES, HEAD, CELL = 172, 150, 30  # widths and heights: of the types' names, of the sources' names, of a cell
LONGEST, LONGEST_HEAD = 20, 16  # letters of a name; the table has it whole
DARKEST = 0.7  # the ink must stay readable on it

Name = Callable[[Row], str]


def draw_heat(table: Table, name: Name) -> list[str]:
    """The parts of the drawing, the last row ending at `heat_height(table)`."""
    types, sources = _axes(table)
    wide = (WIDTH - NAMES - RIGHT) / len(sources)
    most = max((one.value or 0.0 for row in table.rows if (one := row.number("pair_precision"))), default=0.0) or 1.0
    parts = [_column(name, source, NAMES + (n + 0.5) * wide) for n, source in enumerate(sources)]
    parts += [text(0, HEAD + n * CELL + 20, _named(name, "type", kind), small=True) for n, kind in enumerate(types)]
    for row in table.rows:
        kind, source = row.label.key.split(BETWEEN, 1)
        number = row.number("pair_precision")
        if number is not None:
            x, y = NAMES + sources.index(source) * wide, HEAD + types.index(kind) * CELL
            parts += _cell(number, (x, y, wide), most)
    return parts


def heat_height(table: Table) -> int:
    """How tall the drawing is."""
    return HEAD + CELL * len(_axes(table)[0]) + 4


def _axes(table: Table) -> tuple[list[str], list[str]]:
    """Types in the order of the rows; sources by how many types they tell of, then by name."""
    pairs = [row.label.key.split(BETWEEN, 1) for row in table.rows]
    tells = Counter(source for _, source in pairs)
    return list(dict.fromkeys(kind for kind, _ in pairs)), sorted(tells, key=lambda one: (-tells[one], one))


def _cell(number: Number, place: tuple[float, float, float], most: float) -> list[str]:
    x, y, wide = place
    known = number.value is not None and not number.is_early
    shade = DARKEST * (number.value or 0.0) / most if known else 0.0
    said = f"{100 * (number.value or 0.0):.0f}" if known else "·"
    box = f'x="{x + 1:.1f}" y="{y + 1}" width="{wide - 2:.1f}" height="{CELL - 2}" rx="3"'
    return [
        f'<rect class="faint" {box}/><rect class="heat" {box} fill-opacity="{shade:.2f}"/>',
        text(x + wide / 2, y + 20, said, "middle"),
    ]


def _column(name: Name, source: str, x: float) -> str:
    """A source's name, upwards over its column."""
    said = text(0, 0, _named(name, "source", source, LONGEST_HEAD), small=True)
    return f'<g transform="translate({x + 5:.1f},{HEAD - 8}) rotate(-90)">{said}</g>'


def _named(name: Name, kind: str, key: str, longest: int = LONGEST) -> str:
    said = name(Row(Label(kind, key), ()))
    return said if len(said) <= longest else said[: longest - 1].rstrip() + "…"
