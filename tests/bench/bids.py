"""Backtest P: who wins a tender, why bids were lost, and what the winner had in hand (World Bank contract awards).

No dates, no reasons for rejection and no engineer's estimate are given: order is that of the procedure numbers, prices
are compared within a tender, and of the judged tenders nothing but the bids is used: bidders' histories end at the cut.
Whether a bidder is at home is not used: its country is known for 4 of the 2,711 training bids, nothing can be learnt.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from measure import SHARED
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from oncu.scoring.offers.choice import choice_chances, fit_choice
from oncu.scoring.offers.headroom import draw_headroom, learn_spread

FILE = SHARED / "data/en/worldbank_bids/tenders_train.csv"
CUT = 16997
FOLDS = (0.4, 0.55, 0.7, 0.85, 1.0)  # shares of the training tenders at which forward validation cuts
PULLS = (5.0, 20.0, 50.0)
PLAIN, HISTORY, CROSSED = 7, 12, 19  # the first so many columns: the bid, its bidder's history, their crossings
Floats = NDArray[np.float64]
Row = Mapping[str, str]


@dataclass(frozen=True)
class Bids:
    """One bid a row, in order of procedure; `tender` numbers the tenders from 0."""

    rows: Sequence[Row]
    proc: Floats
    tender: NDArray[np.int64]
    log_price: Floats
    won: NDArray[np.bool_]
    rejected: NDArray[np.bool_]

    def where(self, chosen: NDArray[np.bool_]) -> "Bids":
        rows = [row for row, keep in zip(self.rows, chosen, strict=True) if keep]
        tender = np.unique(self.tender[chosen], return_inverse=True)[1]
        columns = (self.log_price, self.won, self.rejected)
        return Bids(rows, self.proc[chosen], tender, *(column[chosen] for column in columns))


def bench_bids(folder: Path) -> None:
    """Backtest P: log-loss and AUC of the winner, why bids were lost, headroom without the rivals' prices."""
    bids = read_bids()
    early = bids.proc < CUT
    print(
        f"  {len(early)} bids, {early.sum()} to learn from, {(~early).sum()} judged, "
        f"of which won {bids.won[~early].mean():.3f}"
    )
    _show("1/n", bids.won[~early], 1 / _sizes(bids)[~early])
    _show("logit: price against the others, n", bids.won[~early], plain_logit(bids, early))
    width, pull = choose(bids.where(early))
    print(f"  chosen by forward validation inside the training part: {width} columns, pull {pull:g}")
    _show("conditional logit", bids.won[~early], judge(bids, early, width, pull))
    lowest = bids.where(~early)
    print(f"  the cheapest bid wins {np.mean(lowest.won[_rank(lowest) == 0]):.3f}")
    show_reasons(bids, early)
    show_headroom(bids, early)


def read_bids() -> Bids:
    with FILE.open(encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: float(row["proc"]))
    proc = np.array([float(row["proc"]) for row in rows])
    return Bids(
        rows,
        proc,
        np.unique(proc, return_inverse=True)[1],
        np.log([float(row["p"]) for row in rows]),
        np.array([row["won"] == "1" for row in rows]),
        np.array([row["status"] == "Rejected" for row in rows]),
    )


def plain_logit(bids: Bids, early: NDArray[np.bool_]) -> Floats:
    """A plain baseline: own price against the others, number of bids."""
    design = np.array([[float(row["rel_others"]), np.log(float(row["n"]))] for row in bids.rows])
    design[:, 0] = np.clip(design[:, 0], -1, 1)  # some prices are in another currency
    model = LogisticRegression(C=1e6, max_iter=2_000).fit(design[early], bids.won[early])
    return np.asarray(model.predict_proba(design[~early])[:, 1])


def judge(bids: Bids, early: NDArray[np.bool_], width: int, pull: float) -> Floats:
    """Chances of the bids that are not early, learnt from those that are."""
    design = features(bids, early)[:, :width]
    design = (design - design[early].mean(axis=0)) / (design[early].std(axis=0) + 1e-9)
    train, test = bids.where(early), bids.where(~early)
    found = fit_choice(design[early], train.won, train.tender, pull)
    return choice_chances(design[~early], found, test.tender)


