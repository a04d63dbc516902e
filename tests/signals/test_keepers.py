"""The keepers of a source are told when it falls silent and when it is heard again: once, also after a fault."""

from datetime import timedelta

import pytest

from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.signals.listening.health import SourceHealth
from oncu.signals.listening.keepers import check_keepers, note, tell_keepers


def health_of(now, **changed):
    known = {"source": "gazete", "state": "failing", "since": now - timedelta(hours=3), "visits": 3, "is_alarmed": True}
    known |= {"alarm": "raised", "last_visit": now, "last_success": None, "issue": None}
    return SourceHealth(**(known | changed))


@pytest.fixture
def watched(bank, inbox):
    mail = {"host": "127.0.0.1", "port": inbox.port, "starttls": False, "sender": "oncu@bank.example"}
    mail["recipients"] = {"ece": "ece@bank.example"}
    bank.settings = Settings.model_validate({"mail": mail, "health": {"tell": ["ece"]}})
    return bank


def told(bank):
    return tell_keepers(bank.database, bank.sources, bank.settings, bank.now, {})


def test_an_alarm_is_told_once_however_often_it_is_noted(watched, inbox):
    for _ in range(3):
        note(watched.database, [health_of(watched.now)], watched.now)
        told(watched)
    assert [mail["Subject"] for mail in inbox.mails] == ["Kaynak dinlenemiyor: gazete"]
    assert "ulaşılamıyor" in inbox.mails[0].get_body(("plain",)).get_content()


def test_the_end_of_an_alarm_is_told_too(watched, inbox):
    note(watched.database, [health_of(watched.now)], watched.now)
    note(watched.database, [health_of(watched.now, state="recovered", alarm="recovered")], watched.now)
    assert told(watched) == 2
    assert [mail["Subject"] for mail in inbox.mails][1] == "Kaynak yeniden dinleniyor: gazete"


def test_what_could_not_be_sent_waits(watched, inbox):
    note(watched.database, [health_of(watched.now)], watched.now)
    port = watched.settings.mail.port
    watched.set(mail=watched.settings.mail.model_dump() | {"port": 1})
    with pytest.raises(Problem):
        told(watched)
    watched.set(mail=watched.settings.mail.model_dump() | {"port": port})
    assert told(watched) == 1 and len(inbox.mails) == 1


def test_without_keepers_nothing_is_sent(watched, inbox):
    watched.set(health={"tell": []})
    note(watched.database, [health_of(watched.now)], watched.now)
    assert told(watched) == 0 and inbox.mails == []


def test_a_keeper_without_an_address_is_named(watched):
    watched.set(health={"tell": ["ece", "efe"]})
    assert check_keepers(watched.settings) == ["health.tell names 'efe', of whom mail.recipients has no address"]
