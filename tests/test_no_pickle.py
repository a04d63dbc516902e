"""A model file must not be able to run code: nothing in the tree may unpickle."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("config", "storage", "crawlers", "classifiers", "scoring", "signals")
UNSAFE = re.compile(
    r"\b(?:import|from)\s+(?:c?pickle|joblib|dill|marshal|shelve)\b|allow_pickle\s*=\s*True", re.IGNORECASE
)


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_unpickles(room):
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / room).rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1)
        if UNSAFE.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line", ["import pickle", "from joblib import load", "np.load(f, allow_pickle=True)", "import dill"]
)
def test_the_scan_sees_what_it_looks_for(line):
    assert UNSAFE.search(line)
