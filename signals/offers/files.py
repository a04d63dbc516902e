"""An offers file as the judge reads it, in any format a bank's table comes in."""

from pathlib import Path

from oncu.scoring.offers.cells import cells_of_rows
from oncu.scoring.offers.columns import offers_of_cells, read_offers
from oncu.scoring.offers.tables import Fault, Offers

WORKBOOKS = (".xlsx", ".xlsm")


def read_offers_file(path: Path) -> tuple[Offers, list[Fault]]:
    """The good offers of a CSV, XLSX or JSON-lines file and the faults of the rest. Raises BadInput, TableError."""
    if path.suffix.casefold() not in WORKBOOKS:
        return read_offers(path)
    from ..imports.sources import read_file

    table = read_file(path)
    cells = cells_of_rows(table.name, table.header, table.lines, table.rows)
    cells.faults.extend(Fault(bad.line, bad.column, bad.reason) for bad in table.bad)
    return offers_of_cells(cells)
