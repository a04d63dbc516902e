"""What every room's tests share: a database of their own and the real data, where it lies beside the project."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oncu.storage.database import Database, create_database

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture
def shared() -> Path:
    """The folder of real data; the test is skipped, and says so, where a clone stands alone."""
    if not SHARED.is_dir():
        pytest.skip("the real data (../shared) is not beside this clone")
    return SHARED


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database with all tables."""
    opened = create_database(f"sqlite:///{tmp_path / 'oncu.db'}")
    yield opened
    opened.close()


@pytest.fixture
def now() -> datetime:
    """A fixed moment: the clock is always an argument."""
    return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
