"""A digest comes on business days, to a deputy while its manager is away, and says how last week turned out."""

from datetime import date, timedelta
from email import policy

import pytest

from oncu.config.problems import Problem
from oncu.signals.faces.channels import Way, open_channel
from oncu.signals.faces.deliver import digest_message, send_digest
from oncu.signals.faces.inlined import inline_styles
from oncu.signals.faces.mails import mail_of
from oncu.signals.faces.rounds import pause_said
from oncu.signals.flow.absences import end_absence, note_absence
from oncu.signals.flow.days import first_day_since, is_business_day, next_business_day
from oncu.signals.words import load_words
from oncu.storage.database import save_new
from oncu.storage.models import reviews
from oncu.storage.outcomes import save_outcomes

LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
DENIAL = "Simya İlaç'a patent davası açıldığı iddiası yalanlandı"
BANKRUPT = "Parlak Telekom konkordato ilan etti"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
TR = load_words("tr", "Europe/Istanbul")


def carried(view):
    return [alert.type for card in view.cards for alert in card.alerts]


# ------------------------------------------------------------------------------------------- business days


@pytest.mark.parametrize(
    ("day", "works"),
    [("2026-03-02", True), ("2026-03-01", False), ("2026-10-29", False), ("2026-05-28", False), ("2026-10-28", True)],
)
def test_weekends_and_public_holidays_are_no_business_days(day, works):
    assert is_business_day(date.fromisoformat(day), "TR") == works


def test_a_monday_stands_for_the_weekend_too():
    assert first_day_since(date(2026, 3, 2), "TR") == date(2026, 2, 28)
    assert first_day_since(date(2026, 3, 3), "TR") == date(2026, 3, 3)


def test_after_a_long_holiday_the_next_business_day_stands_for_all_of_it():
    assert next_business_day(date(2026, 5, 26), "TR") == date(2026, 6, 1)
    assert first_day_since(date(2026, 6, 1), "TR") == date(2026, 5, 27)


def test_a_country_without_known_holidays_is_one_line():
    with pytest.raises(Problem, match=r"digest.country: no holidays are known of 'XX'"):
        is_business_day(date(2026, 3, 2), "XX")


def test_on_a_holiday_it_is_said_which_digest_carries_it(bank):
    said = pause_said(date(2026, 10, 29), bank.settings)
    assert said == "2026-10-29 is no business day; the digest of 2026-10-30 carries what came on it"


def test_what_came_on_a_weekend_is_counted_and_carried_on_monday(bank, now):
    bank.see(LAWSUIT, at=now - DAY)
    bank.run(now - DAY)
    view = bank.digest(now)
    assert (carried(view), view.documents) == (["lawsuit"], 1)


def test_an_alert_does_not_run_out_of_days_over_a_holiday(bank, now):
    """Heard on the last evening before nine free days, with a week to wait."""
    friday = now.replace(month=5, day=26, hour=18)
    bank.see(LAWSUIT, at=friday)
    bank.run(friday)
    bank.set(digest={"wait_days": 1})
    assert carried(bank.digest(now.replace(month=6, day=1))) == ["lawsuit"]


# ------------------------------------------------------------------------------------------------ absence


def absent(bank, now, **more):
    said = {"deputy": None, "by": "ece", "today": now.date(), "now": now} | more
    return note_absence(bank.database, "ayse", (now.date(), now.date() + DAY), **said)


def test_the_client_lists_deputy_reads_where_it_names_one(bank, now):
    bank.add_clients({"client_id": "C1", "legal_name": "Simya İlaç A.Ş.", "manager": "ayse", "deputy": "burak"})
    assert absent(bank, now).deputy == "burak"


def test_without_one_deputy_somebody_must_be_named(bank, now):
    with pytest.raises(Problem, match="no deputy for ayse; say who reads: --deputy NAME"):
        absent(bank, now)


@pytest.mark.parametrize("deputy", ["ayse"])
def test_nobody_stands_in_for_themselves(bank, now, deputy):
    with pytest.raises(Problem, match="cannot stand in for themselves"):
        absent(bank, now, deputy=deputy)


