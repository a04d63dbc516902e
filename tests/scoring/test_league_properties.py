"""What must hold for the league of every bank."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncu.scoring.judge.columns import exposure_from_rows, outcomes_from_rows, signals_from_rows
from oncu.scoring.sources.league import Standing, league
from oncu.scoring.sources.shapley import Cover, shapley_shares, unique_outcomes

AS_OF = date(2024, 12, 31)
FOUR_CENTURIES = timedelta(days=146_097)  # the calendar repeats, so months stay months

moments = st.integers(0, 300 * 24).map(lambda hour: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=hour))
signal_rows = st.lists(
    st.fixed_dictionaries(
        {
            "client_id": st.sampled_from("ABCDEFGH"),
            "side": st.just("risk"),
            "type": st.sampled_from(("t", "u")),
            "source": st.sampled_from(("ajans", "radyo", "resmi", "tekrar")),
            "category": st.sampled_from(("news", "registry")),
            "known_at": moments,
            "story_id": st.sampled_from(("", "x", "y", "z")),
        }
    ),
    max_size=25,
).map(lambda rows: [{**row, "signal_id": f"s{n:02d}"} for n, row in enumerate(rows)])
outcome_rows = st.lists(
    st.fixed_dictionaries(
        {"client_id": st.sampled_from("ABCDEFGH"), "occurred_at": moments, "competing": st.booleans()}
    ),
    max_size=10,
)
banks = st.tuples(signal_rows, outcome_rows)
covers = st.lists(st.sets(st.integers(0, 4)), max_size=12)


def _stand(told: list[dict], ended: list[dict], later: timedelta = timedelta(0)) -> tuple[Standing, ...]:
    """The league with every moment moved by `later`."""
    return league(
        signals_from_rows({**row, "known_at": row["known_at"] + later} for row in told),
        outcomes_from_rows(
            {**row, "kind": "k", **dict.fromkeys(("occurred_at", "recorded_at"), row["occurred_at"] + later)}
            for row in ended
        ),
        exposure_from_rows({"client_id": one, "from": datetime(2023, 1, 1) + later, "to": None} for one in "ABCDEFGH"),  # noqa: DTZ001
        side="risk",
        as_of=AS_OF + later,
        horizon_days=45,
    )


def _cover(sets: list[set[int]]) -> Cover:
    pairs = [(outcome, group) for outcome, seen in enumerate(sets) for group in seen]
    outcome, group = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Cover(outcome, group, len(sets))


@given(banks)
@settings(max_examples=30, deadline=None)
def test_shares_of_a_bank_sum_to_the_outcomes_anybody_foresaw(bank) -> None:
    found = _stand(*bank)
    foreseen = {one.key: one.credit for one in found}
    assert sum(one.unique for one in foreseen.values()) <= sum(one.shapley for one in foreseen.values()) + 1e-9
    assert all(one.unique <= one.shapley + 1e-9 <= one.foreseen + 2e-9 for one in foreseen.values())


@given(covers)
def test_shapley_shares_sum_to_the_value_of_all(sets) -> None:
    found = _cover(sets)
    assert shapley_shares(found, 5).sum() == pytest.approx(found.foreseen)


@given(covers)
@settings(max_examples=25, deadline=None)
def test_shapley_share_is_the_mean_over_all_orders_of_arrival(sets) -> None:
    """Against the definition: what a group adds to those before it, averaged over orders drawn in full."""
    added = np.zeros(5)
    for order in permutations(range(5)):
        for place, group in enumerate(order):
            before = set(order[:place])
            added[group] += sum(group in seen and not seen & before for seen in sets)
    assert shapley_shares(_cover(sets), 5) == pytest.approx(added / 120)


@given(covers)
def test_unique_outcomes_are_those_lost_without_the_group(sets) -> None:
    lost = [sum(bool(seen) for seen in sets) - sum(bool(seen - {group}) for seen in sets) for group in range(5)]
    assert unique_outcomes(_cover(sets), 5).tolist() == lost


@given(banks, st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_order_of_rows_does_not_matter(bank, random) -> None:
    told, ended = (random.sample(rows, len(rows)) for rows in bank)
    assert _stand(told, ended) == _stand(*bank)


@given(banks)
@settings(max_examples=25, deadline=None)
def test_moving_all_times_alike_changes_nothing(bank) -> None:
    assert _stand(*bank, later=FOUR_CENTURIES) == _stand(*bank)


@given(banks)
@settings(max_examples=30, deadline=None)
def test_places_are_one_to_n_within_their_bounds(bank) -> None:
    places = [one.place for one in _stand(*bank)]
    assert [place.rank for place in places] == list(range(1, len(places) + 1))
    assert all(1 <= place.low <= place.rank <= place.high <= len(places) for place in places)


@given(banks)
@settings(max_examples=30, deadline=None)
def test_rates_lie_in_their_intervals(bank) -> None:
    for one in _stand(*bank):
        for rate in (one.precision, one.lift, one.raw_lift, one.telling.first_share, one.telling.head_start_days):
            assert rate.low is None or rate.low <= rate.value <= (rate.high or np.inf)
