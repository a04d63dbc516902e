"""What cannot wait reaches its readers at once: over real mail, and never twice."""

from datetime import timedelta

import pytest

from oncu.signals.faces.urgent import send_unsent
from oncu.signals.flow.absences import note_absence
from oncu.signals.flow.silences import silence
from oncu.signals.flow.urgent import GIVE_UP, pause_after
from oncu.signals.words import load_words
from oncu.storage.dispatches import mark_dispatched

from .inbox import free_port

BANKRUPT = "Parlak Telekom konkordato ilan etti"
LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TR = load_words("tr", "Europe/Istanbul")
RECIPIENTS = {name: f"{name}@bank.example" for name in ("ayse", "burak", "ece", "risk_desk")}
RULE = """
rules:
  - {{name: severe, title: {{tr: Ağır, en: Severe}}, when: {{type: [insolvency]}}, whom: [owner], channel: [{channel}],
     deadline: 4h, steps: [{{tr: Arayın., en: Call.}}]}}
  - {{name: rest, title: {{tr: Kalan, en: Rest}}, whom: [owner], channel: [digest], deadline: 2d}}
"""


class Killed(BaseException):
    """The process ends here, as a kill would end it."""


@pytest.fixture
def mailing(bank, inbox):
    """A bank with a mail server whose client C2 has a deputy."""
    mail = {"host": "127.0.0.1", "port": inbox.port, "starttls": False, "sender": "oncu@bank.example"}
    bank.set(mail=mail | {"recipients": RECIPIENTS})
    more = {"client_id": "C2", "legal_name": "Parlak Telekom A.Ş.", "short_names": ("Parlak Telekom",)}
    bank.add_clients(more | {"manager": "ayse", "deputy": "ece"})
    return bank


def send(bank, at, **more):
    return send_unsent(bank.database, bank.catalogue, bank.settings, TR, lambda: at, **more)


def use(bank, tmp_path, channel, **settings):
    path = tmp_path / "routing.yml"
    path.write_text(RULE.format(channel=channel), encoding="utf-8")
    bank.set(routing=path, **settings)


def hear(bank, title=BANKRUPT, at=None):
    bank.see(title, url="https://gazete.example/1", at=at)
    bank.run(at)


def test_a_bankruptcy_reaches_owner_deputy_and_risk_desk(mailing, inbox, now):
    hear(mailing)
    found = send(mailing, now + MINUTE)
    assert (found.sent, inbox.told) == (3, [f"{name}@bank.example" for name in ("ayse", "ece", "risk_desk")])


def test_the_mail_says_what_is_urgent_and_what_to_do(mailing, inbox, now):
    hear(mailing)
    send(mailing, now)
    mail = inbox.mails[0]
    parts = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]
    assert mail["Subject"] == "ACİL RİSK: İflas ve konkordato — Parlak Telekom A.Ş."
    assert all("konkordato ilan etti" in part and "02.03.2026 16:00" in part for part in parts)
    assert all("teminatı denetleyin" in part for part in parts)


def test_a_subject_can_leave_the_name_out(mailing, inbox, now):
    mailing.set(digest={"hide_names": True})
    hear(mailing)
    send(mailing, now)
    assert inbox.mails[0]["Subject"] == "ACİL RİSK: İflas ve konkordato"


def test_what_can_wait_is_not_sent(mailing, inbox, now):
    hear(mailing, LAWSUIT)
    assert (send(mailing, now).sent, inbox.mails) == (0, [])


def test_what_was_sent_is_not_sent_again(mailing, inbox, now):
    hear(mailing)
    for hours in range(3):
        send(mailing, now + timedelta(hours=hours))
    mailing.run(now + DAY)
    send(mailing, now + DAY)
    assert len(inbox.mails) == 3


def test_two_who_send_at_once_send_each_message_once(mailing, inbox, now):
    hear(mailing)
    with inbox_watch(inbox, lambda: send(mailing, now)):
        send(mailing, now)
    assert len(inbox.mails) == 3


class inbox_watch:  # noqa: N801 (reads as a word of the test)
    """While the first mail is taken, somebody else sends too."""

    def __init__(self, inbox, other):
        self.inbox, self.other = inbox, other

    def __enter__(self):
        self.usual = self.inbox.handle_RCPT

        async def taking(*args):
            other, self.other = self.other, lambda: None
            other()
            return await self.usual(*args)

        self.inbox.handle_RCPT = taking

    def __exit__(self, *_):
        self.inbox.handle_RCPT = self.usual


def test_what_another_took_while_a_slow_round_lasted_is_left_to_it(mailing, inbox, now, monkeypatch):
    hear(mailing)
    marked = []

    def mark_slowly(connection, dispatch_id, at):
        mark_dispatched(connection, dispatch_id, at)
        marked.append(dispatch_id)
        if len(marked) == 1:
            connection.commit()
            send(mailing, now + 2 * MINUTE)

    monkeypatch.setattr("oncu.signals.faces.urgent.mark_dispatched", mark_slowly)
    send(mailing, now)
    assert len(inbox.mails) == len({mail["Message-ID"] for mail in inbox.mails}) == 3


