"""What must hold for every bank."""

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from oncu.scoring.judge.columns import exposure_from_rows, outcomes_from_rows, signals_from_rows
from oncu.scoring.judge.conversion import conversion, incidence
from oncu.scoring.judge.evaluate import Report, evaluate

FIRST, AS_OF = date(2024, 1, 1), date(2024, 9, 30)
Row = dict[str, object]

moments = st.integers(0, 300 * 24).map(lambda hour: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hour))
clients = st.sampled_from("ABCDEF")
signal_rows = st.lists(
    st.fixed_dictionaries(
        {
            "client_id": clients,
            "side": st.sampled_from(("risk", "opportunity")),
            "type": st.sampled_from(("t", "u")),
            "source": st.sampled_from(("ajans", "radyo", "resmi")),
            "known_at": moments,
            "probability": st.none() | st.floats(0, 1),
            "story_id": st.sampled_from(("", "x", "y")),
        }
    ),
    max_size=25,
).map(lambda rows: [{**row, "signal_id": f"s{n}"} for n, row in enumerate(rows)])
outcome_rows = st.lists(
    st.fixed_dictionaries(
        {"client_id": clients, "kind": st.just("k"), "occurred_at": moments, "competing": st.booleans()}
    ),
    max_size=10,
).map(lambda rows: [{**row, "recorded_at": row["occurred_at"]} for row in rows])
exposure_rows = st.lists(
    st.fixed_dictionaries({"client_id": clients, "from": moments, "to": st.none(), "region": st.sampled_from("xy")}),
    max_size=8,
)
banks = st.tuples(signal_rows, outcome_rows, exposure_rows)
followed = st.lists(st.tuples(st.integers(1, 60), st.sampled_from((0, 1, 2)), st.integers(0, 9)), min_size=1)


def _judge(signals: list[Row], outcomes: list[Row], exposure: list[Row], as_of: date = AS_OF) -> Report:
    return evaluate(
        signals_from_rows(signals),
        outcomes_from_rows(outcomes),
        exposure_from_rows(exposure),
        side="risk",
        as_of=as_of,
        horizon_days=45,
    )


def _rates(report: object) -> list[dict]:
    """Every RATE of a report, wherever it stands."""
    if isinstance(report, dict):
        return [report] if report.keys() == {"value", "low", "high", "n"} else sum(map(_rates, report.values()), [])
    return sum(map(_rates, report), []) if isinstance(report, list) else []


@given(followed)
def test_both_incidences_and_the_survivors_sum_to_one(rows) -> None:
    days, cause, _ = np.array(rows).T
    curve = incidence(days, cause)
    survivors = curve.still * (1 - curve.hazard)
    np.testing.assert_allclose(curve.sale + curve.competing + survivors, 1)


@given(followed, st.integers(1, 70))
def test_conversion_interval_contains_it(rows, horizon: int) -> None:
    found = conversion(*np.array(rows).T, horizon)
    assert found.value is None or 0 <= found.low <= found.value <= found.high <= 1


@given(followed, st.integers(1, 70))
def test_conversion_of_doubled_clients_keeps_value_and_interval(rows, horizon: int) -> None:
    """A client counted twice brings no new evidence: rows of one client move together."""
    once, twice = (conversion(*np.array(counted).T, horizon) for counted in (rows, rows * 2))
    np.testing.assert_allclose(*([one.value or 0, one.low or 0, one.high or 0] for one in (once, twice)), atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(banks)
def test_every_rate_lies_in_its_interval_and_nothing_is_nan(bank) -> None:
    report = _judge(*bank)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert all(rate["low"] <= rate["value"] <= rate["high"] for rate in _rates(report) if rate["value"] is not None)


@settings(max_examples=60, deadline=None)
@given(banks, st.randoms(use_true_random=False))
def test_row_order_changes_nothing(bank, random) -> None:
    shuffled = [random.sample(rows, len(rows)) for rows in bank]
    assert _judge(*shuffled) == _judge(*bank)


@settings(max_examples=60, deadline=None)
@given(banks, st.integers(1, 50))
def test_rows_after_as_of_change_nothing(bank, later: int) -> None:
    signals, outcomes, exposure = bank
    after = datetime(2024, 10, 1, tzinfo=UTC) + timedelta(days=later - 1)
    more_signals = [{**row, "signal_id": "late" + str(row["signal_id"]), "known_at": after} for row in signals]
    more_outcomes = [{**row, "recorded_at": after} for row in outcomes]
    assert _judge(signals + more_signals, outcomes + more_outcomes, exposure) == _judge(*bank)


@settings(max_examples=60, deadline=None)
@given(banks)
def test_older_as_of_never_sees_later_rows(bank) -> None:
    older = date(2024, 5, 15)
    cut = datetime(2024, 5, 16, tzinfo=UTC)
    signals, outcomes, exposure = bank
    past = ([row for row in signals if row["known_at"] < cut], [row for row in outcomes if row["recorded_at"] < cut])
    assert _judge(*past, exposure, as_of=older) == _judge(*bank, as_of=older)


@settings(max_examples=60, deadline=None)
@given(banks)
def test_shifting_everything_by_four_hundred_years_changes_nothing(bank) -> None:
    """The calendar repeats after 146,097 days, months included."""
    shift = timedelta(days=146_097)
    shifted = [
        [{key: cell + shift if isinstance(cell, datetime) else cell for key, cell in row.items()} for row in rows]
        for rows in bank
    ]
    report = _judge(*shifted, as_of=AS_OF + shift)
    assert {**report, "as_of": AS_OF.isoformat()} == _judge(*bank)


@settings(max_examples=60, deadline=None)
@given(banks)
def test_groups_share_out_all_episodes(bank) -> None:
    report = _judge(*bank)
    assert sum(group["episodes"] for group in report["groups"]) == report["episodes"]
