"""Numbers of the offers report in the shape a page shows: with interval and n, "too early" below five."""

from collections.abc import Iterable

from oncu.scoring.estimates.intervals import Rate, rate, wilson
from oncu.scoring.offers.tables import ENOUGH
from oncu.scoring.offers.winnable import LostDeals

from ..score.figures import Label, Number, Row, Table, Unit, of_rate, plain_number


def told(metric: str, unit: Unit, found: Rate | None) -> Number:
    """A rate as a number, marked as too early where it rests on fewer than five."""
    number = of_rate(metric, unit, found)
    return number.early(None) if found is not None and found.n < ENOUGH else number


def counted(metric: str, n: float | None) -> Number:
    """A count, which is never too early."""
    return plain_number(metric, "count", n)


def share_of(metric: str, hits: int, n: int) -> Number:
    """A share with Wilson's interval."""
    return told(metric, "share", rate(hits / n, *wilson(hits, n), n) if n else None)


def cut_needed(found: LostDeals) -> Number:
    """The median cut of those beaten on price; its n counts the ones whose rival's price and floor are known."""
    n = found.winnable + found.unwinnable
    number = Number("cut", "gap", found.median_cut_needed, n=n)
    return number.early(None) if n < ENOUGH else number


def single(key: str, numbers: Iterable[Number]) -> tuple[Table, ...]:
    """A table of one row with the numbers that are known; none where nothing is."""
    known = tuple(one for one in numbers if one.value is not None or one.is_early)
    return (Table(key, "", (Row(Label("row", key), known),)),) if known else ()


def table(key: str, rows: Iterable[Row], *, chart: str | None = None, shown: int = 25) -> tuple[Table, ...]:
    """A table of these rows; none where there are none."""
    rows = tuple(rows)
    return (Table(key, "", rows, chart=chart, shown=shown),) if rows else ()
