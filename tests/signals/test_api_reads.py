"""The API: what a program reads is what its person sees, in parts, and noted."""

from datetime import timedelta
from typing import Any

import pytest

from oncu.storage.models import actions, offers

from .programs import alert_of, program_of


def trail(worked: Any, action: str) -> list[tuple[str, str]]:
    """Who did it to what, oldest first."""
    return worked.said(f"SELECT actor, object FROM audit WHERE action = '{action}' ORDER BY seq")


def ids(answer: Any, key: str = "client_id") -> list[str]:
    """One value of every row."""
    return [row[key] for row in answer.json()["items"]]


@pytest.mark.parametrize(
    ("name", "seen"),
    [("ayse", {"C1", "C2"}), ("burak", {"C3"}), ("lale", {"C1", "C2"}), ("rana", {"C1", "C2", "C3"})],
)
def test_alerts_are_those_of_the_persons_clients(worked: Any, name: str, seen: set[str]) -> None:
    assert set(ids(program_of(worked, name).get("/alerts"))) == seen


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("side=opportunity", ["C3"]),
        ("manager=burak", ["C3"]),
        ("type=lawsuit", ["C1"]),
        ("state=accepted", []),
        ("state=new&side=risk&manager=ayse", ["C1", "C2"]),
    ],
)
def test_alerts_are_filtered(worked: Any, query: str, seen: list[str]) -> None:
    assert sorted(ids(program_of(worked, "rana").get(f"/alerts?{query}"))) == seen


def test_alerts_of_a_state_are_those_that_stand_so_now(worked: Any) -> None:
    asking = program_of(worked, "ayse")
    asking.post("/moves", json={"alert_ids": [alert_of(worked, "C1")], "kind": "accept"})
    assert ids(asking.get("/alerts?state=accepted")) == ["C1"]


def test_alerts_that_are_older_than_asked_for_are_left_out(worked: Any) -> None:
    asking = program_of(worked, "rana")
    worked.now += timedelta(days=3)
    assert ids(asking.get("/alerts?days=2")) == []


@pytest.mark.parametrize(("path", "key"), [("/alerts", "id"), ("/desk", "id"), ("/clients?q=a.ş", "client_id")])
def test_parts_of_a_list_make_the_whole_list(worked: Any, path: str, key: str) -> None:
    asking = program_of(worked, "rana")
    whole, found, cursor = ids(asking.get(path), key), [], ""
    for _ in range(len(whole)):
        part = asking.get(path + ("&" if "?" in path else "?") + f"limit=1{cursor}")
        found += ids(part, key)
        cursor = f"&cursor={part.json()['next']}"
    assert (found, cursor) == (whole, "&cursor=None") and len(whole) > 1


def test_alert_tells_its_evidence_its_reason_and_where_it_stands(worked: Any) -> None:
    told = program_of(worked, "ayse", language="en").get(f"/alerts/{alert_of(worked, 'C1')}").json()
    [document] = told["evidence"]
    assert document["quote"] == "Rakibi, Simya İlaç'a patent davası açtı"
    assert (told["title"], told["state"], told["moves"]) == ("Lawsuit", "new", [])
    assert 0 < document["tag_probability"] <= 1 and told["why"] and told["deadline"]["kind"] == "acknowledge"


@pytest.mark.parametrize("path", ["/alerts/{}", "/clients/C1", "/clients/X9", "/alerts/00"])
def test_what_is_anothers_is_as_if_it_were_not_there(worked: Any, path: str) -> None:
    answer = program_of(worked, "burak").get(path.format(alert_of(worked, "C1")))
    assert answer.status_code == 404 and "Simya" not in answer.text


def test_client_tells_all_that_is_known_and_offers_only_to_whom_they_are_open(worked: Any) -> None:
    row = dict.fromkeys(offers.c.keys())
    row |= {"offer_id": "T1", "client_id": "C1", "product": "kredi", "amount": 1e6, "tenor_months": 12.0, "price": 40.0}
    row |= {"offered_at": worked.now, "recorded_at": worked.now, "cost": 37.0, "status": "open"}
    with worked.database.write() as connection:
        connection.execute(offers.insert().values(**row))
    own, other = (program_of(worked, name).get("/clients/C1").json() for name in ("ayse", "nil"))
    assert [one["offer_id"] for one in own["offers"]] == ["T1"] and other["offers"] == []
    assert own["fields"][0]["value"] == "Simya İlaç Sanayi A.Ş." and own["alerts"][0]["type"] == "lawsuit"


def test_client_is_found_in_any_spelling_among_those_that_are_seen(worked: Any) -> None:
    assert ids(program_of(worked, "ayse").get("/clients?q=sımya ILAC")) == ["C1"]
    assert ids(program_of(worked, "burak").get("/clients?q=simya")) == []


def test_queue_of_the_desk_says_whose_and_how_urgent(worked: Any) -> None:
    rows = program_of(worked, "rana").get("/desk?view=all").json()["items"]
    assert {row["client_id"]: row["holder"] for row in rows} == {"C1": "ayse", "C2": "ayse", "C3": "burak"}
    assert rows[0]["client_id"] == "C2" and rows[0]["level"] > rows[1]["level"]


def test_flagged_clients_say_why(worked: Any) -> None:
    worked.bank.set(level={"threshold": 10})
    object.__setattr__(worked.site, "settings", worked.bank.settings)
    rows = program_of(worked, "ayse").get("/risks").json()["items"]
    assert rows[0]["client_id"] == "C2" and rows[0]["steps"] and "konkordato" in rows[0]["why"]


@pytest.mark.parametrize("path", ["/prospects", "/silences", "/withheld", "/offers", "/leads", "/sources"])
def test_list_without_rows_is_an_empty_list(worked: Any, path: str) -> None:
    name = {"/offers": "ayse"}.get(path, "nil")
    assert program_of(worked, name).get(path).json() == {"items": [], "next": None, "total": 0}


@pytest.mark.parametrize("path", ["/measures", "/offers/report"])
def test_report_that_was_not_published_yet_says_how_to_make_it(worked: Any, path: str) -> None:
    answer = program_of(worked, "rana").get(path)
    assert answer.status_code == 404 and "oncu score" in answer.json()["detail"]


def test_sources_say_how_they_are(worked: Any, make_source: Any) -> None:
    worked.bank.sources["gazete"] = make_source("gazete")
    [row] = program_of(worked, "nil").get("/sources").json()["items"]
    assert (row["name"], row["state"], row["is_paused"]) == ("gazete", "new", False)


def test_what_is_looked_at_and_taken_home_is_noted_as_on_the_pages(worked: Any) -> None:
    asking, alert = program_of(worked, "ayse"), alert_of(worked, "C1")
    for path in (f"/alerts/{alert}", "/clients/C1", "/alerts?side=risk"):
        asking.get(path)
    assert trail(worked, "alert.view") == [("ayse", alert)]
    assert trail(worked, "client.view") == [("ayse", "C1")]
    assert trail(worked, "export") == [("ayse", "api/alerts")]


def test_letters_that_nobody_sees_are_taken_out(worked: Any) -> None:
    row = {"id": "a1", "client_id": "C1", "kind": "visit", "acted_at": worked.now, "recorded_at": worked.now}
    with worked.database.write() as connection:
        connection.execute(actions.insert().values(dict.fromkeys(actions.c.keys()) | row | {"note": "iyi\u202e niyet"}))
    [act] = program_of(worked, "ayse").get("/clients/C1").json()["acts"]
    assert act["note"] == "iyi niyet"
