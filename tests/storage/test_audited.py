"""What people say of news that was withheld, and that asking for it reads no more than it takes."""

from datetime import datetime

import pytest

from oncu.storage.audited import Judgement, judge_withheld
from oncu.storage.database import Database

from ..plans import explained


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_whether_a_signal_was_withheld_is_found_by_its_episode(database: Database, now: datetime) -> None:
    with database.write() as connection, explained(connection) as plans:
        assert not judge_withheld(connection, Judgement("s1", "right", "ece", now))
    assert [line for line in plans if "withheld" in line]
    assert not [line for line in plans if line.startswith("SCAN")]