def test_an_absence_taken_back_is_none(bank, now):
    made = absent(bank, now, deputy="burak")
    end_absence(bank.database, made.id[:8], by="ece", today=now.date(), now=now)
    with pytest.raises(Problem, match="no absence begins so"):
        end_absence(bank.database, made.id[:8], by="ece", today=now.date(), now=now)


class Taken(list):
    """A mail server that takes everything."""

    def send_message(self, mail):
        self.append(mail)


@pytest.fixture
def outbox(monkeypatch):
    taken = Taken()

    class Server:
        def __enter__(self):
            return taken

        def __exit__(self, *_):
            return False

    monkeypatch.setattr("oncu.signals.faces.channels.open_mail", lambda *_: Server())
    return taken


@pytest.fixture
def mailing(bank):
    recipients = {name: f"{name}@bank.example" for name in ("ayse", "burak")}
    bank.set(mail={"host": "x", "starttls": False, "sender": "oncu@bank.example", "recipients": recipients})
    return bank


def send(bank, day, at):
    bank.compose(day, at)
    return send_digest(bank.database, bank.view(day), day, bank.settings, TR, at)


def test_a_deputy_alone_gets_the_digest_whose_links_answer_in_the_deputys_name(mailing, outbox, now):
    absent(mailing, now, deputy="burak")
    assert send(mailing, now.date(), now).startswith("sent to burak@bank.example: ayse yerine: ")
    assert (outbox[0]["To"], outbox[0]["Cc"], outbox[0]["Bcc"]) == ("burak@bank.example", None, None)


def test_after_the_absence_the_manager_reads_again(mailing, outbox, now):
    absent(mailing, now, deputy="burak")
    send(mailing, now.date() + 2 * DAY, now + 2 * DAY)
    assert (outbox[0]["To"], outbox[0]["Cc"]) == ("ayse@bank.example", None)


def test_a_digest_can_go_into_a_folder(bank, now, tmp_path):
    bank.set(digest={"channel": "file"}, channels={"folder": tmp_path})
    assert send(bank, now.date(), now) == "sent to file: Bugün yeni uyarı yok"
    assert (tmp_path / "digest-2026-03-02-ayse.html").exists()


@pytest.mark.parametrize("manager", ["../../etc/passwd", "a/b\\c", "..", "ayşe demir"])
def test_a_managers_name_leads_into_no_other_folder(bank, now, tmp_path, manager):
    bank.add_clients({"client_id": "C9", "legal_name": "Toruntay Yapı A.Ş.", "manager": manager})
    bank.set(channels={"folder": tmp_path / "out"})
    bank.compose(now.date(), now, manager)
    message = digest_message(bank.view(now.date(), manager), now.date(), bank.settings, TR)
    with open_channel("file", Way(bank.settings, now, {})) as put:
        put(message, "*")
    written = list(tmp_path.rglob("digest*"))
    assert len(written) == 3 and {path.parent for path in written} == {tmp_path / "out"}


# ----------------------------------------------------------------------------------------- last week's word


def told(bank, now, *titles):
    for title in titles:
        bank.see(title)
    bank.run()
    bank.digest(now)


def review(bank, verdict, reason, at):
    ((alert,),) = bank.rows("SELECT id FROM alerts")
    row = {"id": verdict, "alert_id": alert, "reviewer": "ayse", "verdict": verdict, "reason": reason}
    with bank.database.write() as connection:
        save_new(connection, reviews, [row | {"reviewed_at": at}])


def test_without_alerts_in_the_week_before_nothing_is_said(bank, now):
    assert bank.digest(now).lookback == ""


def test_last_weeks_alerts_are_open_until_something_is_known(bank, now):
    told(bank, now, LAWSUIT, BANKRUPT)
    assert bank.digest(now + DAY).lookback == "Geçen haftanın 2 uyarısından 2 tanesi henüz belli değil."
    assert bank.digest(now + 9 * DAY).lookback == ""


