"""A week unattended on PostgreSQL: a source breaks on the second day, another changes its layout on the fourth, the
database is stopped hard on the fifth. The keeper is told which and when, nothing is lost, nothing comes twice."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path
from threading import Thread, Timer
from typing import Any

import pytest

from oncu.storage.clients import save_clients
from oncu.storage.database import Database, create_database

from ..catalogue import source_file
from ..trust.line import MANAGERS, START, Line, Papers, begin_mother, clients_of, install
from ..trust.mailbox import Mailbox
from ..trust.test_faults_postgresql import Server
from ..trust.told import PAPERS, Event, events

EVENTS = 60
EVERY = timedelta(hours=2)
TICKS = 84  # a week of them
BROKEN, MENDED = timedelta(days=1, hours=2), timedelta(days=3)
CHANGED, LEARNED = timedelta(days=3, hours=4), timedelta(days=4, hours=22)
CRASH = timedelta(days=4, hours=6)
BUSINESS_DAYS = [date(2026, 3, day) for day in (2, 3, 4, 5, 6, 9)]  # from a Monday noon to ten on the next
LISTING = """\
listing:
  item: "{item}.ilan"
  fields: {{title: b, text: p, published_at: time}}
"""


class Town(Papers):
    """The papers, and a register that lists the same events; `closed` cannot be reached, `item` is how it lists."""

    def __init__(self, all_events: list[Event]) -> None:
        super().__init__(all_events)
        self.closed: set[str] = set()
        self.item = "li"

    def page(self, path: str) -> bytes | None:
        """What stands at an address."""
        if path in self.closed:
            return None
        if path == "/sicil.html":
            rows = (self._row(event) for event in self.all_events[: self.shown])
            return f"<html lang=tr><body><h1>Sicil</h1>{''.join(rows)}</body></html>".encode()
        return super().page(path)

    def _row(self, event: Event) -> str:
        day = f"{START + timedelta(minutes=event.number):%Y-%m-%d}"
        said = f"<b>{event.title}</b><p>Sicil no {event.number}. {event.text}</p><time>{day}</time>"
        return f"<{self.item} class=ilan>{said}</{self.item}>"


@dataclass
class Week(Line):
    """The line with its database on PostgreSQL, and what every tick of the scheduler ended with."""

    database: Database | None = None
    ended: list[int] = field(default_factory=list)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the database."""
        assert self.database is not None
        with self.database.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def tick(self, at: datetime) -> None:
        """What a scheduler does when it looks at the clock."""
        self.ended += self.run([["schedule", "--once"]], at=at)


@pytest.fixture(scope="module")
def week() -> Iterator[Week]:
    """The week, gone by."""
    told = events(EVENTS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="oncu-week-")))
        server = Server(folder / "data")
        stack.callback(server.close)
        town, box = stack.enter_context(Town(told)), stack.enter_context(Mailbox())
        Thread(target=town.serve_forever, daemon=True).start()
        stack.callback(town.shutdown)
        home = folder / "home"
        home.mkdir()
        install(home, told, town.server_port, box.port)
        database = settle(home, server.url, told)
        stack.callback(database.close)
        yield live(Week(home, town, box, stack.enter_context(begin_mother()), database=database), server)


def settle(home: Path, url: str, told: list[Event]) -> Database:
    """Move the installation to PostgreSQL, name a keeper, and add the register."""
    database = create_database(url)
    with database.write() as connection:
        save_clients(connection, clients_of(len(told)), START)
    text = (home / "oncu.yml").read_text("utf-8").replace(f"sqlite:///{home}/oncu.db", url)
    text = text.replace("recipients: {", "recipients: {ece: ece@bank.example, ") + "health: {tell: [ece]}\n"
    (home / "oncu.yml").write_text(text, "utf-8")
    return database


def learn(week: Week, item: str) -> None:
    """The register's file, as somebody wrote it who has seen its pages."""
    url = f"http://127.0.0.1:{week.papers.server_port}/sicil.html"
    listing = LISTING.format(item=item)
    text = source_file("sicil", url, category="registry", origin="authority", reader="listing", more=listing)
    (week.folder / "sources" / "sicil.yml").write_text(text, "utf-8")


def live(week: Week, server: Server) -> Week:
    """Let a week go by, two hours at a time."""
    town = week.papers
    assert isinstance(town, Town)
    learn(week, "li")
    for tick in range(TICKS):
        passed = tick * EVERY
        if tick % 4 == 1 and town.shown < EVENTS:
            week.tell(3)
        town.closed = {"/gazete.rss"} if BROKEN <= passed < MENDED else set()
        town.item = "div" if passed >= CHANGED else "li"
        if passed == LEARNED:
            learn(week, "div")
        if passed == CRASH:
            Timer(1.5, server.crash).start()  # in the middle of what the tick does
        week.tick(START + passed)
        if passed == CRASH:
            server.start()
    return week


def test_every_event_made_one_alert_and_none_came_twice(week: Week) -> None:
    assert week.papers.shown == EVENTS
    told = Counter((event.client_id, event.type) for event in week.papers.all_events)
    assert Counter(week.rows("SELECT client_id, type FROM alerts")) == told
    assert week.rows("SELECT count(*) FROM dispatches WHERE sent_at IS NULL") == [(0,)]
    assert len(week.box.ids("alert")) == EVENTS


def test_what_the_broken_source_told_meanwhile_was_fetched_later(week: Week) -> None:
    found = dict(week.rows("SELECT source, count(*) FROM documents GROUP BY source"))
    assert found == {**dict.fromkeys(PAPERS, EVENTS), "sicil": EVENTS}


def test_the_keeper_was_told_which_source_and_when(week: Week) -> None:
    alarms = week.rows("SELECT source, kind, state, noted_at, sent_at FROM alarms ORDER BY noted_at, source")
    assert [row[:2] for row in alarms] == [
        ("gazete", "raised"),
        ("gazete", "recovered"),
        ("sicil", "raised"),
        ("sicil", "recovered"),
    ]
    assert [row[2] for row in alarms if row[1] == "raised"] == ["failing", "changed"]
    noted = [row[3] - START for row in alarms]
    for at, (after, before) in zip(noted, [(BROKEN, 4), (MENDED, 2), (CHANGED, 4), (LEARNED, 2)], strict=True):
        assert after <= at <= after + before * EVERY
    assert all(row[4] is not None for row in alarms)
    assert len(week.box.ids("alarm")) == len(alarms)


def test_each_manager_got_one_digest_a_business_day(week: Week) -> None:
    sent = Counter(week.rows("SELECT manager, day FROM digests WHERE sent_at IS NOT NULL"))
    assert sent == dict.fromkeys(product(MANAGERS, BUSINESS_DAYS), 1)
    assert len(week.box.ids("digest")) == len(sent)


def test_the_scheduler_went_on_after_the_database_had_stopped(week: Week) -> None:
    """One source of several that cannot be reached fails no job, so only the tick of the stop may have failed."""
    crashed = int(CRASH / EVERY)
    assert [place for place, code in enumerate(week.ended) if code != 0 and place != crashed] == []
