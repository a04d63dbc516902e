"""Leads to research in the pages: sent with a question, worked off in order, judged, and counted by the scoreboard."""

from datetime import date, timedelta

import pytest

from oncu.signals.score.judging import judge
from oncu.signals.score.leads import lead_tables
from oncu.signals.score.ledger import read_ledger
from oncu.storage.audit import find_broken_link

from .worked import Worked

QUESTION = {"stage": "sent", "note": "Davanın tutarı ne, karşılık ayrılmış mı?"}


def send(worked: Worked, client: str, **more: str):
    key, _ = worked.alert_of(client)
    return key, worked.enter("nil").post(f"/arastirma/{key}", data=QUESTION | more)


def step(worked: Worked, key: str, stage: str, note: str = "", name: str = "rauf"):
    worked.now += timedelta(days=1)
    return worked.enter(name).post(f"/arastirma/{key}", data={"stage": stage, "note": note})


def test_analyst_sends_an_alert_with_a_question_and_comes_back_to_it(worked):
    key, answer = send(
        worked, "C1", **{"from": worked.alert_of("C1")[0], "back": f"/alerts/{worked.alert_of('C1')[0]}"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/alerts/{key}#eylemler")
    page = worked.enter("rauf").get("/arastirma").text
    assert QUESTION["note"] in page and "Simya İlaç" in page and "gönderildi" in page


def test_researcher_sees_the_clients_of_leads_and_no_others(worked):
    send(worked, "C1")
    browser = worked.enter("rauf")
    assert browser.get("/clients/C1").status_code == 200
    assert browser.get("/clients/C2").status_code == 404
    key, _ = worked.alert_of("C2")
    for path in (f"/arastirma/{key}", f"/alerts/{key}"):
        assert browser.get(path).status_code == 404
    assert "Parlak" not in browser.get("/arastirma").text


@pytest.mark.parametrize(
    ("name", "stage", "roles"),
    [("ayse", "sent", "analist, araştırmacı"), ("nil", "accepted", "araştırmacı"), ("rauf", "sent", "analist")],
)
def test_each_step_belongs_to_a_role(worked, name, stage, roles):
    key, _ = send(worked, "C1")
    answer = step(worked, key, stage, "neden", name)
    assert (answer.status_code, f"şu roller içindir: {roles}." in answer.text) == (403, True)
    assert worked.said("SELECT count(*) FROM decisions WHERE kind = 'lead'") == [(1,)]


def test_question_is_needed_and_the_form_comes_back(worked):
    key, _ = worked.alert_of("C1")
    answer = worked.enter("nil").post(f"/arastirma/{key}", data={"stage": "sent", "note": " ", "from": key})
    assert answer.status_code == 400 and "not gerekir" in answer.text and 'name="note"' in answer.text


def test_the_one_that_waits_longest_comes_first_and_what_ended_has_its_history(worked):
    first, _ = send(worked, "C1")
    worked.now += timedelta(hours=5)
    second, _ = send(worked, "C2")
    page = worked.enter("rauf").get("/arastirma").text
    assert page.index("Simya") < page.index("Parlak")
    step(worked, first, "accepted")
    page = worked.enter("rauf").get("/arastirma").text
    assert page.index("Parlak") < page.index("Simya")
    step(worked, second, "rejected", "Haber yanlış")
    page = worked.enter("rauf").get("/arastirma").text
    assert "Bitenler" in page and "Haber yanlış" in page.split("Bitenler")[1]


def test_every_step_tells_how_long_it_took(worked):
    key, _ = send(worked, "C1")
    for stage in ("accepted", "investigated"):
        step(worked, key, stage)
    assert step(worked, key, "confirmed", "Teminat eksik").status_code == 303
    page = worked.enter("rauf").get(f"/arastirma/{key}").text
    assert page.count("1,0 gün sürdü") == 3 and "Teminat eksik" in page and "lead_do" not in page
    rows = worked.enter("nil").get("/arastirma.csv").text.splitlines()
    assert rows[1].split(";")[-4:] == ["1,0", "1,0", "1,0", "Teminat eksik"]


def test_step_out_of_order_or_by_the_sender_is_refused_in_words(worked):
    key, _ = send(worked, "C1")
    answer = step(worked, key, "confirmed", "olur")
    assert answer.status_code == 400 and "sonra gelir" in answer.text and "olur" in answer.text


def test_two_who_accept_at_once_are_one_and_a_refusal(worked):
    key, _ = send(worked, "C1")
    assert [step(worked, key, "accepted").status_code for _ in range(2)] == [303, 400]


def test_the_scoreboard_counts_what_the_pages_brought(worked):
    key, _ = send(worked, "C1")
    for stage in ("accepted", "investigated", "confirmed"):
        step(worked, key, stage, "bakıldı")
    judged = judge(read_ledger(worked.database, date(2026, 3, 10)))
    (funnel, *_), told = lead_tables(judged.ledger, judged.cases), [one.verdict for one in judged.ledger.leads]
    assert [row.number("lead_reached").value for row in funnel.rows[:3]] == [1, 1, 1]
    assert told == ["sent", "accepted", "investigated", "confirmed"]


def test_steps_and_views_stand_in_the_trail(worked):
    key, _ = send(worked, "C1")
    worked.enter("rauf").get(f"/arastirma/{key}")
    told = {action for (action,) in worked.said(f"SELECT action FROM audit WHERE object = '{key}'")}
    assert {"lead.sent", "lead.view"} <= told
    with worked.database.read() as connection:
        assert find_broken_link(connection) is None


def test_page_without_leads_says_what_to_do(worked):
    assert "Araştırmayı bekleyen yok" in worked.enter("nil").get("/arastirma").text
    assert worked.enter("ayse").get("/arastirma").status_code == 403
