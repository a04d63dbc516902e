"""The synthetic bank: the same to the byte by its seed, refused where it makes no sense, and true to its truth."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from oncu.scoring.judge.columns import read_exposure, read_outcomes, read_signals
from oncu.scoring.judge.tables import BadInput
from oncu.scoring.simulation.bank import Bank, simulate
from oncu.scoring.simulation.chances import course_of, expected, incidence_by, mean_curve
from oncu.scoring.simulation.wishes import Wishes
from oncu.scoring.simulation.write import write_bank

SMALL = Wishes(clients=400, offers=200)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return simulate(SMALL)


@pytest.fixture(scope="module")
def folder(bank: Bank, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("simulated") / "bank"
    write_bank(bank, made)
    return made


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    write_bank(simulate(SMALL), tmp_path / "again")
    files = sorted(path.name for path in folder.iterdir())
    assert files == sorted(path.name for path in (tmp_path / "again").iterdir())
    assert all((folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in files)


def test_another_seed_gives_another_bank(bank: Bank) -> None:
    assert simulate(replace(SMALL, seed=2)).signals.client_id != bank.signals.client_id


def test_written_files_are_what_the_judge_reads(bank: Bank, folder: Path) -> None:
    signals = read_signals(folder / "signals.csv")
    assert signals.signal_id == bank.signals.signal_id and (signals.known_at == bank.signals.known_at).all()
    assert len(read_outcomes(folder / "outcomes-risk.csv")) == len(bank.outcomes["risk"])
    assert read_exposure(folder / "exposure.csv").sector == bank.exposure.sector


def test_nothing_is_known_after_the_last_day(bank: Bank, folder: Path) -> None:
    last = np.datetime64(SMALL.as_of) + 1
    assert bank.signals.known_at.max() < last
    assert all(row["to"] < str(last) for row in _rows(folder / "exposure.csv"))
    assert all(found.occurred_at.max() < last for found in bank.outcomes.values())


def test_truth_names_every_source_and_both_sides(folder: Path) -> None:
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    assert len(truth["risk"]["sources"]) == len(truth["opportunity"]["sources"]) == SMALL.sources
    assert truth["wishes"]["seed"] == SMALL.seed and truth["as_of"] == "2025-12-30"


def test_every_risk_story_has_its_action_with_a_propensity_below_one(folder: Path) -> None:
    rows = _rows(folder / "actions.csv")
    signals = {row["signal_id"]: row for row in _rows(folder / "signals.csv")}
    assert rows and all(0 < float(row["propensity"]) < 1 for row in rows)
    assert all(signals[row["signal_id"]]["client_id"] == row["client_id"] for row in rows)
    assert all(row["kind"] == "none" for row in rows if row["arm"] == "holdout")


def test_offers_are_won_up_to_the_best_alternative(bank: Bank) -> None:
    offers = bank.bargains
    won, lost = (np.array([status == word for status in offers.status]) for word in ("won", "lost"))
    assert won.any() and (offers.price <= offers.rival)[won].all() and (offers.price > offers.rival)[lost].all()


def test_a_folder_with_something_in_it_is_left_alone(bank: Bank, folder: Path) -> None:
    with pytest.raises(BadInput, match="not empty"):
        write_bank(bank, folder)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"clients": 3}, "--clients: found 3; expected 50 to 2,000,000"),
        ({"signalled": 1.5}, "--signalled: found 1.5"),
        ({"half_life": 100.0, "days": 300}, "--days: found 300; expected at least 401"),
    ],
)
def test_numbers_that_make_no_bank_are_refused(wrong: dict[str, float], says: str) -> None:
    with pytest.raises(BadInput) as caught:
        simulate(replace(SMALL, **wrong))
    assert says in str(caught.value)


def test_true_chance_of_the_plainest_cases() -> None:
    course = course_of(10.0, 40)
    none, sure = np.zeros(1), np.ones(1)
    assert incidence_by(1, np.array([0.01]), 0.0, comes_true=none, course=course)[0] == pytest.approx(0.01)
    assert incidence_by(40, none, 0.0, comes_true=sure, course=course)[0] == pytest.approx(1.0)
    assert incidence_by(2, np.array([0.5]), 0.5, comes_true=none, course=course)[0] == pytest.approx(0.5 + 0.125)


def test_true_chance_is_what_happens_to_a_hundred_thousand() -> None:
    """The closed form against drawing each day: hazard .002, a quarter true by itself, leaving .001; 60 days."""
    r, n, course = np.random.default_rng(3), 100_000, course_of(15.0, 60)
    story = np.where(r.random(n) < 0.25, 1 + np.searchsorted(course.by_day[1:], r.random(n), side="right"), 10**6)
    end, left = np.minimum(story, r.geometric(0.002, n)), r.geometric(0.001, n)
    drawn = np.mean((end <= 60) & (end <= left))
    known = incidence_by(60, np.array([0.002]), 0.001, comes_true=np.array([0.25]), course=course)[0]
    assert known == pytest.approx(drawn, abs=0.005)


def test_chance_seen_later_leaves_out_what_has_already_happened() -> None:
    """c G(d) of the first d days are gone: chance(50) = chance(20) + still there after 20 x chance(30 | age 20)."""
    course, base, true = course_of(12.0, 48), np.array([0.001]), np.array([0.4])
    early, late = (incidence_by(h, base, 0.0, comes_true=true, course=course)[0] for h in (20, 50))
    rest = incidence_by(30, base, 0.0, comes_true=true, course=course, age=20)[0]
    assert late == pytest.approx(early + (1 - early) * rest)


def test_days_at_risk_stop_where_watching_does() -> None:
    course, base, none = course_of(10.0, 40), np.zeros(2), np.zeros(2)
    ends, days = expected(np.array([5, 30]), base, 0.0, comes_true=none, course=course, age=0)
    assert days.tolist() == [5, 30] and ends.tolist() == [0, 0]


def test_mean_curve_ends_at_the_mean_chance() -> None:
    course, base, true = course_of(10.0, 40), np.array([0.001, 0.01]), np.array([0.2, 0.6])
    curve = mean_curve(30, base, 0.001, comes_true=true, course=course, weight=np.array([1, 3]))
    one, other = incidence_by(30, base, 0.001, comes_true=true, course=course)
    assert curve[0] == 0 and curve[-1] == pytest.approx((one + 3 * other) / 4)
