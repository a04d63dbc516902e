"""Surges over many clients: what is more than chance, and what is not."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from oncu.classifiers.surge import (
    MONTHLY,
    Panel,
    adjust,
    find_slow_rises,
    find_surges,
    fit_dispersion,
    fit_model,
    fit_prior,
    fit_weekdays,
    tail,
)

MONDAY = date(2026, 1, 5)
RHYTHM = np.array([1.4, 1.2, 1.1, 1.1, 1.0, 0.7, 0.5])
DAYS, CLIENTS = 70, 4_000


def panel_of(counts: NDArray[np.int32], starts: NDArray[np.int32] | None = None, groups: object = None) -> Panel:
    clients = tuple(f"C{number}" for number in range(counts.shape[1]))
    zeros = np.zeros(len(clients), np.int32)
    return Panel(clients, MONDAY, counts, zeros if starts is None else starts, zeros if groups is None else groups)  # type: ignore[arg-type]


def quiet(seed: int = 3, *, days: int = DAYS, clients: int = CLIENTS, size: float = 3.0) -> NDArray[np.int32]:
    """Rates Gamma(.35, 2), negative binomial counts of this size, a weekly rhythm."""
    random = np.random.default_rng(seed)
    rates = random.gamma(0.35, 1 / 2, clients)
    factors = RHYTHM[np.arange(days) % 7, None] / RHYTHM.mean()
    return random.poisson(random.gamma(size, rates * factors / size)).astype(np.int32)


@pytest.fixture(scope="module")
def counts() -> NDArray[np.int32]:
    return quiet()


def test_a_surge_is_found_on_its_day(counts: NDArray[np.int32]) -> None:
    some = counts.copy()
    some[60, 7] += 30
    found = [(alarm.client_id, alarm.date) for alarm in find_surges(panel_of(some), since=MONDAY + timedelta(56))]
    assert ("C7", MONDAY + timedelta(60)) in found


def test_quiet_days_give_next_to_no_alarm(counts: NDArray[np.int32]) -> None:
    assert len(find_surges(panel_of(counts), since=MONDAY + timedelta(56))) <= 2


def test_what_is_usual_for_one_client_is_a_surge_for_another(counts: NDArray[np.int32]) -> None:
    some = counts.copy()
    some[:, 0], some[:, 1] = 12, 0
    some[60, 1] = 12
    found = {alarm.client_id for alarm in find_surges(panel_of(some), since=MONDAY + timedelta(56))}
    assert "C1" in found and "C0" not in found


def test_the_order_of_clients_does_not_matter(counts: NDArray[np.int32]) -> None:
    some = counts[:, :200].copy()
    some[60, 7] += 30
    turned = panel_of(some[:, ::-1])
    there = {alarm.p_value for alarm in find_surges(panel_of(some))}
    assert sorted(there) == pytest.approx(sorted(alarm.p_value for alarm in find_surges(turned)))


def test_a_day_knows_nothing_of_later_days(counts: NDArray[np.int32]) -> None:
    some = counts[:, :300].copy()
    some[60, 7] += 30
    until = find_surges(panel_of(some[:61]))
    later = [alarm for alarm in find_surges(panel_of(some)) if alarm.date <= MONDAY + timedelta(60)]
    assert until == later


def test_the_rates_of_all_clients_are_learnt(counts: NDArray[np.int32]) -> None:
    model = fit_model(panel_of(counts), 56)
    assert model.a == pytest.approx(0.35, rel=0.15) and model.b == pytest.approx(2, rel=0.2)


def test_dispersion_is_learnt_from_all_clients(counts: NDArray[np.int32]) -> None:
    model = fit_model(panel_of(counts), 56)
    assert model.kappa == pytest.approx(1 / 3, abs=0.1)


def test_floods_do_not_move_the_dispersion(counts: NDArray[np.int32]) -> None:
    some = counts.copy()
    some[np.arange(10, 50), np.arange(40)] += 200
    factors = RHYTHM[np.arange(56) % 7] / RHYTHM.mean()
    assert fit_dispersion(some[:56], factors)[0] == pytest.approx(fit_dispersion(counts[:56], factors)[0], abs=0.1)


def test_the_rhythm_of_the_week_is_learnt(counts: NDArray[np.int32]) -> None:
    assert fit_weekdays(counts[:56], 0) == pytest.approx(RHYTHM / RHYTHM.mean(), abs=0.06)


def test_a_flood_at_one_client_does_not_move_the_weekdays(counts: NDArray[np.int32]) -> None:
    some = counts.copy()
    some[6, 0] = 50_000
    assert fit_weekdays(some[:56], 0) == pytest.approx(fit_weekdays(counts[:56], 0), abs=0.01)


def test_what_rises_in_the_whole_sector_is_no_surge_of_one(counts: NDArray[np.int32]) -> None:
    some = counts[:, :400].copy()
    some[:, :60] = np.random.default_rng(1).poisson(4, (DAYS, 60))
    some[60, :60] = np.random.default_rng(2).poisson(14, 60)
    groups = (np.arange(400) >= 60).astype(np.int32)
    found = find_surges(panel_of(some, groups=groups), since=MONDAY + timedelta(56))
    assert len([alarm for alarm in found if alarm.date == MONDAY + timedelta(60)]) <= 3


def test_a_flood_at_one_client_does_not_hide_another(counts: NDArray[np.int32]) -> None:
    some = counts.copy()
    some[60, 7] += 30
    some[60, 8] += 100_000
    found = {alarm.client_id for alarm in find_surges(panel_of(some), since=MONDAY + timedelta(60))}
    assert {"C7", "C8"} <= found


def test_a_client_with_a_short_past_borrows_from_the_others(counts: NDArray[np.int32]) -> None:
    some, starts = counts.copy(), np.zeros(CLIENTS, np.int32)
    some[:58, 5], starts[5] = 0, 58
    some[60, 5] = 40
    found = {alarm.client_id for alarm in find_surges(panel_of(some, starts), since=MONDAY + timedelta(60))}
    assert "C5" in found


def test_one_client_alone_can_surge() -> None:
    some = np.ones((40, 1), np.int32)
    some[35] = 25
    assert [alarm.date for alarm in find_surges(panel_of(some))] == [MONDAY + timedelta(35)]


def test_without_any_complaint_there_is_no_alarm() -> None:
    assert find_surges(panel_of(np.zeros((30, 50), np.int32))) == []


def test_a_doubling_over_six_weeks_is_a_slow_rise() -> None:
    some = quiet(days=140, clients=2_000)
    random = np.random.default_rng(8)
    some[:98, 0], some[98:, 0] = random.poisson(2, 98), random.poisson(5, 42)
    slow = find_slow_rises(panel_of(some), since=MONDAY + timedelta(120))
    assert [alarm.client_id for alarm in slow][-1:] == ["C0"]
    assert slow[-1].days > 7


def test_months_have_no_weekdays() -> None:
    some = np.random.default_rng(4).poisson(100, (60, 30)).astype(np.int32)
    some[50, 3] = 400
    months = replace(panel_of(some), clock=MONTHLY)
    surest = min(find_surges(months), key=lambda alarm: alarm.p_value)
    assert (surest.client_id, surest.date) == ("C3", MONDAY + timedelta(50))


def test_the_tail_is_that_of_the_negative_binomial() -> None:
    """Mean 2, variance 4 is size 2, p .5: P(X ≥ 3) = 1 - (.25 + .25 + .1875)."""
    found = tail(np.array([0, 3]), np.array([2.0, 2.0]), np.array([4.0, 4.0]))
    assert found == pytest.approx([1, 0.3125])


def test_q_values_are_those_of_benjamini_and_hochberg() -> None:
    """Benjamini and Hochberg 1995, the fifteen p-values of their example."""
    given = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528]
    p_values = np.array([*given, 0.759, 1.0])
    assert adjust(p_values, 15)[:5] == pytest.approx([0.0015, 0.003, 0.0095, 0.035625, 0.0603])


def test_the_prior_of_rates_is_found_by_maximum_likelihood() -> None:
    random = np.random.default_rng(6)
    totals = random.poisson(random.gamma(0.5, 1 / 4, 20_000) * 50)
    a, b = fit_prior(totals, np.full(20_000, 50.0))
    assert (a, b) == (pytest.approx(0.5, rel=0.05), pytest.approx(4, rel=0.08))
