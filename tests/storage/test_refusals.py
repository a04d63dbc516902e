"""What people refused: read of the clients they refused alone, from labels, reviews and audits, under today's ids."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from oncu.storage.clients import save_clients
from oncu.storage.database import Database, Transaction, save_new
from oncu.storage.documents import Document, save_documents
from oncu.storage.identity import SAME, UNDECIDED, point_at_survivors, save_decision
from oncu.storage.labels import Label, save_labels
from oncu.storage.mentions import MentionRow, TagRow, save_mentions, save_tags
from oncu.storage.models import alerts, decisions, derivations, episodes, reviews, signals, stories
from oncu.storage.refusals import verdicts_on_firms

from ..plans import explained

HOUR = timedelta(hours=1)
NAME = "Dalga"


class Heard:
    """A database in which mentions are heard of, alerted and judged, each by a word of its own."""

    def __init__(self, connection: Transaction, now: datetime) -> None:
        self.connection, self.now = connection, now
        rows = [{"client_id": f"C{n}", "legal_name": f"Örnek {n} A.Ş."} for n in range(1, 5)]
        save_clients(connection, rows, now)

    def hear(self, key: str, client: str, name: str = NAME) -> str:
        """A mention with a tag; its id."""
        document = Document("gazete", key, f"{name} {key}", "", self.now, self.now)
        mention = MentionRow(document.id, client, 0, len(name), 0.9, True, 90, "subject", "name", self.now, "v1")
        values = {"status": "fact", "origin": "independent", "known_at": self.now, "version": "v1", "reason": "w"}
        tag = TagRow(mention.id, "lawsuit", "risk", 0.8, True, start=0, end=5, **values)  # type: ignore[arg-type]
        save_documents(self.connection, [document])
        save_mentions(self.connection, [mention])
        save_tags(self.connection, [tag])
        row = {"id": key, "first_document_id": document.id, "known_at": self.now}
        save_new(self.connection, stories, [row])
        self._signal(key, client, tag.id, document.id)
        return mention.id

    def follow(self, key: str, client: str, cause: str) -> None:
        """An alert of a client that follows from another signal, and stands on the mention of that."""
        (row,) = self.connection.execute(signals.select().where(signals.c.id == cause)).all()
        save_new(self.connection, stories, [{"id": key, "first_document_id": row.document_id, "known_at": self.now}])
        self._signal(key, client, row.tag_id, row.document_id)
        derived = {"id": key, "signal_id": key, "cause_id": cause, "weight": 1.0, "path": [], "known_at": self.now}
        save_new(self.connection, derivations, [derived])

    def alert(self, key: str, client: str) -> None:
        """The alert of a signal."""
        row = {"id": key, "client_id": client, "type": "lawsuit", "side": "risk", "event_key": key, "episode_id": key}
        row |= {"signal_id": key, "manager": None, "priority": 0.5, "reason": "r", "state": "new"}
        save_new(self.connection, alerts, [row | {"created_at": self.now}])

    def label(self, mention: str, *holds: str, noise: str | None = None, by: str = "ece", after: int = 0) -> None:
        save_labels(self.connection, [Label(mention, by, holds, "ui", self.now + after * HOUR, noise=noise)])

    def review(self, key: str, verdict: str, reason: str | None = None, by: str = "ece", after: int = 0) -> None:
        row = {"id": f"{key} {by} {after}", "alert_id": key, "reviewer": by, "verdict": verdict, "reason": reason}
        row |= {"note": None, "reviewed_at": self.now + after * HOUR}
        self.connection.execute(insert(reviews), [row])

    def audit(self, key: str, verdict: str, reason: str | None = None, by: str = "ece") -> None:
        row = {"id": f"{key} {by}", "kind": "audit", "subject": key, "object": "lawsuit", "verdict": verdict}
        self.connection.execute(insert(decisions), [row | {"reason": reason, "decided_by": by, "decided_at": self.now}])

    def verdicts(self, after: int = 9) -> list[tuple[str, str, bool]]:
        found = verdicts_on_firms(self.connection, until=self.now + after * HOUR)
        return sorted((one.surface, one.client_id, one.is_client) for one in found)

    def _signal(self, key: str, client: str, tag: str, document: str) -> None:
        row = {"id": key, "client_id": client, "side": "risk", "type": "lawsuit", "arm": "live"}
        save_new(self.connection, episodes, [row | {"started_at": self.now}])
        row |= {"story_id": key, "episode_id": key, "tag_id": tag, "document_id": document, "event_key": key}
        row |= {"source": "gazete", "category": "news", "origin": "independent", "status": "fact", "version": "v1"}
        moments: dict[str, Any] = {"published_at": None, "first_seen_at": self.now, "known_at": self.now}
        save_new(self.connection, signals, [row | moments | {"probability": 0.8, "relevance": 90}])


@pytest.fixture
def heard(database: Database, now: datetime) -> Any:
    with database.write() as connection:
        yield Heard(connection, now)


def label_wrong(heard: Heard, mention: str, key: str) -> None:
    heard.label(mention, noise="wrong_company")


def review_wrong(heard: Heard, mention: str, key: str) -> None:
    heard.alert(key, "C1")
    heard.review(key, "dismissed", "wrong_firm")


def audit_wrong(heard: Heard, mention: str, key: str) -> None:
    heard.audit(key, "dismissed", "wrong_firm")


def label_right(heard: Heard, mention: str, key: str) -> None:
    heard.label(mention, "lawsuit")


def review_right(heard: Heard, mention: str, key: str) -> None:
    heard.alert(key, "C1")
    heard.review(key, "accepted")


def audit_right(heard: Heard, mention: str, key: str) -> None:
    heard.audit(key, "accepted")


Say = Callable[[Heard, str, str], None]


@pytest.mark.parametrize("refuse", [label_wrong, review_wrong, audit_wrong])
@pytest.mark.parametrize("approve", [label_right, review_right, audit_right])
def test_a_refused_client_is_told_with_all_that_speaks_for_it(heard: Heard, refuse: Say, approve: Say) -> None:
    refuse(heard, heard.hear("a", "C1"), "a")
    approve(heard, heard.hear("b", "C1"), "b")
    assert heard.verdicts() == [(NAME, "C1", False), (NAME, "C1", True)]


def test_a_client_nobody_refused_is_not_told(heard: Heard) -> None:
    label_wrong(heard, heard.hear("a", "C1"), "a")
    label_right(heard, heard.hear("b", "C2"), "b")
    audit_right(heard, heard.hear("c", "C2"), "c")
    heard.hear("d", "C2")
    heard.alert("d", "C2")
    heard.review("d", "accepted")
    assert heard.verdicts() == [(NAME, "C1", False)]


def test_what_is_said_later_is_not_known_yet(heard: Heard) -> None:
    mention = heard.hear("a", "C1")
    heard.label(mention, noise="wrong_company")
    heard.label(mention, "lawsuit", after=2)
    assert [heard.verdicts(after) for after in (1, 2)] == [[(NAME, "C1", False)], [(NAME, "C1", True)]]


def test_a_review_that_follows_a_label_takes_its_place(heard: Heard) -> None:
    label_wrong(heard, heard.hear("a", "C1"), "a")
    heard.alert("a", "C1")
    heard.review("a", "accepted", after=2)
    assert heard.verdicts() == [(NAME, "C1", True)]


def test_merged_clients_are_one(heard: Heard) -> None:
    label_wrong(heard, heard.hear("a", "C2"), "a")
    label_right(heard, heard.hear("b", "C1"), "b")
    point_at_survivors(heard.connection, {"C2": "C1"})
    assert heard.verdicts() == [(NAME, "C1", False), (NAME, "C1", True)]


def test_an_alert_told_while_two_clients_were_one_still_speaks_for_its_mention(heard: Heard) -> None:
    label_wrong(heard, heard.hear("a", "C2"), "a")
    heard.hear("b", "C2")
    heard.alert("b", "C1")  # as C2 was C1 at that time
    heard.review("b", "accepted")
    for verdict in (SAME, UNDECIDED):
        save_decision(heard.connection, "C1", "C2", verdict, by="ece", note=None, now=heard.now)
    assert heard.verdicts() == [(NAME, "C2", False), (NAME, "C2", True)]


def test_an_alert_that_follows_from_another_speaks_for_the_mention_of_that(heard: Heard) -> None:
    label_wrong(heard, heard.hear("a", "C1"), "a")
    heard.hear("b", "C1")
    heard.follow("c", "C3", "b")
    heard.follow("d", "C4", "c")
    for key, client in (("c", "C3"), ("d", "C4")):
        heard.alert(key, client)
        heard.review(key, "accepted", by=client)
    assert heard.verdicts() == [(NAME, "C1", False), (NAME, "C1", True), (NAME, "C1", True)]


def gone_through(plans: list[str]) -> list[str]:
    """The steps of a plan that look at all of what is not said by people."""
    return [line for line in plans if re.match(r"SCAN (texts|alerts|signals|tags|mentions|decisions)\b", line)]


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_without_a_refusal_no_text_is_read(heard: Heard) -> None:
    label_right(heard, heard.hear("a", "C1"), "a")
    with explained(heard.connection) as plans:
        assert heard.verdicts() == []
    assert plans and not gone_through(plans)
    assert not [line for line in plans if "texts" in line]


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_reviews_of_a_refused_client_are_found_by_their_alerts(heard: Heard) -> None:
    label_wrong(heard, heard.hear("a", "C1"), "a")
    review_right(heard, heard.hear("b", "C1"), "b")
    heard.follow("c", "C3", "b")
    with explained(heard.connection) as plans:
        assert heard.verdicts() == [(NAME, "C1", False), (NAME, "C1", True)]
    assert not gone_through(plans)
    assert "SEARCH reviews USING INDEX ix_reviews_alert_id (alert_id=?)" in plans
