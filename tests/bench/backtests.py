"""The ready backtests on the real archives: the figures of docs/foresight.md against what they must not fall under."""

import time
from pathlib import Path
from typing import Any

from measure import SHARED

from oncu.config.backtest_specs import find_backtest, load_backtest, ready_backtests
from oncu.signals.backtest.run import run_backtest


def bench_backtests(folder: Path) -> None:
    """Every ready backtest: its headline and its seconds of computing."""
    for name in ready_backtests():
        _run(name)


def bench_bids(folder: Path) -> None:
    """Backtest P: who wins a tender, why bids were lost, what the winner had in hand."""
    _run("bids")


def bench_bank_offers(folder: Path) -> None:
    """Backtest O: which offers are accepted when the times change, and where the alarm rings."""
    _run("bank-offers")


def _run(name: str) -> None:
    start = time.process_time()
    report = run_backtest(load_backtest(find_backtest(name)), SHARED / "data").as_json()
    print(f"  {name}: {HEADLINES[name](report)} ({time.process_time() - start:.1f} s)")


def _banks(report: dict[str, Any]) -> str:
    rows = [row for row in report["types"] if row["link"] != "exact"]
    return "; ".join(f"{row['type']} {row['link']} {row['ended']}/{row['clients']}" for row in rows)


def _ranking(report: dict[str, Any]) -> str:
    ours, *others = report["rankings"]
    best = max((row for row in others if "leak" not in row["ranking"]), key=lambda row: row["auc"]["value"])
    top = f", precision at the top {ours['precision_at']['value']:.3f}" if "precision_at" in ours else ""
    return f"AUC {ours['auc']['value']:.3f} against {best['auc']['value']:.3f} ({best['ranking']}){top}"


def _surges(report: dict[str, Any]) -> str:
    found = sum(row["found"] for row in report["known_surges"])
    rates = ", ".join(f"{row['per_firm_year']['value']:.3f}" for row in report["alarms"])
    return f"{found} of {len(report['known_surges'])} known surges, false a firm-year {rates}"


def _leads(report: dict[str, Any]) -> str:
    return ", ".join(f"{row['trace']} {row['in_time']}/{row['firms']}" for row in report["leads"])


def _chances(report: dict[str, Any]) -> str:
    ours, *others = report.get("chances") or report["models"]
    beaten = ", ".join(f"{row['model']} {_losses(row)}" for row in others)
    return f"log-loss and AUC {_losses(ours)} against {beaten}"


def _losses(row: dict[str, Any]) -> str:
    return f"{row['log_loss']['value']:.4f} {row['auc']['value']:.3f}"


def _bids(report: dict[str, Any]) -> str:
    lost = ", ".join(f"{row['why']} {row['lost']}" for row in report["why_lost"])
    gaps = "; ".join(f"{row['gap']} {row['quarter']:.1f} to {row['three_quarters']:.1f} %" for row in report["gaps"])
    return f"{_chances(report)}; lost: {lost}; winner's gap, middle half: {gaps}"


def _offers(report: dict[str, Any]) -> str:
    rung = ", ".join(f"{row['learnt_parts']} -> {row['alarm_part']}" for row in report["monitor"])
    return f"{_chances(report)}; alarm by parts learnt: {rung}"


HEADLINES = {
    "bank-failures": _banks,
    "inspections": _ranking,
    "incentives": _ranking,
    "complaint-surges": _surges,
    "concordat": _leads,
    "bids": _bids,
    "bank-offers": _offers,
}


if __name__ == "__main__":
    bench_backtests(Path())
