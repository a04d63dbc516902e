"""Derived signals in storage: what they follow from, under the clients of today; ties and stakes."""

from datetime import timedelta

import pytest

from oncu.storage.clients import save_clients
from oncu.storage.identity import point_at_survivors
from oncu.storage.outcomes import save_relations
from oncu.storage.relations import Tie, ties_among
from oncu.storage.stakes import Stake, stakes_of

HOUR = timedelta(hours=1)


@pytest.fixture
def firms(database, now):
    """Four firms: B is the daughter of A by the client list, C buys 30 % from B."""

    def save(**more):
        base = {"parent_id": None, "balance": None, "short_names": ()}
        rows = [base | {"client_id": name, "legal_name": name} | more.get(name, {}) for name in "ABCD"]
        with database.write() as connection:
            save_clients(connection, rows, now)
            relation = {"client_id": "B", "other_id": "C", "kind": "customer", "share": 0.3}
            save_relations(connection, [relation], now)

    return save


def ties(database, *firms):
    with database.read() as connection:
        return ties_among(connection, firms)


def test_ties_are_seen_from_both_ends_and_parents_of_the_client_list_count(database, firms):
    firms(B={"parent_id": "A"})
    found = ties(database, "A", "B")
    assert found["A"] == [Tie("B", "parent", None, False)]
    assert set(found["B"]) == {Tie("A", "parent", None, True), Tie("C", "customer", 0.3, True)}


def test_a_parent_named_twice_is_one_tie_with_the_share_of_the_relation(database, firms, now):
    firms(B={"parent_id": "A"})
    with database.write() as connection:
        save_relations(connection, [{"client_id": "B", "other_id": "A", "kind": "parent", "share": 0.6}], now)
    assert ties(database, "A")["A"] == [Tie("B", "parent", 0.6, False)]


def test_the_ties_of_a_merged_client_are_the_survivors(database, firms):
    firms()
    with database.write() as connection:
        point_at_survivors(connection, {"B": "D"})
    assert ties(database, "D", "C") == {
        "D": [Tie("C", "customer", 0.3, True)],
        "C": [Tie("D", "customer", 0.3, False)],
    }


def test_a_stake_is_the_share_of_the_clients_with_less(database, firms):
    firms(A={"balance": 4.0}, B={"balance": 3.0}, C={"balance": 2.0}, D={"balance": 1.0})
    with database.read() as connection:
        assert stakes_of(connection, ["A", "D"]) == {"A": Stake(0.75), "D": Stake(0.0)}


def test_an_unknown_amount_is_no_small_one(database, firms):
    firms(A={"balance": 4.0})
    with database.read() as connection:
        assert stakes_of(connection, ["B"]) == {"B": Stake()}
