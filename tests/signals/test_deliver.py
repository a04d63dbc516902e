"""A digest reaches its manager by mail: once, as text and HTML, and what goes wrong is one line."""

from dataclasses import replace
from datetime import timedelta
from email import policy
from email.message import EmailMessage

import pytest

from oncu.config.load import ConfigError
from oncu.config.problems import Problem
from oncu.config.settings import load_settings
from oncu.signals.faces.deliver import send_digest, subject_of, write_mail
from oncu.signals.words import load_words

from .inbox import EVERYBODY, free_port

LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
PLANT = "Parlak Telekom yeni fabrika kuruyor"
TR, EN = (load_words(language, "Europe/Istanbul") for language in ("tr", "en"))


@pytest.fixture
def mailing(bank, inbox, now):
    """A bank with one opportunity and one risk for ayse, and a mail server."""
    recipients = {"ayse": "ayse.demir@bank.example"}
    mail = {"host": "127.0.0.1", "port": inbox.port, "starttls": False, "sender": "oncu@bank.example"}
    bank.set(mail=mail | {"recipients": recipients})
    bank.see(LAWSUIT, url="https://gazete.example/1")
    bank.see(PLANT)
    bank.run()
    return bank


def send(bank, now, manager="ayse", words=TR, **more):
    bank.compose(now.date(), now, manager)
    view = bank.view(now.date(), manager, language=words.language)
    return send_digest(bank.database, view, now.date(), bank.settings, words, now, **more)


def problem(bank, now, **more):
    with pytest.raises(Problem) as caught:
        send(bank, now, **more)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_digest_arrives_with_its_subject(mailing, inbox, now):
    assert send(mailing, now).startswith("sent to ayse.demir@bank.example: 1 fırsat, 1 risk — ")
    assert inbox.addressed == [("oncu@bank.example", ["ayse.demir@bank.example"])]
    assert inbox.mails[0]["Subject"].startswith("1 fırsat, 1 risk — ")


def test_text_and_html_say_the_same(mailing, inbox, now):
    send(mailing, now)
    (mail,) = inbox.mails
    parts = [mail.get_body((kind,)).get_content() for kind in ("plain", "html")]
    assert mail.get_content_type() == "multipart/alternative"
    assert all("patent davası açtı" in part and "Parlak Telekom" in part for part in parts)


def test_a_mail_says_who_when_and_that_a_program_wrote_it(mailing, inbox, now):
    send(mailing, now)
    (mail,) = inbox.mails
    assert (mail["From"], mail["To"]) == ("oncu@bank.example", "ayse.demir@bank.example")
    assert mail["Date"].datetime == now and mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None


def test_no_line_of_a_mail_is_longer_than_a_server_must_take(mailing, now):
    mailing.compose(now.date(), now)
    mail = write_mail(mailing.view(now.date()), now.date(), mailing.settings, TR, now)
    assert max(map(len, mail.as_bytes(policy=policy.SMTP).split(b"\r\n"))) <= 998


def test_a_digest_is_sent_once(mailing, inbox, now):
    send(mailing, now)
    said = send(mailing, now + timedelta(hours=1))
    assert said == "already sent at 2026-03-02 12:00; nothing was sent (--again sends it once more)"
    assert len(inbox.mails) == 1


def test_again_sends_the_same_mail_id(mailing, inbox, now):
    send(mailing, now)
    send(mailing, now + timedelta(hours=1), again=True)
    first, second = (mail["Message-ID"] for mail in inbox.mails)
    assert first == second and first.endswith("@bank.example>")


def test_another_day_has_another_mail_id(mailing, inbox, now):
    send(mailing, now)
    send(mailing, now + timedelta(days=1))
    assert len({mail["Message-ID"] for mail in inbox.mails}) == 2


def test_sending_is_noted(mailing, now):
    send(mailing, now)
    assert mailing.rows("SELECT manager, sent_at IS NOT NULL FROM digests") == [("ayse", 1)]


def test_what_was_not_taken_is_not_noted_and_can_be_sent_later(mailing, inbox, now):
    inbox.refused = EVERYBODY
    said = problem(mailing, now)
    assert said.endswith("refused ayse.demir@bank.example (no such person); check mail.recipients")
    assert mailing.rows("SELECT sent_at FROM digests") == [(None,)]
    inbox.refused = ""
    assert send(mailing, now).startswith("sent to")


def test_an_empty_day_says_so(mailing, inbox, now):
    send(mailing, now - timedelta(days=1))
    assert inbox.mails[0]["Subject"] == "Bugün yeni uyarı yok"


