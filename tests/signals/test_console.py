"""Days as people write them."""

import pytest

from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.signals.commands.console import read_day


@pytest.mark.parametrize("text", ["2026-09-30", "30.09.2026"])
def test_a_day_is_read_in_both_forms(text):
    assert read_day(text, Settings()).isoformat() == "2026-09-30"


@pytest.mark.parametrize("text", ["0001-01-01", "1969-12-31", "9999-12-31", "yesterday", "2026-02-30", ""])
def test_a_day_that_cannot_be_meant_is_a_problem(text):
    with pytest.raises(Problem, match="write it like 2026-09-30"):
        read_day(text, Settings())
