"""The desk in the pages: the queue and its views, moves on one alert and on several, undo, next, who may what."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from oncu.signals.web.app import build_app
from oncu.signals.web.site import Site

from .staff import SAME_SITE, hire, log_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime.fromisoformat("2026-03-02T10:00:00+03:00")
SEVERE, MILD, CHANCE = "insolvency", "strike", "plant_expansion"


@dataclass
class Floor:
    """A bank with three alerts, and the colleagues who work on them, each in a browser of their own."""

    bank: Any
    app: Any
    alerts: dict[str, str]
    browsers: dict[str, TestClient]

    def as_(self, name: str) -> TestClient:
        if name not in self.browsers:
            client = TestClient(self.app, base_url="http://oncu.test", headers=SAME_SITE, follow_redirects=False)
            self.browsers[name] = log_in(client, name)
        return self.browsers[name]

    def wait_until(self, moment: datetime) -> None:
        """Move the clock so far that everybody logs in anew."""
        self.bank.now = moment
        self.browsers.clear()

    def move(self, name: str, code: str, move: str, **more: str) -> Response:
        self.bank.now += timedelta(seconds=1)
        return self.as_(name).post(f"/alerts/{self.alerts[code]}/hamle", data={"move": move} | more)

    def bulk(self, name: str, move: str, *codes: str, **more: str) -> Response:
        self.bank.now += timedelta(seconds=1)
        chosen = {f"alert.{self.alerts[code]}": "on" for code in codes}
        return self.as_(name).post("/masa/hamle", data={"move": move, "back": "/masa"} | chosen | more)

    def queue(self, name: str, view: str = "all") -> list[str]:
        """The types of the alerts in a view, in its order."""
        text = self.as_(name).get(f"/masa?view={view}").text
        codes = {key: code for code, key in self.alerts.items()}
        return [codes[part.partition('"')[0]] for part in text.split('<tr data-alert="')[1:]]

    def state(self, code: str) -> str:
        return str(self.bank.rows(f"SELECT state FROM alerts WHERE id = '{self.alerts[code]}'")[0][0])


@pytest.fixture
def floor(bank: Any) -> Floor:
    """Ayse manages the insolvent and the struck firm, Burak the growing one; Rana and Remzi are of risk."""
    bank.now = MONDAY
    bank.see("Simya İlaç iflas etti", at=MONDAY)
    bank.see("Parlak Telekom işçileri greve çıktı", at=MONDAY)
    bank.see("Nehir Kimya yeni fabrika kuruyor", at=MONDAY)
    bank.run(MONDAY)
    for name, role in (("ayse", "manager"), ("burak", "manager"), ("levent", "lead"), ("rana", "risk")):
        hire(bank.database, MONDAY - DAY, name, role, team="kuzey")
    for name, role in (("remzi", "risk"), ("ali", "analyst"), ("arda", "researcher")):
        hire(bank.database, MONDAY - DAY, name, role)
    app = build_app(Site(bank.database, bank.catalogue, bank.settings, lambda: bank.now))
    return Floor(bank, app, dict(bank.rows("SELECT type, id FROM alerts")), {})


def test_queue_holds_what_the_reader_sees_the_overdue_first(floor: Floor) -> None:
    floor.bank.now = MONDAY + 5 * HOUR  # the insolvency should have been taken up
    assert floor.queue("rana")[0] == SEVERE and len(floor.queue("rana")) == 3
    assert floor.queue("burak") == [CHANCE]


@pytest.mark.parametrize(
    ("view", "held"),
    [
        ("mine", [CHANCE]),
        ("unassigned", [SEVERE]),
        ("second", [SEVERE]),
        ("snoozed", [MILD]),
        ("all", [SEVERE, CHANCE]),
        ("nonsense", [SEVERE, CHANCE]),
    ],
)
def test_views_of_the_queue(floor: Floor, view: str, held: list[str]) -> None:
    floor.move("ayse", MILD, "snooze:7")
    floor.move("burak", CHANCE, "escalate", whom="rana")
    floor.move("ayse", SEVERE, "dismiss:old")
    assert sorted(floor.queue("rana", view)) == sorted(held)


def test_accepted_and_closed_alerts_have_views_of_their_own(floor: Floor) -> None:
    floor.move("ayse", MILD, "accept")
    floor.move("burak", CHANCE, "dismiss:known")
    assert (floor.queue("rana", "followed"), floor.queue("rana", "closed")) == ([MILD], [CHANCE])
    assert floor.queue("rana") == [SEVERE]


def test_snoozed_alert_comes_back_on_its_day(floor: Floor) -> None:
    floor.move("ayse", MILD, "snooze:7")
    assert MILD not in floor.queue("ayse")
    floor.wait_until(MONDAY + 7 * DAY)
    assert MILD in floor.queue("ayse")


def test_several_are_moved_with_one_reason_or_none_is(floor: Floor) -> None:
    assert floor.bulk("rana", "dismiss:duplicate", MILD, CHANCE).status_code == 303
    refused = floor.bulk("rana", "dismiss:duplicate", MILD, SEVERE)
    assert refused.status_code == 400 and "önce yeniden açın" in refused.text
    assert [floor.state(code) for code in (MILD, CHANCE, SEVERE)] == ["dismissed", "dismissed", "new"]


def test_refused_bulk_move_keeps_what_was_chosen_and_typed(floor: Floor) -> None:
    refused = floor.bulk("rana", "dismiss:other", MILD, note="")
    assert refused.status_code == 400 and f'name="alert.{floor.alerts[MILD]}" checked' in refused.text
    nothing = floor.bulk("rana", "accept")
    assert nothing.status_code == 400 and "hiç uyarı seçilmedi" in nothing.text


def test_more_than_fifty_are_not_moved_at_once(floor: Floor) -> None:
    chosen = {f"alert.{number:020d}": "on" for number in range(51)}
    refused = floor.as_("rana").post("/masa/hamle", data={"move": "accept"} | chosen)
    assert refused.status_code in (400, 404) and floor.bank.rows("SELECT id FROM moves") == []


def test_own_dismissal_of_a_severe_risk_is_not_confirmed_by_oneself(floor: Floor) -> None:
    floor.move("rana", SEVERE, "dismiss:wrong_firm")
    refused = floor.move("rana", SEVERE, "confirm")
    assert refused.status_code == 400 and "ikinci bir kişi" in refused.text
    assert 'value="confirm"' not in floor.as_("rana").get(f"/alerts/{floor.alerts[SEVERE]}").text
    assert floor.move("remzi", SEVERE, "confirm").status_code == 303
    assert floor.state(SEVERE) == "dismissed"


def test_last_move_is_taken_back_for_ten_seconds(floor: Floor) -> None:
    floor.move("ayse", MILD, "dismiss:old")
    page = floor.as_("ayse").get("/").text
    assert "Geri al" in page and floor.alerts[MILD] in page.partition('id="said"')[2].partition("</form>")[0]
    floor.bank.now += timedelta(seconds=9)
    back = floor.as_("ayse").post("/geri-al", data={"alerts": floor.alerts[MILD], "back": "/"})
    assert (back.status_code, floor.state(MILD)) == (303, "new")
    floor.move("ayse", MILD, "dismiss:old")
    floor.bank.now += timedelta(seconds=11)
    assert "Geri al" not in floor.as_("ayse").get("/").text
    late = floor.as_("ayse").post("/geri-al", data={"alerts": floor.alerts[MILD]})
    assert late.status_code == 400 and floor.state(MILD) == "dismissed"


def test_history_shows_a_move_and_that_it_was_taken_back(floor: Floor) -> None:
    floor.move("ayse", MILD, "dismiss:old", note="iki yıl önceki haber")
    floor.as_("ayse").post("/geri-al", data={"alerts": floor.alerts[MILD]})
    page = floor.as_("ayse").get(f"/alerts/{floor.alerts[MILD]}").text.partition('class="plain history"')[2]
    said = page.partition("</ol>")[0]
    assert "Geri alındı: Reddedildi" in said and "<s>Reddedildi (Eski haber)" in said and "iki yıl önceki" in said


def test_a_decision_leads_on_to_the_next_of_the_queue(floor: Floor) -> None:
    first, second, third = floor.queue("rana")
    queue = "view=all"
    gone = floor.move("rana", first, "accept", kuyruk=queue)
    assert gone.headers["location"] == f"/alerts/{floor.alerts[second]}?kuyruk={quote(queue)}"
    stays = floor.move("rana", second, "note", note="arandı", kuyruk=queue, back=f"/alerts/{floor.alerts[second]}")
    assert stays.headers["location"] == f"/alerts/{floor.alerts[second]}"
    floor.move("rana", second, "accept", kuyruk=queue)
    last = floor.move("rana", third, "accept", kuyruk=queue)
    assert last.headers["location"] == "/masa?view=all"


def test_an_alert_is_given_only_to_who_sees_its_client(floor: Floor) -> None:
    page = floor.as_("ayse").get(f"/alerts/{floor.alerts[MILD]}").text
    assert 'value="rana"' in page and 'value="levent"' in page and 'value="burak"' not in page
    refused = floor.move("ayse", MILD, "assign", whom="burak")
    assert refused.status_code == 400 and floor.bank.rows("SELECT id FROM moves") == []
    floor.move("ayse", MILD, "assign", whom="rana")
    assert floor.queue("rana", "mine") == [MILD]


@pytest.mark.parametrize("path", ["/alerts/{id}/hamle", "/masa/hamle", "/geri-al"])
def test_alerts_of_another_manager_cannot_be_moved(floor: Floor, path: str) -> None:
    alert = floor.alerts[SEVERE]
    floor.move("ayse", SEVERE, "accept")
    data = {"move": "dismiss:old", f"alert.{alert}": "on", "alerts": alert}
    assert floor.as_("burak").post(path.format(id=alert), data=data).status_code == 404
    assert floor.state(SEVERE) == "accepted"


def test_a_researcher_decides_nothing(floor: Floor) -> None:
    assert floor.move("arda", MILD, "accept").status_code == 403


def test_what_was_dismissed_or_put_off_is_on_no_morning_and_in_no_digest(floor: Floor) -> None:
    floor.move("ayse", MILD, "dismiss:known")
    page = floor.as_("ayse").get("/").text
    assert f'data-alert="{floor.alerts[SEVERE]}"' in page and f'data-alert="{floor.alerts[MILD]}"' not in page
    floor.move("ayse", SEVERE, "snooze:30")
    assert "Bugün bitti" in floor.as_("ayse").get("/").text
    assert floor.bank.digest(MONDAY + DAY).cards == ()


def test_counter_of_what_waits_falls_with_each_decision(floor: Floor) -> None:
    assert "2 uyarı karar bekliyor" in floor.as_("ayse").get("/").text
    floor.move("ayse", MILD, "accept")
    page = floor.as_("ayse").get("/").text
    assert "1 uyarı karar bekliyor" in page and "Kabul edildi" in page


def test_who_else_saw_an_alert_is_shown(floor: Floor) -> None:
    path = f"/alerts/{floor.alerts[MILD]}"
    floor.as_("rana").get(path)
    assert "Başka görenler: <bdi>Rana</bdi>" in floor.as_("ayse").get(path).text


def test_queue_is_taken_home_as_a_table(floor: Floor) -> None:
    lines = floor.as_("rana").get("/masa.csv?view=all").text.splitlines()
    assert len(lines) == 4 and "Kalan süre" in lines[0]


def test_week_counts_what_was_done_and_why(floor: Floor) -> None:
    floor.move("ayse", MILD, "dismiss:duplicate")
    floor.move("burak", CHANCE, "accept")
    page = floor.as_("rana").get("/masa/hafta").text
    assert "2 karardan 2 tanesi süresinde" in page and "Tekrar" in page and "Hedef tutuyor" in page
    rows = floor.as_("rana").get("/masa/hafta.csv").text.splitlines()[1:]
    assert {row.split(";")[0]: row.split(";")[1] for row in rows} == {"Ayse": "2", "Burak": "1"}


def test_wordings_of_time_left(floor: Floor) -> None:
    assert "4 sa 0 dk kaldı" in floor.as_("rana").get("/masa").text
    floor.wait_until(MONDAY + 5 * HOUR)
    assert "1 sa 0 dk gecikti" in floor.as_("rana").get("/masa").text
    floor.move("rana", SEVERE, "wait", note="ilan metni istendi")
    assert "müşteriden yanıt bekliyor" in floor.as_("rana").get("/masa?view=snoozed").text