def choose(bids: Bids) -> tuple[int, float]:
    """Columns and pull with the least log-loss, forward in the training part only."""
    cuts = np.quantile(np.unique(bids.proc), FOLDS)
    cuts[-1] += 1
    losses = {}
    for width in (PLAIN, HISTORY, CROSSED):
        for pull in PULLS:
            losses[width, pull] = _forward(bids, cuts, width, pull)
            print(f"    {width:>2} columns, pull {pull:>2g}: log-loss {losses[width, pull]:.4f}")
    return min(losses, key=lambda one: losses[one])


def features(bids: Bids, known: NDArray[np.bool_]) -> Floats:
    """Columns of each bid; histories hold earlier bids only, and of those only the `known` ones."""
    past, columns = defaultdict(lambda: [0, 0, 0]), []
    for tender in range(int(bids.tender.max()) + 1):
        rows = np.flatnonzero(bids.tender == tender)
        columns += [_columns(bids, rows, place, past) for place in range(len(rows))]
        if known[rows[0]]:
            _remember(bids, rows, past)
    return np.array(columns)


def _columns(bids: Bids, rows: NDArray[np.int64], place: int, past: Mapping[object, list[int]]) -> list[float]:
    prices, row = bids.log_price[rows], bids.rows[rows[place]]
    own, others = prices[place], np.delete(prices, place)
    rank, ordered, size = float(np.sum(prices < own)), np.sort(prices), np.log(len(rows))
    gap, middle = own - others.min(), own - float(np.median(prices))
    first = float(rank == 0)
    firm, project, country = _keys(row)
    bid, won, rejected = past[firm]
    bid_here, won_here, _ = past[project]
    tenders, cheapest, _ = past[country]
    common = (cheapest + 3.25) / (tenders + 5)
    plain = [first, float(rank == 1), float(rank == 2), np.clip(gap, -0.5, 0.5), np.clip(gap, -3, 3)]
    plain += [np.clip(middle, -0.7, 0.7), float(middle < -0.7)]
    history = [np.log((won + 0.54) / (bid + 3)), np.log((rejected + 0.66) / (bid + 3))]
    history += [np.log((won_here + 0.36) / (bid_here + 2)), np.log1p(bid_here), np.log1p(bid)]
    crossed = [first * np.log(common / (1.001 - common)), first * size]
    crossed += [first * min(ordered[1] - ordered[0], 0.5), np.clip(gap, 0, 1) * size]
    crossed += [min(float(np.abs(others - own).min()), 0.3), np.clip(middle, -3, -0.3) + 0.3]
    return [*plain, *history, *crossed, np.log1p(float(np.sum(np.abs(others - own) < 0.05)))]


def _remember(bids: Bids, rows: NDArray[np.int64], past: dict[object, list[int]]) -> None:
    for row in rows.tolist():
        for key in _keys(bids.rows[row])[:2]:
            past[key] = [n + more for n, more in zip(past[key], (1, bids.won[row], bids.rejected[row]), strict=True)]
    country = _keys(bids.rows[rows[0]])[2]
    cheapest = rows[np.argmin(bids.log_price[rows])]
    past[country] = [past[country][0] + 1, past[country][1] + int(bids.won[cheapest]), 0]


def _keys(row: Row) -> tuple[object, object, object]:
    """The firm (written the same way), the firm in this project, the country."""
    name = row["bidder.name"].lower().replace("limited", "ltd").replace("company", "co")
    firm = re.sub(r"[^a-z0-9]", "", name)
    return firm, (firm, row["project"]), ("country", row["contract.country"])


