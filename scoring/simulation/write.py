"""The synthetic bank as files: CSV in the shapes `oncu evaluate`, `oncu price` and the imports read, and truth.json."""

import csv
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..judge.tables import BadInput, TimeArray
from .bank import Bank, client_id, moments
from .bargains import RIVAL, Bargains

Rows = Iterable[tuple[object, ...]]
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Written:
    """A file and its number of rows (0: not a table)."""

    name: str
    rows: int


def write_bank(bank: Bank, folder: Path, progress: Progress = lambda stage, done, total: None) -> list[Written]:
    """Write all files into `folder`, made if need be. Raises BadInput where it is not an empty folder."""
    check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tables = _tables(bank)
    found = []
    for number, (name, (header, rows)) in enumerate(tables.items()):
        progress(f"writing {name}", number, len(tables))
        found.append(Written(name, _write(folder / name, header, rows)))
    text = json.dumps(bank.truth, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
    return [*found, Written("truth.json", 0)]


def check_folder(folder: Path) -> None:
    """Raise BadInput where files would be mixed with others."""
    if folder.exists() and not folder.is_dir():
        raise BadInput(str(folder), "is a file", "name a folder that does not exist yet")
    if folder.is_dir() and any(folder.iterdir()):
        raise BadInput(str(folder), "is not empty", "name another folder, or empty it first")


def _tables(bank: Bank) -> dict[str, tuple[str, Rows]]:
    sides = {f"outcomes-{side}.csv": (_OUTCOMES, _outcome_rows(bank, side)) for side in bank.outcomes}
    return {
        "signals.csv": (_SIGNALS, _signal_rows(bank)),
        **sides,
        "exposure.csv": ("client_id,from,to,sector,size_band,region", _exposure_rows(bank)),
        "actions.csv": ("client_id,signal_id,kind,acted_at,arm,propensity", _action_rows(bank)),
        "offers.csv": (_OFFERS, _offer_rows(bank.bargains)),
        "costs.csv": ("source,cost", bank.costs.items()),
    }


_SIGNALS = "signal_id,client_id,side,type,source,known_at,probability,story_id,category,origin,manager,published_at"
_OUTCOMES = "client_id,kind,occurred_at,recorded_at,competing"
_OFFERS = (
    "offer_id,client_id,product,amount,tenor_months,offered_at,price,cost,status,decided_at,loss_reason,"
    "loss_reason_source,winner,rival_price,delta_randomised,manager,signal_led"
)


def _signal_rows(bank: Bank) -> Rows:
    s = bank.signals
    columns = (s.signal_id, s.client_id, s.side, s.type, s.source, _texts(s.known_at), s.probability.tolist())
    return zip(
        *columns, s.story_id, s.category or [], s.origin or [], s.manager or [], _texts(bank.published_at), strict=True
    )


def _outcome_rows(bank: Bank, side: str) -> Rows:
    found = bank.outcomes[side]
    competing = ["true" if rules_out else "false" for rules_out in found.competing.tolist()]
    return zip(found.client_id, found.kind, _days(found.occurred_at), _days(found.recorded_at), competing, strict=True)


def _exposure_rows(bank: Bank) -> Rows:
    e = bank.exposure
    return zip(e.client_id, _days(e.begin), _days(e.until), e.sector, e.size_band, e.region, strict=True)


def _action_rows(bank: Bank) -> Rows:
    a = bank.actions
    return zip(a.client_id, a.signal_id, a.kind, _texts(a.acted_at), a.arm, a.propensity.tolist(), strict=True)


def _offer_rows(b: Bargains) -> Rows:
    products = list(RIVAL)
    offered, decided = _days(moments(b.day)), _days(moments(b.decided))
    for n in range(len(b)):
        lost = b.status[n] == "lost"
        reason = ("price" if b.reason_known[n] else "unknown") if lost else ""
        yield (
            f"O{n:06d}", client_id(b.client[n]), products[b.product[n]], f"{b.amount[n]:.0f}", b.tenor[n], offered[n],
            f"{b.price[n]:.2f}", f"{b.cost[n]:.2f}", b.status[n], "" if b.status[n] == "open" else decided[n],
            reason, "client" if reason == "price" else "", f"Rakip {b.client[n] % 5}" if lost else "",
            f"{b.rival[n]:.2f}" if lost and b.rival_known[n] else "",
            "" if np.isnan(b.offset[n]) else f"{b.offset[n]:g}",
            f"M{b.manager[n]:02d}", "true" if b.signal_led[n] else "false",
        )  # fmt: skip


def _texts(times: TimeArray) -> list[str]:
    return [f"{text}Z" for text in np.datetime_as_string(times, unit="s").tolist()]


def _days(times: TimeArray) -> list[str]:
    return ["" if text == "NaT" else text for text in np.datetime_as_string(times, unit="D").tolist()]


def _write(path: Path, header: str, rows: Rows) -> int:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        count = 0
        for row in rows:
            writer.writerow(row)
            count += 1
    return count
