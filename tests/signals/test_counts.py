"""`oncu surge --counts`: what the file may hold, what is reported, what comes out."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from oncu.config.problems import Problem
from oncu.signals.complaints.counts import judge_counts, read_counts

pytestmark = pytest.mark.usefixtures("english")

FIRST = date(2026, 1, 5)


def write(folder: Path, *rows: str, header: str = "client_id,date,count") -> Path:
    path = folder / "counts.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return path


def day(number: int) -> str:
    return (FIRST + timedelta(number)).isoformat()


def busy(client: str = "C1", count: int = 20, *, peak: int = 40, more: str = "") -> list[str]:
    """One complaint a day and a peak on day 40."""
    return [f"{client},{day(number)},{count if number == peak else 1}{more}" for number in range(45)]


def test_an_alarm_has_the_keys_of_the_contract(oncu: Callable[..., Any], tmp_path: Path) -> None:
    said = oncu("surge", "--counts", write(tmp_path, *busy()))
    (alarm,) = map(json.loads, said.out.splitlines())
    assert list(alarm) == ["client_id", "date", "count", "expected", "p_value", "q_value"]
    assert (said.code, alarm["client_id"], alarm["date"], alarm["count"]) == (0, "C1", day(40), 20)


def test_bad_rows_are_reported_and_the_good_ones_judged(oncu: Callable[..., Any], tmp_path: Path) -> None:
    bad = ("C2,2026-02-31,1", "C2,2026-02-01,-3", ",2026-02-01,3", "C2,2026-02-01", f"C1,{day(3)},9")
    said = oncu("surge", "--counts", write(tmp_path, *busy(), *bad))
    assert said.code == 1 and len(said.out.splitlines()) == 1
    assert [line.split(": ")[1] for line in said.err.splitlines()] == [f"line {n}" for n in range(47, 52)]


def test_a_missing_date_counts_nothing(tmp_path: Path) -> None:
    rows = [f"C1,{day(0)},0", f"C1,{day(1)},2", f"C1,{day(9)},1"]
    panel = read_counts(write(tmp_path, *rows)).panel
    assert panel.counts[:, 0].tolist() == [0, 2, 0, 0, 0, 0, 0, 0, 0, 1]


def test_a_client_is_watched_from_its_first_row_on(tmp_path: Path) -> None:
    rows = [f"C1,{day(0)},0", f"C1,{day(9)},1", f"C2,{day(4)},1"]
    assert read_counts(write(tmp_path, *rows)).panel.starts.tolist() == [0, 4]


def test_without_zeros_only_days_with_complaints_are_listed(tmp_path: Path) -> None:
    rows = [f"C1,{day(0)},1", f"C2,{day(4)},1"]
    assert read_counts(write(tmp_path, *rows)).panel.starts.tolist() == [0, 0]


def test_columns_may_stand_in_any_order_and_days_be_turkish(tmp_path: Path) -> None:
    path = write(tmp_path, "3;05.01.2026;C1", header="Count;date;client_id")
    assert read_counts(path).panel.counts.tolist() == [[3]]


def test_one_person_alone_is_no_surge(tmp_path: Path) -> None:
    header = "client_id,date,count,authors"
    lone = read_counts(write(tmp_path, *busy(count=500, more=",1"), header=header))
    assert list(judge_counts(lone)) == []


def test_with_authors_the_complaints_are_shown_and_the_people_judged(tmp_path: Path) -> None:
    rows = [f"C1,{day(n)},{60 if n == 40 else 1},{20 if n == 40 else 1}" for n in range(45)]
    (alarm,) = judge_counts(read_counts(write(tmp_path, *rows, header="client_id,date,count,authors")))
    assert alarm["count"] == 60


def test_a_slow_rise_says_over_how_many_weeks(oncu: Callable[..., Any], tmp_path: Path) -> None:
    rows = [f"C1,{day(n)},{3 if n >= 84 else n % 2}" for n in range(112)]
    said = oncu("surge", "--slow", "--counts", write(tmp_path, *rows))
    assert json.loads(said.out.splitlines()[-1])["weeks"] in (2, 4, 6)


@pytest.mark.parametrize(
    ("header", "rows", "problem"),
    [
        ("client,date,count", [f"C1,{day(0)},1"], "no column client_id"),
        ("client_id,date,count", [], "holds no count"),
        ("client_id,date,count", ["C1,soon,1"], "the first bad one is line 2"),
        ("client_id,date,count", ["C1,1950-01-01,1", *(f"C{n},2026-01-05,1" for n in range(20_000))], "split the file"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, header: str, rows: list[str], problem: str) -> None:
    with pytest.raises(Problem, match=problem):
        read_counts(write(tmp_path, *rows, header=header))


def test_a_missing_file_is_one_line(oncu: Callable[..., Any], tmp_path: Path) -> None:
    said = oncu("surge", "--counts", tmp_path / "none.csv")
    assert said.code == 1 and "cannot be read" in said.err and len(said.err.splitlines()) == 1
