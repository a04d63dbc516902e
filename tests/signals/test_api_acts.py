"""The API: what a program changes is what its person may change, under the same rules, and what a repeat does."""

from datetime import timedelta
from typing import Any

import pytest

from .programs import alert_of, engage, program_of

TODAY = "2026-03-02"
OFFER = {
    "offered_on": TODAY,
    "product": "işletme kredisi",
    "amount": 2e7,
    "tenor_months": 12,
    "price": 40.125,
    "cost": 37.5,
}


def test_alert_is_accepted_once(worked: Any) -> None:
    asking, alert = program_of(worked, "ayse"), alert_of(worked, "C1")
    asked = {"alert_ids": [alert], "kind": "accept", "note": "aradım"}
    [move] = asking.post("/moves", json=asked).json()["moves"]
    assert (move["kind"], move["made_by"], move["note"]) == ("accept", "ayse", "aradım")
    again = asking.post("/moves", json=asked)
    assert again.status_code == 409 and alert in again.json()["detail"]
    assert worked.said("SELECT count(*) FROM moves") == [(1,)]


def test_moves_are_made_on_all_alerts_or_on_none(worked: Any) -> None:
    asking, both = program_of(worked, "ayse"), [alert_of(worked, "C1"), alert_of(worked, "C2")]
    asking.post("/moves", json={"alert_ids": both[:1], "kind": "accept"})
    assert asking.post("/moves", json={"alert_ids": both, "kind": "accept"}).status_code == 409
    assert worked.said("SELECT count(*) FROM moves") == [(1,)]


def test_move_on_anothers_alert_is_as_if_it_were_not_there(worked: Any) -> None:
    asked = {"alert_ids": [alert_of(worked, "C1"), alert_of(worked, "C3")], "kind": "accept"}
    assert program_of(worked, "burak").post("/moves", json=asked).status_code == 404
    assert worked.said("SELECT count(*) FROM moves") == [(0,)]


def test_severe_risk_is_dismissed_by_two(worked: Any) -> None:
    alert = alert_of(worked, "C2")
    one, other = program_of(worked, "ayse"), program_of(worked, "rana")
    [move] = one.post("/moves", json={"alert_ids": [alert], "kind": "dismiss", "reason": "old"}).json()["moves"]
    assert move["kind"] == "propose"
    confirm = {"alert_ids": [alert], "kind": "confirm"}
    assert [each.post("/moves", json=confirm).status_code for each in (one, other)] == [409, 200]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "dismiss"},
        {"kind": "note"},
        {"kind": "assign"},
        {"kind": "assign", "whom": "rauf"},
        {"kind": "assign", "whom": "nobody"},
        {"kind": "snooze"},
        {"kind": "snooze", "until": "2026-03-01T09:00:00+03:00"},
        {"kind": "snooze", "until": "2026-03-09"},
        {"kind": "snooze", "until": 1772530000},
        {"kind": "propose", "reason": "old"},
        {"kind": "accept", "colour": "red"},
    ],
)
def test_move_that_says_too_little_or_too_much_is_refused(worked: Any, wrong: dict[str, Any]) -> None:
    answer = program_of(worked, "ayse").post("/moves", json={"alert_ids": [alert_of(worked, "C1")]} | wrong)
    assert answer.status_code == 422 and worked.said("SELECT count(*) FROM moves") == [(0,)]


def test_alert_is_given_to_somebody_who_answers_for_its_client(worked: Any) -> None:
    asked = {"alert_ids": [alert_of(worked, "C1")], "kind": "assign", "whom": "rana"}
    asking = program_of(worked, "ayse")
    assert asking.post("/moves", json=asked).json()["moves"][0]["whom"] == "rana"
    assert asking.get("/alerts").json()["items"][0]["owner"] in ("rana", None)


def test_last_move_is_taken_back_once(worked: Any) -> None:
    asking, alert = program_of(worked, "ayse"), alert_of(worked, "C1")
    asking.post("/moves", json={"alert_ids": [alert], "kind": "accept"})
    answers = [asking.post(f"/alerts/{alert}/undo") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 409]
    assert asking.get(f"/alerts/{alert}").json()["state"] == "new"


