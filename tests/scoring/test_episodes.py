import numpy as np

from oncu.scoring.judge.episodes import merge_into_episodes


def _merge(*rows: tuple[int, int, int], merge_days: int = 30) -> list[int]:
    client, kind, day = np.array(rows).T
    return merge_into_episodes(client, kind, day, merge_days).tolist()


def test_gap_of_merge_days_is_one_episode_a_day_more_is_two() -> None:
    assert _merge((1, 1, 0), (1, 1, 30), (1, 1, 61)) == [0, 0, 1]


def test_the_gap_counts_from_the_latest_signal_not_the_first() -> None:
    assert _merge((1, 1, 0), (1, 1, 25), (1, 1, 50), (1, 1, 75)) == [0, 0, 0, 0]


def test_clients_and_types_are_apart() -> None:
    assert _merge((1, 1, 0), (1, 2, 0), (2, 1, 0)) == [0, 1, 2]


def test_rows_may_come_in_any_order() -> None:
    assert _merge((1, 1, 90), (1, 1, 10), (1, 1, 0)) == [1, 0, 0]


def test_merge_days_may_differ_by_row() -> None:
    allowed = np.array([5, 5, 30, 30])
    number = merge_into_episodes(np.ones(4, int), np.array([1, 1, 2, 2]), np.array([0, 10, 0, 10]), allowed)
    assert number.tolist() == [0, 1, 2, 2]


def test_no_rows_is_no_episode() -> None:
    empty = np.zeros(0, dtype=np.int64)
    assert merge_into_episodes(empty, empty, empty).size == 0
