"""The review desk: who may do what with an alert, what is due, and in what order it is worked off."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oncu.config.problems import Problem
from oncu.signals.review.desk import Case, Desk, make_move, take_back
from oncu.signals.review.leads import group_leads, step_lead
from oncu.signals.review.queue import Queued, in_order
from oncu.signals.review.standing import MOVES
from oncu.signals.review.week import kept_in_time
from oncu.storage.audit import find_broken_link
from oncu.storage.decisions import lead_steps_of
from oncu.storage.judged import lead_steps, verdicts_on_alerts
from oncu.storage.labels import load_decisions
from oncu.storage.models import alert_updates
from oncu.storage.queue import Brief

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime.fromisoformat("2026-03-02T10:00:00+03:00")
SEVERE, MILD, CHANCE = "insolvency", "strike", "plant_expansion"


@dataclass
class Office:
    """A bank with three alerts, and its desk."""

    bank: Any
    alerts: dict[str, str]
    clock: datetime = MONDAY

    @property
    def desk(self) -> Desk:
        return Desk(self.bank.types, self.bank.settings)

    def move(self, kind: str, *codes: str, by: str = "ece", at: datetime = MONDAY, **more: Any) -> list[str]:
        ids = [self.alerts[code] for code in codes or (MILD,)]
        made = make_move(self.bank.database, self.desk, ids, kind, by=by, now=at, **more)
        return [move.kind for move in made]

    def undo(self, code: str = MILD, by: str = "ece", at: datetime = MONDAY) -> None:
        take_back(self.bank.database, self.desk, self.alerts[code], by=by, now=at)

    def case(self, code: str = MILD, at: datetime = MONDAY) -> Case:
        with self.bank.database.read() as connection:
            return self.desk.cases(connection, [self.alerts[code]], at)[self.alerts[code]]

    def state(self, code: str = MILD, at: datetime = MONDAY) -> str:
        return self.case(code, at).standing.state

    def verdicts(self) -> list[tuple[str, str, str | None]]:
        with self.bank.database.read() as connection:
            said = verdicts_on_alerts(connection, as_of=MONDAY + 90 * DAY)
        return [(one.by, one.verdict, one.reason) for one in said]


@pytest.fixture
def office(bank: Any) -> Office:
    """An insolvency, a strike and a new plant, each told once on Monday at ten."""
    bank.see("Simya İlaç iflas etti", at=MONDAY)
    bank.see("Parlak Telekom işçileri greve çıktı", at=MONDAY)
    bank.see("Nehir Kimya yeni fabrika kuruyor", at=MONDAY)
    bank.run(MONDAY)
    return Office(bank, dict(bank.rows("SELECT type, id FROM alerts")))


def test_alert_is_new_until_somebody_takes_it_up(office: Office) -> None:
    assert office.state() == "new"
    office.move("acknowledge")
    assert office.state() == "acknowledged"
    office.move("accept")
    assert (office.state(), office.verdicts()) == ("accepted", [("ece", "accepted", None)])


@pytest.mark.parametrize(
    ("before", "kind", "more"),
    [
        (["dismiss"], "accept", {}),
        (["accept"], "acknowledge", {}),
        ([], "resolve", {}),
        ([], "confirm", {}),
        ([], "reopen", {"note": "yeniden"}),
        (["wait"], "wait", {"note": "yine"}),
        ([], "resume", {}),
    ],
)
def test_move_that_does_not_follow_is_refused(
    office: Office, before: list[str], kind: str, more: dict[str, str]
) -> None:
    for step in before:
        office.move(step, reason="old" if step == "dismiss" else None, note="soruldu")
    with pytest.raises(Problem, match=office.alerts[MILD]):
        office.move(kind, **more)


@pytest.mark.parametrize(
    ("kind", "more", "why"),
    [
        ("dismiss", {}, "with a reason"),
        ("dismiss", {"reason": "boring"}, "with a reason"),
        ("dismiss", {"reason": "other"}, "needs a note"),
        ("note", {"note": " "}, "needs a note"),
        ("assign", {}, "needs a person"),
        ("snooze", {"until": MONDAY}, "a day to come"),
        ("snooze", {"until": MONDAY + 365 * DAY}, "within 90 days"),
        ("propose", {}, "no move"),
        ("fire", {}, "no move"),
    ],
)
def test_move_without_what_it_needs_is_refused(office: Office, kind: str, more: dict[str, Any], why: str) -> None:
    with pytest.raises(Problem, match=why):
        office.move(kind, **more)
    assert office.state() == "new"


def test_dismissing_a_severe_risk_needs_two_people(office: Office) -> None:
    assert office.move("dismiss", SEVERE, reason="wrong_firm") == ["propose"]
    assert (office.state(SEVERE), office.verdicts()) == ("dismissal_proposed", [])
    with pytest.raises(Problem, match="a second person"):
        office.move("confirm", SEVERE)
    office.move("confirm", SEVERE, by="can")
    assert (office.state(SEVERE), office.verdicts()) == ("dismissed", [("can", "dismissed", "wrong_firm")])


def test_second_person_may_refuse_a_dismissal(office: Office) -> None:
    office.move("dismiss", SEVERE, reason="old")
    office.move("refuse", SEVERE, by="can", note="ilanda bugünün tarihi var")
    assert (office.state(SEVERE), office.verdicts()) == ("acknowledged", [])


def test_mild_risks_and_opportunities_are_dismissed_by_one(office: Office) -> None:
    assert office.move("dismiss", MILD, CHANCE, reason="known") == ["dismiss", "dismiss"]
    assert [office.state(code) for code in (MILD, CHANCE)] == ["dismissed", "dismissed"]


def test_reason_teaches_the_tagger_and_the_names(office: Office) -> None:
    office.move("dismiss", MILD, reason="wrong_firm")
    office.move("dismiss", CHANCE, reason="wrong_type")
    with office.bank.database.read() as connection:
        said = {(label.asked, label.noise) for label in load_decisions(connection)}
    assert len(said) == 2


def test_all_or_none_of_several_alerts_are_moved(office: Office) -> None:
    office.move("dismiss", MILD, reason="old")
    with pytest.raises(Problem, match="reopen"):
        office.move("dismiss", MILD, CHANCE, reason="old")
    assert office.state(CHANCE) == "new"


def test_at_most_fifty_are_moved_at_once(office: Office) -> None:
    with pytest.raises(Problem, match="51 alerts"):
        make_move(office.bank.database, office.desk, [f"a{n}" for n in range(51)], "accept", by="ece", now=MONDAY)
    with pytest.raises(Problem, match="no alert 'a1'"):
        make_move(office.bank.database, office.desk, ["a1"], "accept", by="ece", now=MONDAY)


def test_last_move_is_taken_back_within_seconds_with_its_verdict(office: Office) -> None:
    office.move("acknowledge")
    office.move("dismiss", reason="old", at=MONDAY + HOUR)
    office.undo(at=MONDAY + HOUR + timedelta(seconds=9))
    assert (office.state(), office.verdicts()) == ("acknowledged", [])
    trail = office.bank.rows("SELECT action FROM audit WHERE substr(action, 1, 6) = 'alert.' ORDER BY seq")
    assert [action for (action,) in trail] == ["alert.acknowledge", "alert.dismiss", "alert.undo"]


def test_undo_is_for_the_own_last_move_and_not_for_long(office: Office) -> None:
    with pytest.raises(Problem, match="nothing of ece"):
        office.undo()
    office.move("accept", by="can")
    with pytest.raises(Problem, match="nothing of ece"):
        office.undo()
    with pytest.raises(Problem, match="older than 10 seconds"):
        office.undo(by="can", at=MONDAY + timedelta(seconds=11))


def test_snoozed_alert_comes_back_on_its_day(office: Office) -> None:
    office.move("snooze", until=MONDAY + 7 * DAY)
    assert [office.case().standing.is_shown(MONDAY + days * DAY) for days in (0, 6, 7)] == [False, False, True]


def test_archived_alert_comes_back_with_news(office: Office) -> None:
    office.move("archive")
    assert not office.case().standing.is_shown(MONDAY + DAY)
    signal = office.bank.rows(f"SELECT signal_id FROM alerts WHERE id = '{office.alerts[MILD]}'")[0][0]
    row = {"id": "u1", "alert_id": office.alerts[MILD], "signal_id": signal, "kind": "update", "known_at": MONDAY + DAY}
    with office.bank.database.write() as connection:
        connection.execute(alert_updates.insert().values(**row))
    assert office.case().standing.is_shown(MONDAY + DAY)


def test_dismissed_alert_is_reopened_with_a_word(office: Office) -> None:
    office.move("dismiss", reason="old")
    office.move("reopen", note="ikinci kaynak doğruladı")
    assert (office.state(), office.case().standing.decided_at) == ("acknowledged", None)


def test_severe_risk_must_be_taken_up_in_four_working_hours(office: Office) -> None:
    due = office.case(SEVERE).deadline
    assert due
    assert (due.kind, due.due_at) == ("acknowledge", MONDAY + 4 * HOUR)
    steps = {hours: office.case(SEVERE, MONDAY + hours * HOUR).deadline for hours in (2, 3, 4, 6)}
    assert [due and due.step for due in steps.values()] == [None, "reminder", "lead", "head"]


def test_what_was_taken_up_must_be_decided_in_two_business_days(office: Office) -> None:
    office.move("acknowledge", SEVERE)
    due = office.case(SEVERE).deadline
    assert due
    assert (due.kind, due.due_at) == ("decide", MONDAY + 2 * DAY)
    office.move("accept", SEVERE)
    assert office.case(SEVERE).deadline is None


def test_clock_stands_while_the_client_is_asked(office: Office) -> None:
    office.move("wait", note="belge istendi")
    later = MONDAY + 7 * DAY
    waiting = office.case(at=later).deadline
    office.move("resume", at=later)
    resumed = office.case(at=later + 9 * HOUR).deadline
    assert waiting
    assert resumed
    assert (waiting.passed, resumed.passed) == (0, pytest.approx(8 / 18))


def test_share_kept_in_time_counts_what_was_decided_or_is_overdue(office: Office) -> None:
    office.move("accept", CHANCE, at=MONDAY + DAY)
    office.move("dismiss", MILD, reason="old", at=MONDAY + 4 * DAY)
    for days, kept in ((1, (1, 2)), (7, (1, 3))):
        at = MONDAY + days * DAY
        cases = [office.case(code, at) for code in (SEVERE, MILD, CHANCE)]
        assert kept_in_time(cases, office.desk, at) == kept


def test_queue_begins_with_what_is_overdue_then_level_then_money(office: Office) -> None:
    at = MONDAY + 5 * HOUR  # the insolvency should have been taken up
    cases = {code: office.case(code, at) for code in (MILD, CHANCE, SEVERE)}
    rows = [queued(cases[MILD], 50, 5), queued(cases[CHANCE], 50, 9), queued(cases[SEVERE], 0, None)]
    assert [row.id for row in in_order(rows)] == [cases[code].id for code in (SEVERE, CHANCE, MILD)]


def queued(case: Case, level: float, money: float | None) -> Queued:
    alert, due = case.alert, case.deadline
    brief = Brief(case.id, alert.client_id, alert.side, alert.created_at, None, False, "", None, money, None)
    return Queued(brief, case.standing, due.due_at if due else None, due is not None and due.is_late, level)


def test_escalated_alert_goes_to_the_person_named(office: Office) -> None:
    office.move("assign", whom="ece")
    office.move("escalate", whom="rana", note="limit yüksek")
    standing = office.case().standing
    assert (standing.state, standing.owner) == ("escalated", "rana")


def step(office: Office, stage: str, by: str) -> None:
    """A step of the insolvency's lead, a minute after the step before it."""
    (made,) = office.bank.rows("SELECT count(*) FROM decisions WHERE kind = 'lead'")[0]
    at = MONDAY + timedelta(minutes=made)
    step_lead(office.bank.database, office.alerts[SEVERE], stage, by=by, note="bakıldı", now=at)


