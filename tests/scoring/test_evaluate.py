"""The contract of `oncu evaluate`, one idea a test."""

import json

import pytest

from oncu.scoring.judge.tables import BadInput


@pytest.fixture
def worked(signals, outcomes, judge):
    """Four episodes: A sold after 10 days, B after 50, C left after 14, D open for 11."""
    days = {"A": "2025-01-01", "B": "2025-01-01", "C": "2025-01-01", "D": "2025-03-20"}
    return judge(
        signals(*({"client_id": client, "known_at": day} for client, day in days.items())),
        outcomes(
            {"client_id": "A", "occurred_at": "2025-01-11"},
            {"client_id": "B", "occurred_at": "2025-02-20"},
            {"client_id": "C", "occurred_at": "2025-01-15", "competing": True},
        ),
    )


def test_worked_example_converts_a_quarter(worked) -> None:
    assert worked["conversion"]["value"] == pytest.approx(0.25) and worked["conversion"]["n"] == 4


def test_worked_example_counts(worked) -> None:
    counts = ("signals", "episodes", "mature", "echoes", "naive_share")
    assert [worked[key] for key in counts] == [4, 4, 3, 0, 0.25]


def test_worked_example_lead_time_counts_the_open_episode(worked) -> None:
    assert worked["lead_time_days"] == {"median": 50, "low": 10, "high": 50, "n": 2, "censored": 1}


def test_report_has_exactly_the_promised_keys(worked) -> None:
    assert list(worked) == [
        "as_of", "horizon_days", "side", "signals", "episodes", "mature", "echoes", "conversion", "naive_share",
        "base_rate", "lift", "recall", "auc", "lead_time_days", "groups",
    ]  # fmt: skip
    assert list(worked["groups"][0]) == [
        "key", "episodes", "precision", "raw_rate", "first_share", "unique_outcomes", "median_lead_days",
    ]  # fmt: skip


def test_without_exposure_nothing_is_compared(worked) -> None:
    assert (worked["base_rate"], worked["lift"], worked["recall"]) == (None, None, None)


def test_no_signals_is_unknown_not_zero(signals, outcomes, exposure, judge) -> None:
    found = judge(signals(), outcomes(), exposure())
    assert found["conversion"] == {"value": None, "low": None, "high": None, "n": 0}
    assert found["naive_share"] is None and found["groups"] == []


def test_no_outcomes_is_zero_with_an_interval(signals, judge) -> None:
    found = judge(signals(*({"client_id": f"c{n}", "known_at": "2025-01-01"} for n in range(20))))["conversion"]
    assert found["value"] == 0 and found["low"] == 0 and found["high"] == pytest.approx(0.1611, abs=1e-4)


def test_immature_episodes_are_unknown_never_failures(signals, judge) -> None:
    found = judge(signals({"client_id": "A", "known_at": "2025-03-20"}))
    assert found["mature"] == 0 and found["conversion"]["value"] is None and found["groups"][0]["raw_rate"] is None


def test_nothing_known_is_ever_nan(signals, outcomes, exposure, judge) -> None:
    found = judge(signals({"client_id": "A", "known_at": "2025-03-31"}), outcomes(), exposure({"client_id": "B"}))
    json.dumps(found, allow_nan=False)


@pytest.mark.parametrize(("day", "echoes"), [("2024-12-31", 1), ("2025-01-10", 1), ("2025-01-11", 0)])
def test_outcome_on_or_before_time_zero_makes_an_echo(signals, outcomes, judge, day: str, echoes: int) -> None:
    found = judge(
        signals({"client_id": "A", "known_at": "2025-01-10T08:00"}), outcomes({"client_id": "A", "occurred_at": day})
    )
    assert (found["echoes"], found["episodes"]) == (echoes, 1 - echoes)


def test_outcome_before_the_exposure_began_makes_no_echo(signals, outcomes, exposure, judge) -> None:
    found = judge(
        signals({"client_id": "A", "known_at": "2025-01-10"}),
        outcomes({"client_id": "A", "occurred_at": "2023-05-01", "competing": True}),
        exposure(
            {"client_id": "A", "from": "2022-01-01", "to": "2023-05-01"}, {"client_id": "A", "from": "2024-06-01"}
        ),
    )
    assert found["echoes"] == 0


def test_exposure_rows_that_touch_are_one_spell(signals, outcomes, exposure, judge) -> None:
    found = judge(
        signals({"client_id": "A", "known_at": "2025-01-10"}),
        outcomes({"client_id": "A", "occurred_at": "2024-05-01"}),
        exposure({"client_id": "A", "to": "2024-05-31"}, {"client_id": "A", "from": "2024-06-01", "region": "ege"}),
    )
    assert found["echoes"] == 1


def test_end_of_exposure_censors(signals, outcomes, exposure, judge) -> None:
    found = judge(
        signals({"client_id": "A", "known_at": "2025-01-10"}),
        outcomes({"client_id": "A", "occurred_at": "2025-02-01"}),
        exposure({"client_id": "A", "to": "2025-01-20"}),
    )
    assert found["mature"] == 0 and found["lead_time_days"]["censored"] == 1


def test_client_without_exposure_is_followed_to_as_of(signals, outcomes, exposure, judge) -> None:
    found = judge(
        signals({"client_id": "A", "known_at": "2025-01-10"}),
        outcomes({"client_id": "A", "occurred_at": "2025-01-20"}),
        exposure({"client_id": "B"}),
    )
    assert found["naive_share"] == 1 and found["base_rate"] is None


