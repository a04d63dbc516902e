"""What every room's tests share: a database of their own and the real data, where it lies beside the project."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from oncu.storage.database import Database, connect, create_database

settings.register_profile("ours", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("ours")

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture
def shared() -> Path:
    """The folder of real data; the test is skipped, and says so, where a clone stands alone."""
    if not SHARED.is_dir():
        pytest.skip("the real data (../shared) is not beside this clone")
    return SHARED


@pytest.fixture(scope="session")
def new_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of an empty database with all tables; copying it is quicker than making another."""
    path = tmp_path_factory.mktemp("new") / "oncu.db"
    create_database(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def database(tmp_path: Path, new_database: Path) -> Iterator[Database]:
    """An empty SQLite database with all tables."""
    opened = connect(f"sqlite:///{shutil.copy(new_database, tmp_path / 'oncu.db')}")
    yield opened
    opened.close()


@pytest.fixture
def now() -> datetime:
    """A fixed moment: the clock is always an argument."""
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