def test_a_manager_without_an_address_is_one_line(mailing, now):
    assert problem(mailing, now, manager="burak") == ("mail.recipients has no address for 'burak'; add it in oncu.yml")


def test_without_mail_settings_it_says_what_to_write(mailing, now):
    mailing.set(mail={})
    assert problem(mailing, now).startswith("mail is not set up; write mail: {host")


def test_a_server_that_does_not_answer_is_one_line(mailing, now):
    mailing.set(mail=mailing.settings.mail.model_dump() | {"port": free_port()})
    said = problem(mailing, now)
    assert "Connection refused" in said and "mail.host" in said


def test_a_host_that_cannot_be_one_is_one_line(mailing, now):
    mailing.set(mail=mailing.settings.mail.model_dump() | {"host": "a" * 300 + ".example"})
    assert problem(mailing, now).startswith("mail server aaa")


def test_a_server_without_tls_is_refused_where_tls_is_asked_for(mailing, inbox, now):
    mailing.set(mail=mailing.settings.mail.model_dump() | {"starttls": True})
    assert "STARTTLS" in problem(mailing, now) and inbox.mails == []


def test_a_user_needs_the_password_of_the_environment(mailing, now):
    secure = {"starttls": True, "user": "oncu", "password_env": "MAIL_PASSWORD"}
    mailing.set(mail=mailing.settings.mail.model_dump() | secure)
    assert problem(mailing, now, environment={}) == (
        "the variable MAIL_PASSWORD holds no password for the mail user 'oncu'; set it"
    )


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        ("{sender: nobody}", "mail.sender: 'nobody' is no mail address"),
        ('{recipients: {ayse: "a@b\\nBcc: c@d"}}', "is no mail address"),
        ("{user: oncu}", "a user needs password_env"),
        ("{user: oncu, password_env: X, starttls: false}", "starttls: true"),
        ("{password: secret}", "mail.password: unknown key"),
    ],
)
def test_bad_mail_settings_are_one_line(tmp_path, monkeypatch, mail, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "oncu.yml").write_text(f"mail: {mail}\n")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert said in str(caught.value) and "\n" not in str(caught.value)


# ----------------------------------------------------------------------------------------------- subjects


def subject(bank, now, title=None, words=TR, **more):
    bank.compose(now.date(), now)
    view = bank.view(now.date(), language=words.language)
    if title:
        cards = tuple(replace(c, client=title, alerts=tuple(c.alerts)) for c in view.cards)
        view = replace(view, cards=cards)
    return subject_of(view, words, **{"hide_names": False} | more)


def test_a_subject_counts_and_names_the_best_alert(mailing, now):
    best = mailing.rows("SELECT legal_name FROM alerts JOIN clients USING (client_id) ORDER BY priority DESC")[0][0]
    assert subject(mailing, now).startswith(f"1 fırsat, 1 risk — {best}: ")
    assert subject(mailing, now, words=EN).startswith(f"1 opportunity, 1 risk — {best}: ")


def test_a_subject_can_leave_names_out(mailing, now):
    assert not any(name in subject(mailing, now, hide_names=True) for name in ("Simya", "Parlak"))


@pytest.mark.parametrize("name", ["Kötü\r\nBcc: x@y.example", "a\u2028b\x00c\x1b", "x" * 500])
def test_a_hostile_name_breaks_no_header(mailing, inbox, now, name):
    line = subject(mailing, now, name)
    mail = EmailMessage()
    mail["Subject"] = line
    assert line.isprintable() and len(line) <= 150 and mail["Bcc"] is None


# ------------------------------------------------------------------------------------------- command line


def test_send_on_the_command_line(oncu, monkeypatch, inbox, tmp_path):
    for name, value in (("HOST", "127.0.0.1"), ("PORT", inbox.port), ("STARTTLS", "false"), ("SENDER", "o@b.example")):
        monkeypatch.setenv(f"ONCU_MAIL__{name}", str(value))
    monkeypatch.setenv("ONCU_MAIL__RECIPIENTS", '{"ayse": "ayse@b.example"}')
    oncu("init")
    (tmp_path / "clients.csv").write_text("client_id,legal_name,manager\nC1,Simya İlaç A.Ş.,ayse\n", encoding="utf-8")
    oncu("clients", "import", "clients.csv")
    first, second = (oncu("digest", "--manager", "ayse", "--send") for _ in range(2))
    assert (first.code, first.out) == (0, "sent to ayse@b.example: Bugün yeni uyarı yok\n")
    assert (second.code, second.out.startswith("already sent at ")) == (0, True)


def test_again_without_send_is_wrong_usage(oncu):
    assert oncu("digest", "--manager", "ayse", "--again").code == 2
