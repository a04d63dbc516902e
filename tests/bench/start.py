"""How long a command takes to begin: `oncu --help`, which imports what every command does, beside other programs'."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

ROUNDS = 9
BIN = Path(sys.executable).parent
COMMANDS = {
    "oncu --help": [str(BIN / "oncu"), "--help"],
    "scrapy --help": [str(BIN / "scrapy"), "--help"],
    "pytest --version": [str(BIN / "pytest"), "--version"],
    "python -c pass": [sys.executable, "-c", "pass"],
}


def bench_start(folder: Path) -> None:
    """`oncu --help` beside the help of other programs, seconds of computing, in turns."""
    spent: dict[str, list[float]] = {name: [] for name in COMMANDS}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ONCU_")}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            before = _computing()
            subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
            spent[name].append(_computing() - before)
    for name, seconds in spent.items():
        print(f"  {name:<17} {median(seconds):.2f} s of computing")
    ratio = median(spent["scrapy --help"]) / median(spent["oncu --help"])
    print(f"  scrapy's over ours: {ratio:.2f}")


def _computing() -> float:
    """Seconds of all children that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