def test_answer_is_a_move_and_a_repeat_makes_none(worked: Any) -> None:
    asking, alert = program_of(worked, "ayse"), alert_of(worked, "C1")
    made = [asking.post(f"/alerts/{alert}/answer", json={"answer": "wrong_firm"}).json()["moves"] for _ in range(2)]
    assert [[move["kind"] for move in moves] for moves in made] == [["dismiss"], []]


def test_visit_is_kept_once_with_its_reason_and_taken_back(worked: Any) -> None:
    asking = program_of(worked, "ayse")
    asked = {"kind": "visit", "acted_on": TODAY, "note": "fabrikayı gezdik", "alert_id": alert_of(worked, "C1")}
    [first, second] = [asking.post("/clients/C1/acts", json=asked).json() for _ in range(2)]
    [act] = asking.get("/clients/C1").json()["acts"]
    assert first == second == {"id": act["id"]} and act["signal_id"] and act["made_by"] == "ayse"
    assert [asking.post(f"/acts/{act['id']}/undo").status_code for _ in range(2)] == [200, 404]
    assert asking.get("/clients/C1").json()["acts"] == []


@pytest.mark.parametrize(
    ("name", "path", "body", "status"),
    [
        ("burak", "/clients/C1/acts", {"kind": "visit", "acted_on": TODAY}, 404),
        ("ayse", "/clients/C1/acts", {"kind": "limit_cut", "acted_on": TODAY, "amount": 1e6}, 403),
        ("rana", "/clients/C1/offers", OFFER, 403),
        ("nil", "/clients/C1/acts", {"kind": "visit", "acted_on": TODAY}, 403),
        ("ayse", "/clients/C1/acts", {"kind": "visit", "acted_on": "2026-03-03"}, 422),
        ("ayse", "/clients/C1/acts", {"kind": "visit", "acted_on": TODAY, "alert_id": "00"}, 404),
        ("ayse", "/clients/C1/offers", OFFER | {"price": -5000}, 422),
    ],
)
def test_what_may_not_be_written_down_is_refused(
    worked: Any, name: str, path: str, body: dict[str, Any], status: int
) -> None:
    answer = program_of(worked, name).post(path, json=body)
    assert answer.status_code == status, answer.text
    assert worked.said("SELECT count(*) FROM actions") == [(0,)]


def test_entry_that_cannot_be_kept_names_its_field(worked: Any) -> None:
    body = {"kind": "visit", "acted_on": "2024-03-02"}
    answer = program_of(worked, "ayse", language="en").post("/clients/C1/acts", json=body)
    assert [one["where"] for one in answer.json()["errors"]] == ["body.acted_on"]


def test_risk_writes_down_what_it_did_with_the_amount(worked: Any) -> None:
    asking = program_of(worked, "rana")
    body = {"kind": "limit_cut", "acted_on": TODAY, "amount": 1250000.5}
    assert asking.post("/clients/C2/acts", json=body).status_code == 200
    assert asking.get("/clients/C2").json()["acts"][0]["amount"] == 1250000.5


def test_offer_is_made_and_lost_with_its_reason(worked: Any) -> None:
    asking = program_of(worked, "ayse")
    kept = [asking.post("/clients/C1/offers", json=OFFER).json()["id"] for _ in range(2)]
    assert kept[0] == kept[1]
    end = {"status": "lost", "decided_on": TODAY, "loss_reason": "price", "winner": "Sarnıç Bank", "rival_price": 39.5}
    closed = asking.post(f"/offers/{kept[0]}/close", json=end | {"loss_reason_source": "client"}).json()
    assert (closed["status"], closed["winner"], closed["price"], closed["rival_price"]) == (
        "lost",
        "Sarnıç Bank",
        40.125,
        39.5,
    )
    assert [one["offer_id"] for one in asking.get("/offers?status=lost").json()["items"]] == [kept[0]]
    assert [asking.post(f"/offers/{kept[0]}/undo").status_code for _ in range(2)] == [200, 404]


