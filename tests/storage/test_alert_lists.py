"""Alerts as lists: the newest first, in parts that neither overlap nor leave a gap."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from oncu.storage.alert_lists import Sought, newest_alerts
from oncu.storage.alerts import Alert, save_alerts
from oncu.storage.database import Database
from oncu.storage.signals import Detected, Episode, Signal, save_detected

HOUR = timedelta(hours=1)


@pytest.fixture
def told(database: Database, now: datetime, tell: Any) -> dict[str, Alert]:
    """Five alerts of C1, by id: two of the same moment, one of another type, one taken up."""
    found: dict[str, Alert] = {}
    hours = (0, 1, 1, 2, 3)
    for number, hour in enumerate(hours):
        heard, key = tell(f"d{number}"), f"e{number}"
        code, side = ("strike", "risk") if number == 3 else ("lawsuit", "risk")
        at = now + hour * HOUR
        names = {"id": f"s{number}", "story_id": heard.document.id, "tag_id": heard.tag.id}
        facts = {"document_id": heard.document.id, "event_key": key, "type": code, "side": side, "client_id": "C1"}
        facts |= {"source": "gazete", "category": "news", "origin": "independent", "status": "fact", "version": "t"}
        facts |= {"probability": 0.8, "relevance": 90, "published_at": at, "first_seen_at": at, "known_at": at}
        signal = Signal(**names, **facts, episode_id=key, arm="live")
        episode = Episode(key, "C1", side, code, at, "live", at)
        alert = Alert("C1", code, side, key, key, f"s{number}", "ayse", 0.5, "r", "new", at)
        alert = replace(alert, state="accepted") if number == 4 else alert
        with database.write() as connection:
            save_detected(connection, Detected(episodes=(episode,), signals=(signal,)))
            save_alerts(connection, [alert])
        found[alert.id] = alert
    return found


def listed(database: Database, now: datetime, **more: Any) -> list[str]:
    """The ids, in order, of what was made until a day later."""
    rest = {name: more.pop(name) for name in ("limit", "after") if name in more}
    with database.read() as connection:
        return list(newest_alerts(connection, Sought(now, now + 24 * HOUR, **more), **({"limit": 9} | rest)))


def test_parts_of_the_list_make_the_list(database: Database, now: datetime, told: dict[str, Alert]) -> None:
    whole, parts, after = listed(database, now), [], None
    while part := listed(database, now, limit=2, after=after):
        parts += part
        after = (told[part[-1]].created_at, part[-1])
    assert parts == whole == sorted(told, key=lambda key: (-told[key].created_at.timestamp(), key))


@pytest.mark.parametrize(
    ("more", "n"), [({"type": "strike"}, 1), ({"state": "new"}, 4), ({"manager": "burak"}, 0), ({"manager": "ayse"}, 5)]
)
def test_list_holds_what_was_asked_for(
    database: Database, now: datetime, told: dict[str, Alert], more: dict[str, str], n: int
) -> None:
    assert len(listed(database, now, **more)) == n
