"""Deadlines that speak: who hears of an alert that nobody decides, when, and how often."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from oncu.signals.faces.urgent import send_unsent
from oncu.signals.flow.absences import note_absence
from oncu.signals.review.desk import Desk, make_move
from oncu.signals.review.reminders import remind
from oncu.signals.words import load_words

from .inbox import Inbox
from .staff import hire

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime.fromisoformat("2026-03-02T10:00:00+03:00")
NAMES = ("ayse", "levent", "lale", "rana", "risk_desk", "ece")


@dataclass
class Line:
    """A bank whose mails are read, with an insolvency of Ayse's told on Monday at ten: four hours to take it up."""

    bank: Any
    inbox: Inbox
    alert: str

    @property
    def desk(self) -> Desk:
        return Desk(self.bank.types, self.bank.settings)

    def move(self, kind: str, at: datetime, **more: Any) -> None:
        make_move(self.bank.database, self.desk, [self.alert], kind, by="rana", now=at, **more)

    def told(self, at: datetime) -> list[tuple[str, str]]:
        """Whom the deadlines write to at a moment: the first word of each subject, and the reader."""
        before = len(self.inbox.mails)
        remind(self.bank.database, self.desk, at)
        words = load_words("tr", "Europe/Istanbul")
        send_unsent(self.bank.database, self.bank.catalogue, self.bank.settings, words, lambda: at)
        return sorted((mail["Subject"].split(":")[0], mail["To"].split("@")[0]) for mail in self.inbox.mails[before:])


@pytest.fixture
def line(bank: Any, inbox: Inbox) -> Line:
    mail = {"host": "127.0.0.1", "port": inbox.port, "starttls": False, "sender": "oncu@bank.example"}
    bank.set(mail=mail | {"recipients": {name: f"{name}@bank.example" for name in NAMES}})
    bank.see("Parlak Telekom konkordato ilan etti", at=MONDAY)
    bank.run(MONDAY)
    made = Line(bank, inbox, bank.rows("SELECT id FROM alerts")[0][0])
    words = load_words("tr", "Europe/Istanbul")
    send_unsent(bank.database, bank.catalogue, bank.settings, words, lambda: MONDAY)
    return made


@pytest.fixture
def staffed(line: Line) -> Line:
    """Levent leads the team of Ayse, Lale another; Rana is of risk."""
    hire(line.bank.database, MONDAY - DAY, "ayse", "manager", team="kuzey")
    hire(line.bank.database, MONDAY - DAY, "levent", "lead", team="kuzey")
    hire(line.bank.database, MONDAY - DAY, "lale", "lead", team="güney")
    hire(line.bank.database, MONDAY - DAY, "rana", "risk")
    return line


def test_owner_then_lead_then_every_lead_hear_of_a_deadline(staffed: Line) -> None:
    assert staffed.told(MONDAY + 2 * HOUR) == []
    assert staffed.told(MONDAY + 3 * HOUR) == [("HATIRLATMA", "ayse")]
    assert staffed.told(MONDAY + 4 * HOUR) == [("SÜRESİ DOLDU", "levent")]
    assert staffed.told(MONDAY + 6 * HOUR) == [("SÜRESİ ÇOK GEÇTİ", "lale"), ("SÜRESİ ÇOK GEÇTİ", "levent")]


def test_each_step_is_told_once(staffed: Line) -> None:
    staffed.told(MONDAY + 3 * HOUR)
    assert [staffed.told(MONDAY + 3 * HOUR + n * timedelta(minutes=5)) for n in range(1, 4)] == [[], [], []]


def test_mail_says_until_when_and_that_it_is_no_accusation(staffed: Line) -> None:
    staffed.told(MONDAY + 3 * HOUR)
    mail = staffed.inbox.mails[-1]
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert "02.03.2026 14:00" in text and "suçlama değildir" in text
    assert mail["Subject"] == "HATIRLATMA: İflas ve konkordato — Parlak Telekom A.Ş."


def test_nobody_hears_of_what_was_decided_or_waits_for_the_client(staffed: Line) -> None:
    staffed.move("wait", MONDAY + HOUR, note="ilan metni istendi")
    assert staffed.told(MONDAY + 7 * DAY) == []
    staffed.move("accept", MONDAY + 7 * DAY)
    assert staffed.told(MONDAY + 9 * DAY) == []


def test_alert_that_was_given_on_reminds_its_new_owner(staffed: Line) -> None:
    staffed.move("escalate", MONDAY + HOUR, whom="rana")
    at = MONDAY + DAY + 4.5 * HOUR  # three quarters of two business days
    assert staffed.told(at) == [("HATIRLATMA", "rana")]
    assert staffed.told(MONDAY + 2 * DAY)[0][0] == "SÜRESİ DOLDU"


def test_reopened_alert_has_its_time_and_its_steps_again(staffed: Line) -> None:
    staffed.move("accept", MONDAY + HOUR)
    again = MONDAY + 7 * DAY
    staffed.move("reopen", again, note="yeni ilan")
    assert staffed.told(again + DAY) == []
    assert staffed.told(again + 2 * DAY) == [("HATIRLATMA", "ayse"), ("SÜRESİ DOLDU", "levent")]


def test_night_and_weekend_do_not_count(staffed: Line) -> None:
    staffed.move("acknowledge", MONDAY + HOUR)
    assert staffed.told(MONDAY + DAY) == []
    assert staffed.told(MONDAY + DAY + 12 * HOUR) == [("HATIRLATMA", "ayse")]


def test_stand_in_of_an_absent_owner_is_reminded_too(staffed: Line) -> None:
    days, today = (MONDAY.date(), MONDAY.date() + DAY), MONDAY.date()
    note_absence(staffed.bank.database, "ayse", days, deputy="ece", by="ayse", today=today, now=MONDAY)
    assert staffed.told(MONDAY + 3 * HOUR) == [("HATIRLATMA", "ayse"), ("HATIRLATMA", "ece")]


def test_what_is_long_overdue_when_a_bank_begins_floods_nobody(staffed: Line) -> None:
    assert staffed.told(MONDAY + 30 * DAY) == []


def test_without_accounts_the_manager_alone_is_reminded(line: Line) -> None:
    assert line.told(MONDAY + 3 * HOUR) == [("HATIRLATMA", "ayse")]
    assert line.told(MONDAY + 5 * HOUR) == []


def test_command_tells_what_it_wrote(oncu: Callable[..., Any]) -> None:
    assert oncu("init").code == 0
    said = oncu("remind", "--json")
    assert (said.code, said.out.strip()) == (0, '{"reminders": 0, "sent": 0, "unsent": 0}')