def test_tip_is_kept_masked_and_erased_before_it_is_read(worked: Any) -> None:
    asking = program_of(worked, "ayse")
    asked = {"said": "Sahibi 0532 111 22 33 numaradan aradı, makine alacaklar", "heard_on": TODAY, "origin": "self"}
    tip = asking.post("/clients/C1/tips", json=asked).json()["id"]
    assert "0532" not in str(worked.said("SELECT body FROM texts"))
    assert [asking.post(f"/tips/{tip}/undo").status_code for _ in range(2)] == [200, 404]


def test_silence_is_set_once_and_ended_once(worked: Any) -> None:
    asking = program_of(worked, "ayse")
    asked = {"client_id": "C1", "until": "2026-03-20", "reason": "görüşme sürüyor"}
    [first, second] = [asking.post("/silences", json=asked).json() for _ in range(2)]
    assert first == second and first["is_open"]
    assert [one["id"] for one in asking.get("/silences?is_open=true").json()["items"]] == [first["id"]]
    assert [asking.post(f"/silences/{first['id']}/end").status_code for _ in range(2)] == [200, 404]


@pytest.mark.parametrize(
    ("name", "asked", "status"),
    [
        ("burak", {"client_id": "C1"}, 404),
        ("ayse", {"type": "lawsuit"}, 403),
        ("rana", {}, 422),
        ("rana", {"type": "no_such"}, 422),
        ("rana", {"type": "lawsuit", "until": "9999-12-31"}, 422),
        ("rana", {"type": "lawsuit", "until": "2026-03-01"}, 422),
    ],
)
def test_silence_that_may_not_be_is_refused(worked: Any, name: str, asked: dict[str, str], status: int) -> None:
    answer = program_of(worked, name).post("/silences", json={"until": "2026-03-20", "reason": "bilinen"} | asked)
    assert answer.status_code == status


def test_lead_goes_from_the_analyst_to_research_and_back(worked: Any) -> None:
    alert, analyst = alert_of(worked, "C1"), program_of(worked, "nil")
    path = f"/leads/{alert}/steps"
    assert program_of(worked, "rauf").get("/leads").json()["items"] == []
    sent = {"stage": "sent", "note": "ortak kim?"}
    assert [analyst.post(path, json=sent).status_code for _ in range(2)] == [200, 409]
    worked.now += timedelta(hours=1)
    researcher = program_of(worked, "rauf")
    [lead] = researcher.get("/leads").json()["items"]
    assert (lead["alert_id"], lead["stage"], lead["sent_by"]) == (alert, "sent", "nil")
    assert researcher.post(path, json={"stage": "accepted"}).status_code == 200
    assert analyst.post(path, json={"stage": "investigated"}).status_code == 403
    assert researcher.post(path, json={"stage": "confirmed", "note": "evet"}).status_code == 409
    worked.now += timedelta(hours=1)
    assert researcher.post(path, json={"stage": "dropped", "note": "yok"}).status_code == 200
    assert researcher.get("/leads").json()["items"] == []
    assert researcher.get("/leads?is_open=false").json()["items"][0]["stage"] == "dropped"


def test_source_is_paused_with_a_reason_and_let_go_on(worked: Any, make_source: Any) -> None:
    worked.bank.sources["gazete"] = make_source("gazete")
    asking = program_of(worked, "nil")
    pause = {"reason": "sayfa yenileniyor"}
    changed = [asking.post("/sources/gazete/pause", json=pause).json()["changed"] for _ in range(2)]
    assert changed == [True, False] and asking.get("/sources").json()["items"][0]["is_paused"]
    assert asking.post("/sources/gazete/resume").json() == {"changed": True}
    assert asking.post("/sources/yok/pause", json=pause).status_code == 404
    assert program_of(worked, "rana").post("/sources/gazete/pause", json=pause).status_code == 403


def test_changes_are_signed_with_the_persons_name_in_the_trail(worked: Any) -> None:
    engage(worked, "vekil", "deputy", manager="ayse")
    program_of(worked, "rana").post("/moves", json={"alert_ids": [alert_of(worked, "C1")], "kind": "acknowledge"})
    said = worked.said("SELECT actor, object FROM audit WHERE action = 'alert.acknowledge'")
    assert said == [("rana", alert_of(worked, "C1"))]
