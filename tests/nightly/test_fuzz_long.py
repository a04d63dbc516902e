"""Ten minutes of anything at all, for every reader of what others wrote (ONCU_FUZZ_SECONDS: for longer or shorter)."""

import os
from time import monotonic

import pytest
from hypothesis import HealthCheck, given, seed, settings

from ..trust.fuzzed import TARGETS

SECONDS = float(os.environ.get("ONCU_FUZZ_SECONDS", "600"))
ROUND = settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("name", TARGETS)
def test_reader_takes_anything_for_long(name: str) -> None:
    strategy, check = TARGETS[name]
    end, number = monotonic() + SECONDS / len(TARGETS), 0
    while monotonic() < end:
        number += 1
        seed(number)(ROUND(given(strategy)(lambda found: check(found))))()
