"""Raise a quality floor: python tests/quality/raise_floors.py NAME=VALUE […] [--lower --reason WHY]

A floor only rises. Lowering one needs --lower and a reason, which stays in tests/quality/floors.json for ever.
"""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FLOORS = Path(__file__).with_name("floors.json")
Floors = dict[str, list[dict[str, Any]]]


class Refused(ValueError):
    """A change that is not allowed; the text says why."""


def change(floors: Floors, name: str, value: float, day: str, *, lower: bool = False, reason: str = "") -> Floors:
    """The floors with one step more: its value, its day and, where it goes down, why. Raises Refused."""
    steps = floors.get(name, [])
    if steps and value < steps[-1]["floor"] and not (lower and reason.strip()):
        raise Refused(f"{name}: {value} is below {steps[-1]['floor']}; a floor only rises (--lower --reason WHY)")
    if steps and value == steps[-1]["floor"]:
        return floors
    step = {"floor": value, "on": day} | ({"lowered because": reason} if lower and reason else {})
    return floors | {name: [*steps, step]}


def unexplained(floors: Floors) -> list[str]:
    """Floors that went down without a reason."""
    return [
        name
        for name, steps in floors.items()
        for before, after in zip(steps, steps[1:], strict=False)
        if after["floor"] < before["floor"] and not str(after.get("lowered because", "")).strip()
    ]


def load_floors() -> Floors:
    """Every floor with all its steps, the newest last."""
    return json.loads(FLOORS.read_text("utf-8"))


def main() -> None:
    """Read the wanted floors from the command line and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wanted", nargs="+", metavar="NAME=VALUE")
    parser.add_argument("--lower", action="store_true")
    parser.add_argument("--reason", default="")
    given = parser.parse_args()
    floors, day = load_floors(), datetime.now(UTC).date().isoformat()
    try:
        for wanted in given.wanted:
            name, value = wanted.split("=")
            floors = change(floors, name, float(value), day, lower=given.lower, reason=given.reason)
    except ValueError as error:
        sys.exit(str(error))
    FLOORS.write_text(json.dumps(floors, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
