"""The list of what people are asked: kept short, told by answers, and drawn differently by each."""

from datetime import timedelta

import pytest

from oncu.storage.candidates import (
    Nearness,
    add_candidates,
    count_open,
    disputed,
    drawn,
    has_candidates,
    least_certain,
    newest_tagged,
    prune_candidates,
)
from oncu.storage.clients import save_clients
from oncu.storage.documents import Document, save_documents
from oncu.storage.labels import WITHDRAWN, Label, last_label, load_labels, save_labels
from oncu.storage.mentions import MentionRow, save_mentions

from ..plans import explained

HOUR = timedelta(hours=1)
N = 12


@pytest.fixture
def items(database, now):
    """Mentions of one client in so many documents, each less certain than the one before."""
    papers = [Document("gazete", f"n{i}", f"Haber {i}", "", now, now + i * HOUR) for i in range(N)]
    rows = [MentionRow(p.id, "C1", 0, 5, 0.9, True, 80, "subject", "name", now, "1") for p in papers]
    with database.write() as connection:
        save_clients(connection, [{"client_id": "C1", "legal_name": "Örnek A.Ş.", "short_names": ()}], now)
        save_documents(connection, papers)
        save_mentions(connection, rows)
        add_candidates(
            connection,
            (Nearness(r.document_id, "C1", r.id, (N - i) / N, now + i * HOUR) for i, r in enumerate(rows)),
        )
    return [row.id for row in rows]


def say(database, item, who, at, *holds, how="ui", is_unsure=False):
    with database.write() as connection:
        save_labels(connection, [Label(item, who, holds, how, at, is_unsure=is_unsure)])


def test_the_least_certain_comes_first(database, items):
    with database.read() as connection:
        assert least_certain(connection, "ece", 3) == items[::-1][:3]


def test_what_one_has_judged_or_skipped_is_not_asked_of_them_again(database, items, now):
    say(database, items[-1], "ece", now, "strike")
    say(database, items[-2], "ece", now, is_unsure=True)
    with database.read() as connection:
        assert items[-2] not in least_certain(connection, "ece", N)
        assert (items[-1], items[-2]) == (
            drawn(connection, "can", 1, people=1)[0],
            least_certain(connection, "can", 1)[0],
        )
        assert count_open(connection) == N - 1


def test_an_answer_taken_back_opens_the_mention_again(database, items, now):
    say(database, items[0], "ece", now, "strike")
    say(database, items[0], "ece", now + HOUR, how=WITHDRAWN, is_unsure=True)
    with database.read() as connection:
        assert load_labels(connection) == [] and last_label(connection, "ece") is None
        assert items[0] in least_certain(connection, "ece", N) and count_open(connection) == N


def test_people_who_differ_make_a_dispute_that_ends_with_it(database, items, now):
    say(database, items[0], "ece", now, "strike")
    say(database, items[0], "can", now)
    with database.read() as connection:
        assert disputed(connection, "nur", N) == [items[0]] and disputed(connection, "ece", N) == []
    say(database, items[0], "can", now + HOUR, "strike")
    with database.read() as connection:
        assert disputed(connection, "nur", N) == []


def test_two_people_draw_in_another_order_and_both_draw_all(database, items):
    with database.read() as connection:
        orders = {tuple(drawn(connection, name, N)) for name in ("ece", "can", "nur", "ali")}
    assert len(orders) > 1 and all(sorted(order) == sorted(items) for order in orders)


def test_a_list_that_is_too_long_loses_the_oldest_that_nobody_has_judged(database, items, now):
    say(database, items[0], "ece", now, "strike")
    with database.write() as connection:
        prune_candidates(connection, most=4)
        assert least_certain(connection, "can", N) == items[::-1][:4]
        assert drawn(connection, "can", N, people=1) == [items[0]]


@pytest.mark.sqlite_only("the plan is SQLite's")
def test_the_oldest_are_found_by_their_time(database, items):
    with database.write() as connection, explained(connection) as steps:
        prune_candidates(connection, most=4)
    assert [step for step in steps if "(seen_at<?)" in step] and not [step for step in steps if "people=?" in step]


def test_the_list_can_be_made_anew_from_what_was_read(database, items):
    with database.read() as connection:
        assert has_candidates(connection)
        assert {tagged.mention_id for tagged in newest_tagged(connection)} == set(items)
