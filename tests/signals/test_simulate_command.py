"""`oncu simulate`: what it writes can be judged at once, and what it cannot make it says in one line."""

import json
from pathlib import Path

import pytest

from oncu.scoring.simulation.wishes import LIMITS
from oncu.signals.commands.simulate import simulate

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def bank(oncu, tmp_path: Path):
    """A small bank written by the command, and what it said."""
    folder = tmp_path / "bank"
    return folder, oncu("simulate", "--out", str(folder), "--clients", "600", "--offers", "50", "--seed", "3")


def test_the_command_it_proposes_finds_the_truth(oncu, bank) -> None:
    folder, said = bank
    proposed = next(line for line in said.out.splitlines() if "--side opportunity" in line)
    found = json.loads(oncu(*proposed.split()[1:]).out)["conversion"]
    truth = json.loads((folder / "truth.json").read_text("utf-8"))["opportunity"]["conversion"]["90"]
    assert found["low"] < truth < found["high"]


def test_every_file_is_named_with_its_rows(bank) -> None:
    folder, said = bank
    assert all(str(path) in said.out for path in folder.iterdir()) and "exposure.csv  600 rows" in said.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--clients", "3"), "--clients: found 3; expected 50 to 2,000,000"),
        (("--days", "130", "--half-life", "60"), "--days: found 130; expected at least 241"),
    ],
)
def test_a_bank_that_cannot_be_is_refused_in_one_line(oncu, tmp_path: Path, words, says: str) -> None:
    said = oncu("simulate", "--out", str(tmp_path / "bank"), *words)
    assert said.code == 1 and says in said.err and len(said.err.splitlines()) == 1
    assert not (tmp_path / "bank").exists()


def test_a_full_folder_is_left_alone(oncu, bank) -> None:
    folder, _ = bank
    said = oncu("simulate", "--out", str(folder))
    assert said.code == 1 and "is not empty" in said.err


def test_the_help_says_the_range_of_every_number() -> None:
    """The ranges are written out there, because asking for help should not load what draws a bank."""
    from inspect import signature
    from typing import get_args

    helps = {name: get_args(one.annotation)[1].help for name, one in signature(simulate).parameters.items()}
    assert {name for name, (low, high) in LIMITS.items() if not _says(helps[name], low, high)} == set()


def _says(text: str, low: float, high: float) -> bool:
    return all(f"{end:.12g}" in text for end in (low, high))