def test_lead_goes_its_way_to_a_verdict_the_scoreboard_reads(office: Office) -> None:
    for stage, by in (("sent", "ece"), ("accepted", "rauf"), ("investigated", "rauf"), ("confirmed", "rauf")):
        step(office, stage, by)
    with office.bank.database.read() as connection:
        assert [one.verdict for one in lead_steps(connection, as_of=MONDAY + 2 * DAY)] == [
            "sent", "accepted", "investigated", "confirmed",
        ]  # fmt: skip
        assert find_broken_link(connection) is None
        assert [lead for lead in group_leads(lead_steps_of(connection)) if lead.is_open] == []


@pytest.mark.parametrize(
    ("stages", "then", "why"),
    [
        ([], "accepted", "is not sent"),
        (["sent"], "sent", "is sent"),
        (["sent"], "confirmed", "comes after investigated"),
        (["sent"], "boss", "no step"),
    ],
)
def test_lead_step_out_of_order_is_refused(office: Office, stages: list[str], then: str, why: str) -> None:
    for stage in stages:
        step(office, stage, "ece")
    with pytest.raises(Problem, match=why):
        step(office, then, "rauf")


def test_nobody_confirms_the_own_lead(office: Office) -> None:
    for stage in ("sent", "accepted", "investigated"):
        step(office, stage, "ece")
    with pytest.raises(Problem, match="somebody else"):
        step(office, "confirmed", "ece")


def test_lead_that_was_rejected_may_be_sent_again(office: Office) -> None:
    for stage in ("sent", "rejected", "sent"):
        step(office, stage, "ece")
    with office.bank.database.read() as connection:
        (lead,) = group_leads(lead_steps_of(connection))
    assert (lead.is_open, lead.stage, lead.sent_by) == (True, "sent", "ece")


@given(st.lists(st.tuples(st.sampled_from([*MOVES, "undo"]), st.sampled_from(["ece", "can"])), max_size=12))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_state_that_is_kept_is_the_one_the_moves_give(office: Office, made: list[tuple[str, str]]) -> None:
    for place, (kind, by) in enumerate(made, 1):
        office.clock += timedelta(seconds=1)
        more = {"reason": {"dismiss": "old"}.get(kind), "note": "not", "whom": "ece", "until": office.clock + DAY}
        with suppress(Problem):
            if kind == "undo":
                office.undo(SEVERE, by, office.clock)
            else:
                office.move(kind, SEVERE, by=by, at=office.clock, **more)
        kept = office.bank.rows(f"SELECT state FROM alerts WHERE id = '{office.alerts[SEVERE]}'")[0][0]
        assert kept == office.state(SEVERE, office.clock), made[:place]
