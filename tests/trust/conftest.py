"""A whole line that may be killed, and a bank whose clients have canaries."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from oncu.storage.database import Database, connect, create_database

from .canaries import seed_cages
from .line import Line, begin_mother, open_line


@pytest.fixture(scope="module")
def mother() -> Iterator["subprocess.Popen[str]"]:
    """The process whose copies run commands."""
    with begin_mother() as process:
        yield process


@pytest.fixture
def line(tmp_path: Path, mother: "subprocess.Popen[str]") -> Iterator[Line]:
    """A bank to whose clients up to two hundred things happen."""
    with open_line(tmp_path, 200, mother) as opened:
        yield opened


@pytest.fixture(scope="session")
def cages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the bank with its canaries; each test works on a copy."""
    path = tmp_path_factory.mktemp("cages") / "oncu.db"
    database = create_database(f"sqlite:///{path}")
    seed_cages(database)
    database.close()
    return path


@pytest.fixture
def caged(cages: Path, tmp_path: Path) -> Iterator[Database]:
    """A bank of its own in which every client has a canary."""
    opened = connect(f"sqlite:///{shutil.copy(cages, tmp_path / 'oncu.db')}")
    yield opened
    opened.close()
