"""What hosts let us fetch, kept from one crawl to the next for as long as it may be believed."""

from datetime import datetime

from oncu.storage.database import Database
from oncu.storage.robots import Permit, load_permits, save_permits

from .robots import Rules, product_token


class Permits:
    """The robots.txt files read in the last 24 hours; an error is never kept, so it is asked again by the next crawl.

    What this crawl reads counts as read when it began: believed a little shorter than it may be.
    """

    def __init__(self, database: Database, user_agent: str, now: datetime) -> None:
        self._database = database
        self._agent = product_token(user_agent)
        self._now = now
        self._read: list[Permit] = []
        with database.read() as connection:
            self._known = load_permits(connection, self._agent, now)

    def find(self, place: str) -> tuple[Rules, float] | None:
        """The rules of a place ("https://host:port") and their age in seconds, or None where it has to be asked."""
        known = self._known.get(place)
        return (Rules(known.rules, known.delay), (self._now - known.read_at).total_seconds()) if known else None

    def note(self, place: str, rules: Rules) -> None:
        """Keep what a place answered."""
        self._read.append(Permit(place, self._agent, rules.rules, rules.delay, self._now))

    def save(self) -> None:
        """Store what was noted. Raises StorageError."""
        if self._read:
            with self._database.write() as connection:
                save_permits(connection, self._read, self._now)
