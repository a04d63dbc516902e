"""Run a backtest of whatever kind."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from oncu.config.backtest_specs import Backtest
from oncu.config.problems import Problem

from .cases import judge_cases
from .documents import replay_documents
from .history import replay_history
from .offers import judge_offers
from .result import Progress, Result
from .signals import replay_signals
from .surges import judge_surges
from .tenders import judge_tenders

RUNNERS: dict[str, Callable[[Any, Path, Progress], Result]] = {
    "signals": replay_signals,
    "history": replay_history,
    "cases": judge_cases,
    "surges": judge_surges,
    "documents": replay_documents,
    "tenders": judge_tenders,
    "offers": judge_offers,
}


def run_backtest(spec: Backtest, folder: Path, progress: Progress = lambda stage, done, total: None) -> Result:
    """Replay the spec's archive under `folder` and judge it; the same spec and data give the same result.

    Raises Problem where the data is not there or cannot be read.
    """
    if not folder.is_dir():
        raise Problem(f"{folder} is no folder; name the folder of the backtest's data with --data DIR")
    return RUNNERS[spec.kind](spec, folder, progress)
