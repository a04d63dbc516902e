"""Bids on tenders: who wins, why the others lost, and what the winner had in hand; the earlier tenders teach."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from oncu.classifiers.text import fold_key
from oncu.config.backtest_offers import TendersBacktest
from oncu.config.problems import Problem
from oncu.scoring.estimates.intervals import median_rate
from oncu.scoring.estimates.shares import share_of
from oncu.scoring.judge.asof import encode
from oncu.scoring.judge.tables import BoolArray, FloatArray, IntArray
from oncu.scoring.offers.headroom import draw_headroom, learn_spread
from oncu.scoring.offers.tender_model import (
    WidthTried,
    equal_chances,
    learnt_chances,
    plain_chances,
    rejection_chances,
    try_widths,
)
from oncu.scoring.offers.tenders import Bids, winners_gaps
from oncu.scoring.ranks.log_loss import gain_in_log_loss, log_loss
from oncu.scoring.ranks.ranking import auroc

from .archive import Archive, read_archive
from .result import Block, Cell, Progress, Result

CHANCES = ("model", "auc", "log_loss", "gain_in_loss")
SETS = ("set", "tenders", "bids", "won_share", "cheapest_wins")
WHY_LOST = ("why", "lost", "dearer", "not_dearer")
REJECTED = ("rejected", "expected", "auc")
GAPS = ("gap", "tenders", "quarter", "median", "three_quarters")
WIDTHS = ("columns", "pull", "loss_forward", "chosen")
SHORT = {"limited": "ltd", "company": "co"}
SEED = 1
QUARTERS = (0.25, 0.5, 0.75)


def judge_tenders(spec: TendersBacktest, folder: Path, progress: Progress) -> Result:
    """Run it. Raises Problem for data that is not there or cannot be read, or a cut with tenders on one side only."""
    bids = _read_bids(spec, read_archive(spec.bids, folder))
    teaches = bids.order < spec.judged_from
    if teaches.all() or not teaches.any():
        ends = f"{bids.order.min():g} to {bids.order.max():g}"
        raise Problem(f"{spec.name}.yml: judged_from: tenders run from {ends}; write a number between")
    progress("choose", 0, 2)
    tried = try_widths(bids.where(teaches))
    progress("judge", 1, 2)
    return Result(
        name=spec.name,
        kind=spec.kind,
        title=spec.title,
        side=spec.side,
        as_of=None,
        horizon_days=None,
        split=f"{bids.order[teaches][0]:.0f} – {bids.order[teaches][-1]:.0f} → {bids.order[-1]:.0f}",
        blocks=(
            Block("chances", CHANCES, tuple(_chances(bids, teaches, tried[0]))),
            Block("bid_sets", SETS, (_set("taught", bids, teaches), _set("judged", bids, ~teaches))),
            Block("why_lost", WHY_LOST, tuple(_why_lost(bids, ~teaches))),
            Block("rejected", REJECTED, (_rejected(bids, teaches),)),
            Block("gaps", GAPS, tuple(_gaps(bids, teaches))),
            Block("widths", WIDTHS, tuple((*_cells(one), one is tried[0]) for one in tried)),
        ),
        caveats=tuple(spec.caveats),
        labels=spec.labels,
    )


def _read_bids(spec: TendersBacktest, found: Archive) -> Bids:
    """The bids in order; tenders without exactly one winner cannot be judged and are refused."""
    order, price = np.array(found.numbers("order")), np.array(found.numbers("price"))
    if np.isnan(order).any() or not (price > 0).all():
        raise Problem(f"{spec.bids.files[0]}: a bid has no order or no price over 0; leave such rows out with keep")
    rank = np.argsort(order, kind="stable")
    tender = np.unique(order[rank], return_inverse=True)[1]
    won = _says(found["result"], spec.won)[rank]
    wins = np.bincount(tender, weights=won)
    if (wins != 1).any():
        wrong = order[rank][tender == int(np.argmax(wins != 1))][0]
        raise Problem(f"{spec.bids.files[0]}: tender {wrong:g} has not exactly one winner; leave it out with keep")
    return Bids(
        order=order[rank],
        tender=tender,
        log_price=np.log(price)[rank],
        won=won,
        rejected=_says(found["status"], spec.rejected)[rank],
        firm=_numbered(map(firm_key, found["bidder"]))[rank],
        project=_numbered(found["project"])[rank],
        country=_numbered(found["country"])[rank],
    )


def firm_key(name: str) -> str:
    """A bidder's name as it is told again: "Örnek Company Limited" and "ÖRNEK CO. LTD" are one."""
    return "".join(SHORT.get(word, word) for word in fold_key(name).split())


