"""Banks with known truth: what was put in must come out."""

from datetime import date

import numpy as np
import pytest

from oncu.scoring.estimates.shrinkage import fit_beta_prior
from oncu.scoring.judge.evaluate import evaluate
from oncu.scoring.judge.leadtime import lead_time
from oncu.scoring.judge.tables import Exposure, Outcomes, Signals
from oncu.scoring.ranks.discrimination import auc_at

DAYS, HORIZON, MERGE = 720, 90, 30
BASE, SIGNALLED, LEAVING = 0.0010, 0.0060, 0.0015  # hazards a day: sale without and with a signal, competing end
START = np.datetime64("2023-01-01", "us")


def _bank(seed: int, clients: int = 6000, lift: bool = True) -> tuple[Signals, Outcomes, Exposure]:
    """Half of the clients get one signal at a random day; while its episode is open sales come faster (if `lift`)."""
    r = np.random.default_rng(seed)
    signal = np.where(r.random(clients) < 0.5, r.integers(1, DAYS, clients), 10_000)
    sale = r.geometric(BASE, clients)
    faster = signal + r.geometric(SIGNALLED if lift else BASE, clients)
    later = signal + MERGE + r.geometric(BASE, clients)
    sale = np.where(sale > signal, np.where(faster <= signal + MERGE, faster, later), sale)
    leave = r.geometric(LEAVING, clients)
    end, leaves = np.minimum(sale, leave), leave < sale
    names = [f"c{n:05d}" for n in range(clients)]
    at_risk, ended = np.flatnonzero(signal < DAYS), np.flatnonzero(end <= DAYS)
    pick = [names[n] for n in at_risk]
    texts = [[text] * len(pick) for text in ("opportunity", "tender", "gazete", "")]
    return (
        Signals(pick, pick, *texts[:3], START + _days(signal[at_risk]), np.full(len(pick), np.nan), texts[3]),
        Outcomes(
            [names[n] for n in ended], ["k"] * len(ended), *[START + _days(end[ended])] * 2, leaves[ended]
        ),
        Exposure(
            names, np.full(clients, START), np.full(clients, np.datetime64("NaT", "us")), *[[""] * clients] * 3
        ),
    )  # fmt: skip


def _days(count: np.ndarray) -> np.ndarray:
    return count.astype("timedelta64[D]").astype("timedelta64[us]")


def _truth(faster: float = BASE) -> float:
    """Incidence of the sale by the horizon with hazard `faster` while open, BASE after; on a tie the sale counts."""
    hazard = np.where(np.arange(HORIZON) < MERGE, faster, BASE)
    still = np.concatenate([[1.0], np.cumprod((1 - hazard) * (1 - LEAVING))[:-1]])
    return float(np.sum(still * hazard))


def _judge(seed: int, lift: bool = True) -> dict:
    return evaluate(
        *_bank(seed, lift=lift),
        side="opportunity",
        as_of=date(2024, 12, 20),
        horizon_days=HORIZON,
        merge_days=MERGE,
    )


@pytest.fixture(scope="module")
def reports() -> list[dict]:
    return [_judge(seed) for seed in range(12)]


@pytest.mark.parametrize(("key", "truth"), [("conversion", _truth(SIGNALLED)), ("base_rate", _truth())])
def test_incidence_is_recovered_on_average(reports, key: str, truth: float) -> None:
    assert np.mean([report[key]["value"] for report in reports]) == pytest.approx(truth, rel=0.05)


@pytest.mark.parametrize(
    ("key", "truth"),
    [("conversion", _truth(SIGNALLED)), ("base_rate", _truth()), ("lift", _truth(SIGNALLED) / _truth())],
)
def test_intervals_cover_the_truth(reports, key: str, truth: float) -> None:
    assert sum(report[key]["low"] <= truth <= report[key]["high"] for report in reports) >= 10


def test_naive_share_falls_short_of_conversion_while_episodes_are_open(reports) -> None:
    assert all(report["naive_share"] < report["conversion"]["value"] for report in reports)


def test_signals_that_mean_nothing_have_no_lift() -> None:
    lifts = [_judge(seed, lift=False)["lift"] for seed in range(20, 26)]
    assert sum(lift["low"] <= 1 <= lift["high"] for lift in lifts) >= 5


def test_lead_time_median_is_not_shortened_by_open_episodes() -> None:
    """Sales after 1 to 200 days evenly, watched for 1 to 300: the seen ones alone have a shorter median."""
    r = np.random.default_rng(3)
    sale, watched = r.integers(1, 201, 4000), r.integers(1, 301, 4000)
    days, cause = np.minimum(sale, watched), (sale <= watched).astype(np.int64)
    found = lead_time(days, cause, np.arange(4000))
    assert found.low <= 100 <= found.high and np.median(days[cause == 1]) < 90


def test_auc_is_not_moved_by_censoring() -> None:
    r = np.random.default_rng(4)
    score = r.random(20_000)
    sale, watched = r.geometric(0.002 + 0.01 * score), r.integers(1, 150, 20_000)
    client, horizon = np.arange(20_000), 60
    whole = auc_at(score, np.minimum(sale, 60), (sale <= 60).astype(np.int64), client, horizon)
    cut = auc_at(score, np.minimum(sale, watched), (sale <= watched).astype(np.int64), client, horizon)
    assert cut.value == pytest.approx(whole.value, abs=0.015) and cut.low < whole.value < cut.high


def test_spread_of_sources_is_learnt() -> None:
    r = np.random.default_rng(5)
    trials = r.integers(5, 60, 600)
    prior = fit_beta_prior(r.binomial(trials, r.beta(2, 18, 600)).astype(float), trials.astype(float))
    assert prior.a / (prior.a + prior.b) == pytest.approx(0.1, abs=0.01)
    assert prior.a + prior.b == pytest.approx(20, rel=0.35)
