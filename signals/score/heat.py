"""Which source foretells what: type x source, the most sighted ones."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from oncu.scoring.sources.pairs import BETWEEN, Pair, judge_pairs, paired_names

from .case import Case, gather
from .figures import Label, Remark, Row, Table, of_rate, plain_number, unless_few
from .ledger import Ledger
from .standings import told_and_unbarred

MOST_TYPES, MOST_SOURCES = 12, 8  # what a page can show; the leagues have all


def heat_table(case: Case, ledger: Ledger) -> Table:
    """A row a type and source, the most sighted types and sources first; drawn as a map."""
    told = told_and_unbarred(case, ledger).signals
    paired = replace(told, source=paired_names(told))
    evidence = gather(paired, case.outcomes, case.exposure, case.side, case.terms, by="source", clients=case.clients)
    found = _most_sighted(judge_pairs(evidence, case.terms.horizon))
    rows = tuple(_row(one, case.terms.horizon) for one in found)
    return Table("heat", case.side, rows, () if rows else (Remark("score_no_signal"),), chart="heat", shown=len(rows))


def _most_sighted(pairs: Sequence[Pair]) -> list[Pair]:
    types, sources = Counter[str](), Counter[str]()
    for one in pairs:
        types[one.type] += one.sightings
        sources[one.source] += one.sightings
    kinds, outlets = _first(types, MOST_TYPES), _first(sources, MOST_SOURCES)
    kept = [one for one in pairs if one.type in kinds and one.source in outlets]
    return sorted(kept, key=lambda one: (kinds.index(one.type), outlets.index(one.source)))


def _first(counted: Counter[str], most: int) -> list[str]:
    return sorted(counted, key=lambda name: (-counted[name], name))[:most]


def _row(one: Pair, horizon: int) -> Row:
    numbers = (
        of_rate("pair_precision", "share", one.precision, horizon=horizon),
        plain_number("sightings", "count", one.sightings),
    )
    label = Label("pair", f"{one.type}{BETWEEN}{one.source}")
    return Row(label, unless_few(numbers, min(one.mature, one.precision.n)))