def _numbered(names: Iterator[str] | Sequence[str]) -> IntArray:
    ([numbers], _) = encode(list(names))
    return numbers


def _says(cells: Sequence[str], pattern: str) -> BoolArray:
    return np.array([bool(re.search(pattern, cell)) for cell in cells], dtype=bool)


def _chances(bids: Bids, teaches: BoolArray, chosen: WidthTried) -> Iterator[tuple[Cell, ...]]:
    """The model, then what it is to beat; gains are the model's over each, tenders moving together."""
    judged = bids.where(~teaches)
    ours = learnt_chances(bids, teaches, chosen.columns, chosen.pull)
    yield "choice", auroc(ours, judged.won), log_loss(ours, judged.won, judged.tender), None
    for name, chance in (("plain_logit", plain_chances(bids, teaches)), ("equal", equal_chances(judged))):
        gain = gain_in_log_loss(ours, chance, judged.won, judged.tender)
        yield name, auroc(chance, judged.won), log_loss(chance, judged.won, judged.tender), gain


def _set(name: str, bids: Bids, part: BoolArray) -> tuple[Cell, ...]:
    own = bids.where(part)
    won, cheapest = int(own.won.sum()), int((own.won & own.is_cheapest).sum())
    return name, won, len(own), share_of(won, len(own)), share_of(cheapest, won)


def _why_lost(bids: Bids, judged: BoolArray) -> Iterator[tuple[Cell, ...]]:
    """The true reason of lost bids, and how many of each were dearer than the winner: all that a price can tell."""
    dearer, lost = bids.from_winner > 0, judged & ~bids.won
    true = {
        "price_higher": ~bids.rejected & dearer,
        "rejected": bids.rejected,
        "price_lower": ~bids.rejected & ~dearer,
    }
    for name, rows in true.items():
        said = rows & lost
        yield name, int(said.sum()), int((said & dearer).sum()), int((said & ~dearer).sum())


def _rejected(bids: Bids, teaches: BoolArray) -> tuple[Cell, ...]:
    judged, chance = rejection_chances(bids, teaches)
    return int(bids.rejected[judged].sum()), round(float(chance.sum())), auroc(chance, bids.rejected[judged])


def _gaps(bids: Bids, teaches: BoolArray) -> Iterator[tuple[Cell, ...]]:
    """The winner's gap to the next valid bid, per cent of its price: as it was, and learnt from lost bids alone."""
    gaps = winners_gaps(bids.where(~teaches))
    valid = ~bids.rejected
    bidders = np.bincount(bids.tender, weights=valid)[bids.tender].astype(np.float64)
    lost = teaches & valid & ~bids.won & (bids.from_winner > 0)
    yield "true", len(gaps), *_quartiles(gaps[:, 0], with_interval=True)
    if not len(gaps) or not lost.any():
        return
    spread = learn_spread(bids.from_winner[lost], bidders[lost])
    foretold = draw_headroom(spread, gaps[:, 1], np.random.default_rng(SEED))
    yield "from_lost_bids", len(gaps), *_quartiles(foretold, with_interval=False)


def _quartiles(gaps: FloatArray, *, with_interval: bool) -> tuple[Cell, ...]:
    if not len(gaps):
        return None, None, None
    percent = 100 * np.expm1(gaps)
    low, middle, high = (float(np.quantile(percent, share)) for share in QUARTERS)
    return low, median_rate(percent) if with_interval else middle, high


def _cells(tried: WidthTried) -> tuple[Cell, ...]:
    return tried.columns, tried.pull, tried.loss
