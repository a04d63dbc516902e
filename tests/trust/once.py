"""What must hold of a line once everything has come to rest, whatever happened to it on the way."""

from collections import Counter

from .line import Line
from .told import PAPERS


def check_told_once(line: Line) -> None:
    """Each event made one alert and was told once: nothing lost, nothing doubled, nothing damaged."""
    told = Counter((event.client_id, event.type) for event in line.papers.all_events[: line.papers.shown])
    assert Counter(line.rows("SELECT client_id, type FROM alerts")) == told
    expected = {"documents": len(PAPERS), "mentions": len(PAPERS), "tags": len(PAPERS), "signals": 1, "dispatches": 1}
    found = {table: line.rows(f"SELECT count(*) FROM {table}")[0][0] / len(told) for table in expected}
    assert found == expected
    assert len(line.box.ids("alert")) == len(told)
    assert line.rows("SELECT count(*) FROM dispatches WHERE sent_at IS NULL") == [(0,)]
    assert len(line.box.ids("digest")) == line.rows("SELECT count(*) FROM digests WHERE sent_at IS NOT NULL")[0][0]
    assert line.box.resent <= line.kills + line.box.unheard
    assert line.rows("PRAGMA integrity_check") == [("ok",)]
    assert line.rows("PRAGMA foreign_key_check") == []