def show_reasons(bids: Bids, early: NDArray[np.bool_]) -> None:
    """Why judged bids were lost: what their price against the winner's says, beside the truth."""
    distance, lost = _distance(bids), ~bids.won
    dearer = distance > 0
    truth = {"rejected": bids.rejected, "price": ~bids.rejected & dearer, "cheaper, yet lost": ~bids.rejected & ~dearer}
    print("  why the judged bids were lost            true   beaten on price   not the price")
    for name, rows in truth.items():
        said = rows & lost & ~early
        print(f"    {name:<36} {said.sum():>6} {(said & dearer).sum():>14} {(said & ~dearer).sum():>15}")
    design = np.column_stack(
        [np.clip(distance, -2, 2), np.clip(distance, -0.3, 0.3), distance > 0, np.log(_sizes(bids))]
    )
    model = LogisticRegression(max_iter=1_000).fit(design[early & lost], bids.rejected[early & lost])
    said = model.predict_proba(design[~early & lost])[:, 1]
    auc = roc_auc_score(bids.rejected[~early & lost], said)
    print(
        f"    rejected, expected from price alone {said.sum():.0f} "
        f"(true {truth['rejected'][~early].sum()}), AUC {auc:.3f}"
    )


def show_headroom(bids: Bids, early: NDArray[np.bool_]) -> None:
    """Quartiles of the winner's gap to the next evaluated bid: learnt from lost bids, beside the truth."""
    valid = ~bids.rejected
    bidders = np.bincount(bids.tender, weights=valid)[bids.tender]
    distance = _distance(bids)
    lost = early & valid & ~bids.won & (distance > 0)
    spread = learn_spread(distance[lost], bidders[lost])
    gaps = np.array([[one, n] for one, n in _gaps(bids, ~early)])
    foretold = draw_headroom(spread, gaps[:, 1], np.random.default_rng(1))
    shares = (0.25, 0.5, 0.75)
    print(
        f"  winner's gap to the next, {len(gaps)} judged tenders, "
        f"learnt from {lost.sum()} lost bids of the training part"
    )
    for name, found in (("true", gaps[:, 0]), ("estimated without rivals' prices", foretold)):
        print(f"    {name:<34} " + " / ".join(f"{100 * np.expm1(np.quantile(found, share)):.1f} %" for share in shares))


def _gaps(bids: Bids, chosen: NDArray[np.bool_]) -> list[tuple[float, int]]:
    """Log gap between the winner and the next dearer valid bid, and the valid bids, of each tender that has one."""
    found = []
    for tender in np.unique(bids.tender[chosen]).tolist():
        rows = (bids.tender == tender) & ~bids.rejected
        above = bids.log_price[rows] - bids.log_price[rows & bids.won][0]
        if (above > 0).any():
            found.append((float(above[above > 0].min()), int(rows.sum())))
    return found


def _distance(bids: Bids) -> Floats:
    """log(own price / winner's price)."""
    winner = np.zeros(int(bids.tender.max()) + 1)
    winner[bids.tender[bids.won]] = bids.log_price[bids.won]
    return np.asarray(bids.log_price - winner[bids.tender])


def _forward(bids: Bids, cuts: Floats, width: int, pull: float) -> float:
    losses, n = 0.0, 0
    for begin, end in zip(cuts[:-1], cuts[1:], strict=True):
        part = bids.where(bids.proc < end)
        before = part.proc < begin
        chances = judge(part, before, width, pull)
        losses += log_loss(part.won[~before], chances, normalize=False)
        n += int((~before).sum())
    return losses / n


def _sizes(bids: Bids) -> Floats:
    return np.bincount(bids.tender)[bids.tender].astype(float)


def _rank(bids: Bids) -> NDArray[np.int64]:
    order = np.lexsort((bids.log_price, bids.tender))
    rank = np.empty(len(order), dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(np.bincount(bids.tender))[:-1]])
    rank[order] = np.arange(len(order)) - starts[bids.tender[order]]
    return rank


def _show(name: str, won: NDArray[np.bool_], chances: Floats) -> None:
    print(f"  {name:<42} log-loss {log_loss(won, chances):.4f}  AUC {roc_auc_score(won, chances):.3f}")


if __name__ == "__main__":
    bench_bids(Path())