def test_killed_between_sending_and_noting_it_is_sent_once_more_with_the_same_id(mailing, inbox, now, monkeypatch):
    hear(mailing)
    with monkeypatch.context() as patch:
        patch.setattr("oncu.signals.faces.urgent.mark_dispatched", kill)
        with pytest.raises(Killed):
            send(mailing, now)
    assert send(mailing, now).sent == 0  # it was taken just now
    for minutes in (2, 4, 8):
        send(mailing, now + minutes * MINUTE)
    ids = [mail["Message-ID"] for mail in inbox.mails]
    assert (len(ids), len(set(ids))) == (4, 3)


def kill(*_):
    raise Killed


def test_a_message_is_put_into_the_outbox_with_its_alert_or_not_at_all(mailing, monkeypatch):
    monkeypatch.setattr("oncu.signals.flow.urgent.save_dispatches", kill)
    mailing.see(BANKRUPT)
    with pytest.raises(Killed):
        mailing.run()
    assert mailing.rows("SELECT count(*) FROM alerts") == [(0,)]
    monkeypatch.undo()
    mailing.set(mail={})
    mailing.run()
    assert mailing.rows("SELECT count(*) FROM alerts") == [(1,)]


def test_one_refused_address_keeps_no_other_waiting(mailing, inbox, now):
    inbox.refused = "ece@bank.example"
    hear(mailing)
    found = send(mailing, now)
    assert (found.sent, found.failed) == (2, 1)
    assert found.problems == ("the mail server refused ece@bank.example (no such person); check mail.recipients",)


def test_a_desk_without_an_address_is_said(mailing, now):
    mailing.set(mail=mailing.settings.mail.model_dump() | {"recipients": {"ayse": "ayse@bank.example"}})
    hear(mailing)
    found = send(mailing, now)
    assert found.sent == 1 and "mail.recipients has no address for 'risk_desk'" in " ".join(found.problems)


def test_a_server_that_is_down_is_tried_again_with_growing_pauses(mailing, inbox, now):
    hear(mailing)
    up = mailing.settings.mail.model_dump()
    mailing.set(mail=up | {"port": 1})
    tried = [bool(send(mailing, now + minutes * MINUTE).failed) for minutes in (0, 0.5, 1, 2, 3, 6, 7)]
    assert tried == [True, False, True, False, True, False, True]
    mailing.set(mail=up)
    assert send(mailing, now + 16 * MINUTE).sent == 3


def test_pauses_grow_to_an_hour():
    assert [pause_after(n) // MINUTE for n in (1, 2, 3, 7, 50)] == [1, 2, 4, 60, 60]


def test_what_is_two_days_old_is_not_sent_any_more(mailing, inbox, now):
    hear(mailing)
    assert send(mailing, now + GIVE_UP + MINUTE).sent == 0


def test_without_mail_nothing_is_tried_and_nothing_fails(bank, now):
    hear(bank)
    assert (send(bank, now).failed, bank.rows("SELECT DISTINCT tries, problem FROM dispatches")[0][1]) == (0, None)


def test_an_owner_who_is_away_has_a_deputy_who_hears_too(mailing, inbox, now, tmp_path):
    use(mailing, tmp_path, "mail")
    days = (now.date(), now.date() + DAY)
    note_absence(mailing.database, "ayse", days, deputy="burak", by="ece", today=now.date(), now=now)
    hear(mailing)
    send(mailing, now)
    assert inbox.told == ["ayse@bank.example", "burak@bank.example"]


@pytest.mark.parametrize(("code", "n"), [(None, 3), ("lawsuit", 3), ("insolvency", 0)])
def test_only_a_silence_of_its_type_keeps_an_urgent_alert_quiet(mailing, inbox, now, code, n):
    said = {"client_id": "C2", "code": code, "until": now.date(), "reason": "bilinen satış", "by": "ece"}
    silence(mailing.database, **said, settings=mailing.settings, types=mailing.types, sources=mailing.sources, now=now)
    hear(mailing, at=now + MINUTE)
    assert send(mailing, now + MINUTE).sent == n


def test_a_failing_webhook_stops_no_mail(mailing, inbox, now, tmp_path):
    place = f"127.0.0.1:{free_port()}"
    webhooks = {"webhooks": {"risk": "RISK_HOOK"}, "channels": {"allow_private": [place]}}
    use(mailing, tmp_path, "mail, 'webhook:risk'", **webhooks)
    hear(mailing)
    found = send(mailing, now, environment={"RISK_HOOK": f"http://{place}/"})
    assert (found.sent, found.failed, inbox.told) == (1, 1, ["ayse@bank.example"])
