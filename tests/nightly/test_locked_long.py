"""A database that another program holds for longer than anybody waits: said in one line, and gone on with after."""

import shutil
from pathlib import Path
from time import monotonic

import pytest

from oncu.storage.database import StorageError, connect

from ..trust.settled import fill, read_all
from ..trust.test_faults import holding


def test_database_locked_for_thirty_seconds_is_said_and_the_next_run_goes_on(
    new_database: Path, tmp_path: Path
) -> None:
    file = Path(shutil.copy(new_database, tmp_path / "oncu.db"))
    database = connect(f"sqlite:///{file}")
    fill(database)
    with holding(file), pytest.raises(StorageError, match="locked; another program is writing to it"):
        began = monotonic()
        read_all(database, tmp_path)
    assert monotonic() - began >= 30
    assert read_all(database, tmp_path).alerts == 40
    database.close()