@pytest.mark.parametrize(
    ("verdict", "reason", "said"),
    [
        ("accepted", None, "doğru bulundu"),
        ("dismissed", "wrong_firm", "yanlış bulundu"),
        ("dismissed", "unimportant", "henüz belli değil"),
    ],
)
def test_what_a_reader_said_counts(bank, now, verdict, reason, said):
    told(bank, now, LAWSUIT)
    review(bank, verdict, reason, now + HOUR)
    assert said in bank.digest(now + DAY).lookback


def test_an_outcome_its_type_foretells_counts_before_all_else(bank, now):
    told(bank, now, BANKRUPT)
    review(bank, "dismissed", "wrong_type", now + HOUR)
    row = {"client_id": "C2", "kind": "bankruptcy", "occurred_at": now + 2 * HOUR, "competing": False}
    empty = dict.fromkeys(("subtype", "amount", "currency", "initiator", "note"))
    with bank.database.write() as connection:
        save_outcomes(connection, [empty | row], now + 3 * HOUR)
    assert "söylediği oldu" in bank.digest(now + DAY).lookback


def test_a_denial_counts(bank, now):
    told(bank, now, LAWSUIT)
    bank.see(DENIAL, at=now + HOUR)
    bank.run(now + HOUR)
    assert "yalanlandı" in bank.digest(now + DAY).lookback


def test_what_is_learnt_later_does_not_change_an_earlier_digest(bank, now):
    told(bank, now, LAWSUIT)
    before = bank.digest(now + DAY).lookback
    review(bank, "accepted", None, now + DAY + HOUR)
    assert bank.view(now.date() + DAY).lookback == before


# --------------------------------------------------------------------------------------------- as mail


def test_the_styles_of_a_mail_stand_on_its_elements(mailing, now):
    told(mailing, now, LAWSUIT)
    message = digest_message(mailing.view(now.date()), now.date(), mailing.settings, TR)
    html = mail_of(message, "ayse", mailing.settings.mail, now).get_body(("html",)).get_content()
    assert "var(--" not in html and 'class="card" style="background: #ffffff' in html


def test_a_dark_reader_gets_the_colours_of_the_night():
    night = "@media (prefers-color-scheme: dark) {\n  :root { --ink: #eee; }\n}"
    sheet = f":root {{ --ink: #111; }}\n{night}\np {{ color: var(--ink); margin: 0; }}"
    found = inline_styles(f"<html><head><style>{sheet}</style></head><body><p>x</p></body></html>")
    assert '<p style="color: #111' in found and "p { color: #eee !important }" in found


def test_a_page_without_a_sheet_stays_as_it_is():
    assert inline_styles("<p>x</p>") == "<p>x</p>"


def test_a_mail_is_small_enough_not_to_be_cut(mailing, now):
    told(mailing, now, LAWSUIT, BANKRUPT)
    message = digest_message(mailing.view(now.date()), now.date(), mailing.settings, TR)
    assert len(mail_of(message, "ayse", mailing.settings.mail, now).as_bytes(policy=policy.SMTP)) < 100_000


# ------------------------------------------------------------------------------------------- command line


def test_all_digests_of_a_business_day_are_sent_once(oncu, monkeypatch, tmp_path):
    monkeypatch.setenv("ONCU_DIGEST__CHANNEL", "file")
    monkeypatch.setenv("ONCU_CHANNELS__FOLDER", str(tmp_path / "out"))
    oncu("init")
    rows = "client_id,legal_name,manager\nC1,Simya İlaç A.Ş.,ayse\nC2,Parlak Telekom A.Ş.,burak\n"
    (tmp_path / "clients.csv").write_text(rows, encoding="utf-8")
    oncu("clients", "import", "clients.csv")
    said = [oncu("digests", "--date", day, "--send").out for day in ("2026-03-01", "2026-03-02", "2026-03-02")]
    assert said == [
        "2026-03-01 is no business day; the digest of 2026-03-02 carries what came on it\n",
        "2 of 2 digests of 2026-03-02 sent, 0 before\n",
        "0 of 2 digests of 2026-03-02 sent, 2 before\n",
    ]
    assert len(list((tmp_path / "out").glob("*.html"))) == 2