def test_outcome_recorded_after_as_of_does_not_exist(signals, outcomes, judge) -> None:
    late = {"client_id": "A", "occurred_at": "2025-01-20", "recorded_at": "2025-04-01"}
    assert judge(signals({"client_id": "A", "known_at": "2025-01-10"}), outcomes(late))["naive_share"] == 0


def test_as_of_includes_its_own_day_in_utc(signals, judge) -> None:
    moments = ("2025-03-31T23:59:59Z", "2025-04-01T01:00:00+03:00", "2025-04-01T00:00:00")
    found = judge(signals(*({"client_id": f"c{n}", "known_at": moment} for n, moment in enumerate(moments))))
    assert found["signals"] == 2


def test_the_other_side_is_not_counted(signals, judge) -> None:
    rows = ({"client_id": "A", "known_at": "2025-01-01", "side": side} for side in ("risk", "opportunity", "risk"))
    assert judge(signals(*rows))["signals"] == 1


def test_a_source_owns_the_episodes_it_began(signals, judge) -> None:
    found = judge(
        signals(
            {"client_id": "A", "known_at": "2025-01-02", "source": "radyo"},
            {"client_id": "A", "known_at": "2025-01-01", "source": "ajans"},
        )
    )
    assert [(group["key"], group["episodes"]) for group in found["groups"]] == [("ajans", 1)]


def test_first_share_is_among_stories_told_with_others(signals, judge) -> None:
    told = [
        ("ajans", "01", "x"),
        ("radyo", "02", "x"),
        ("radyo", "03", "y"),
        ("ajans", "04", "y"),
        ("ajans", "05", "z"),
    ]
    rows = [
        {"client_id": f"c{n}", "known_at": f"2025-01-{day}", "source": source, "story_id": story}
        for n, (source, day, story) in enumerate(told)
    ]
    shares = {group["key"]: group["first_share"] for group in judge(signals(*rows))["groups"]}
    assert shares == {"ajans": 0.5, "radyo": 0.5}


def test_outcome_foreseen_by_two_sources_is_unique_to_none(signals, outcomes, judge) -> None:
    found = judge(
        signals(
            {"client_id": "A", "known_at": "2025-01-01", "source": "ajans"},
            {"client_id": "A", "known_at": "2025-01-02", "source": "radyo", "type": "tender"},
            {"client_id": "B", "known_at": "2025-01-01", "source": "radyo"},
        ),
        outcomes({"client_id": "A", "occurred_at": "2025-01-09"}, {"client_id": "B", "occurred_at": "2025-01-09"}),
    )
    assert {group["key"]: group["unique_outcomes"] for group in found["groups"]} == {"ajans": 0, "radyo": 1}


def test_recall_counts_only_outcomes_whose_window_was_seen(signals, outcomes, exposure, judge) -> None:
    found = judge(
        signals({"client_id": "A", "known_at": "2025-01-10"}, {"client_id": "C", "known_at": "2025-01-20"}),
        outcomes(
            {"client_id": "A", "occurred_at": "2025-02-09"},  # 30 days after: caught
            {"client_id": "B", "occurred_at": "2025-02-09"},  # missed
            {"client_id": "C", "occurred_at": "2025-01-25"},  # joined too late to be judged
            {"client_id": "D", "occurred_at": "2025-02-09", "competing": True},  # not to be foretold
        ),
        exposure({"client_id": "A"}, {"client_id": "B"}, {"client_id": "C", "from": "2025-01-01"}, {"client_id": "D"}),
    )
    assert (found["recall"]["value"], found["recall"]["n"]) == (0.5, 2)


def test_auc_ranks_by_the_first_probability(signals, outcomes, judge) -> None:
    found = judge(
        signals(
            {"client_id": "A", "known_at": "2025-01-01", "probability": 0.9},
            {"client_id": "B", "known_at": "2025-01-01", "probability": 0.2},
            {"client_id": "B", "known_at": "2025-01-02", "probability": 0.99},
        ),
        outcomes({"client_id": "A", "occurred_at": "2025-01-09"}),
    )
    assert found["auc"]["value"] == 1 and found["auc"]["low"] < 1


def test_small_group_is_pulled_towards_its_category(signals, outcomes, judge) -> None:
    """Two of two in one source, among ten sources with 2 of 10 or 5 of 10."""
    sizes = {"tiny": (2, 2), **{f"s{n}": (10, 2 + 3 * (n % 2)) for n in range(10)}}
    clients = [(f"{key}-{n}", key, n < hits) for key, (size, hits) in sizes.items() for n in range(size)]
    found = judge(
        signals(*({"client_id": name, "known_at": "2025-01-01", "source": key} for name, key, _ in clients)),
        outcomes(*({"client_id": name, "occurred_at": "2025-01-09"} for name, _, hit in clients if hit)),
    )
    tiny = next(group for group in found["groups"] if group["key"] == "tiny")
    assert tiny["raw_rate"] == 1 and 0.35 < tiny["precision"]["value"] < 0.7


def test_grouping_by_a_column_that_is_not_there_is_explained(judge) -> None:
    from oncu.scoring.judge.columns import signals_from_rows

    row = {"signal_id": "s", "client_id": "A", "side": "risk", "type": "t", "source": "x", "known_at": "2025-01-01"}
    with pytest.raises(BadInput, match="no column 'manager'"):
        judge(signals_from_rows([row]), by="manager")
