"""Whatever others wrote is read or refused in one line: no reader falls over. The long run is in tests/nightly."""

import pytest
from hypothesis import HealthCheck, given, settings

from .fuzzed import TARGETS

QUICK = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", TARGETS)
def test_reader_takes_anything(name: str) -> None:
    strategy, check = TARGETS[name]
    QUICK(given(strategy)(lambda found: check(found)))()
