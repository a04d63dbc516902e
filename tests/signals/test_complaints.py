"""Complaints in the pipeline: one alert for a surge of many people, a note and no alert for a flood of few."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from oncu.signals.complaints.view import answers_of, complaint_lines, describe_complaints
from oncu.signals.words import load_words
from oncu.storage.complaints import ComplaintRow, complaints_of, surges_of

if TYPE_CHECKING:
    from conftest import Bank

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SINCE = date(2026, 1, 1)
WHAT = (
    "siparişim iki haftadır gelmedi, kargo takip numarası bile yok",
    "iade ettiğim ürünün parası hâlâ hesabıma yatmadı, kimse ilgilenmiyor",
    "faturama haberim olmadan ek ücret yansıtılmış, itirazım reddedildi",
    "internet her akşam kopuyor, arıza kaydı açtırdım çözüm üretmediler",
    "müşteri hizmetlerine kırk dakika ulaşamadım, telefonu yüzüme kapattılar",
    "cihaz bir ayda bozuldu, garanti kapsamında olduğu hâlde tamir etmiyorlar",
)
WHO = ("Bursa'dan yazıyorum", "emekli bir müşteriyim", "üç çocuk annesiyim", "esnafım", "öğrenciyim")

ROW = ComplaintRow("r", "d", "C2", "m", "sikayet", "s", None, "other", 0.1, 0.9, False, None, NOW, "v")


def complaint(number: int, name: str = "Parlak Telekom") -> str:
    """A complaint like nobody else's."""
    words = " ".join(f"{word}{number}" for word in ("sokak", "sipariş", "dosya", "başvuru", "görüşme", "kayıt"))
    return f"{name} şikâyetimdir: {WHO[number % 5]}, {WHAT[number % 6]}. Mağdurum, {words} numaralı konu çözülmedi."


def complain(bank: "Bank", number: int, at: datetime, *, text: str | None = None, author: str | None = None) -> None:
    more = {
        "category": "complaint",
        "origin": "customer",
        "source": "sikayet",
        "author_digest": author or f"kişi{number}",
    }
    bank.see(f"Parlak Telekom şikâyeti {number}", text or complaint(number), at=at, **more)


def habit(bank: "Bank", days: int = 30) -> None:
    """The site has been listened to for a while: a complaint about one client or the other now and then."""
    for day in range(days, 3, -3):
        name = ("Simya İlaç", "Nehir Kimya")[day % 2]
        more = {"category": "complaint", "origin": "customer", "source": "sikayet", "author_digest": f"eski{day}"}
        bank.see(f"{name} şikâyeti", complaint(1000 + day, name), at=NOW - day * DAY, **more)


def kinds(bank: "Bank", client: str = "C2") -> list[str]:
    with bank.database.read() as connection:
        return [surge.kind for surge in surges_of(connection, [client], since=SINCE)]


def rows(bank: "Bank", client: str = "C2") -> list[ComplaintRow]:
    with bank.database.read() as connection:
        return complaints_of(connection, client)


def alerts(bank: "Bank", client: str = "C2") -> list[str]:
    return [kind for (kind,) in bank.rows(f"SELECT type FROM alerts WHERE client_id = '{client}'")]


def test_thirty_people_who_complain_in_their_own_words_give_one_alert(bank: "Bank") -> None:
    habit(bank)
    for number in range(30):
        complain(bank, number, NOW - timedelta(hours=number))
    bank.run(NOW)
    assert alerts(bank) == ["complaint_surge"]


def test_five_hundred_copies_by_three_accounts_give_a_note_and_no_alert(bank: "Bank") -> None:
    habit(bank)
    for number in range(500):
        text = f"{complaint(1)} Bunu herkes bilsin {number}."
        complain(bank, number, NOW - timedelta(minutes=number), text=text, author=f"hesap{number % 3}")
    bank.run(NOW)
    assert alerts(bank) == []
    assert kinds(bank) == ["template"]


def test_many_texts_of_three_accounts_are_a_possible_campaign(bank: "Bank") -> None:
    habit(bank)
    for number in range(30):
        complain(bank, number, NOW - timedelta(hours=number), author=f"hesap{number % 3}")
    bank.run(NOW)
    assert alerts(bank) == []
    assert set(kinds(bank)) == {"campaign"}


def test_a_surge_says_how_many_complained_of_what_and_quotes_them(bank: "Bank") -> None:
    habit(bank)
    for number in range(30):
        complain(bank, number, NOW - timedelta(minutes=number))
    bank.run(NOW)
    ((reason,),) = bank.rows("SELECT DISTINCT reason FROM tags WHERE type = 'complaint_surge'")
    quoted = bank.rows("SELECT count(*) FROM signal_evidence e JOIN signals s ON s.id = e.signal_id "
                       "WHERE s.type = 'complaint_surge'")  # fmt: skip
    assert reason.startswith("30 complaints in 1 days until 2026-03-20, ") and "30 people" in reason
    assert quoted == [(5,)]


def test_a_second_run_changes_nothing(bank: "Bank") -> None:
    habit(bank)
    for number in range(30):
        complain(bank, number, NOW - timedelta(hours=number))
    bank.run(NOW)
    before = bank.tables()
    bank.run(NOW)
    assert bank.tables() == before


def test_more_complaints_on_the_next_day_give_no_second_alert(bank: "Bank") -> None:
    habit(bank)
    for number in range(30):
        complain(bank, number, NOW - timedelta(hours=number))
    bank.run(NOW)
    for number in range(30, 60):
        complain(bank, number, NOW + DAY - timedelta(minutes=number))
    bank.run(NOW + DAY)
    assert alerts(bank) == ["complaint_surge"]


def test_few_people_at_one_site_on_one_day_are_only_noted(bank: "Bank") -> None:
    habit(bank)
    for number in range(12):
        complain(bank, number, NOW - timedelta(minutes=number))
    bank.run(NOW)
    assert (alerts(bank), kinds(bank)) == ([], ["campaign"])


def test_an_undated_complaint_is_kept_and_counted_on_no_day(bank: "Bank") -> None:
    more = {"category": "complaint", "origin": "customer", "source": "sikayet", "published_at": None}
    bank.see("Parlak Telekom şikâyeti", complaint(1), at=NOW, **more)
    bank.run(NOW)
    assert [row.day for row in rows(bank)] == [None]


def test_praise_on_a_social_site_is_no_complaint(bank: "Bank") -> None:
    text = "Parlak Telekom ekibine teşekkürler, harika bir hizmet, çok memnun kaldım"
    bank.see(text, at=NOW, category="social", origin="customer", source="gönderi")
    bank.run(NOW)
    assert rows(bank) == []


def test_a_newspaper_is_no_customer(bank: "Bank") -> None:
    bank.see("Parlak Telekom aboneleri kesintiler için isyan etti", complaint(3), at=NOW)
    bank.run(NOW)
    assert rows(bank) == []


def test_an_edited_complaint_is_one_and_what_the_firm_did_is_taken_over(bank: "Bank") -> None:
    more = {
        "category": "complaint",
        "origin": "customer",
        "source": "sikayet",
        "natural_key": "42",
        "published_at": NOW,
    }
    bank.see("Parlak Telekom şikâyeti", complaint(1), at=NOW, fields={"resolved": "Hayır"}, **more)
    bank.run(NOW)
    fields = {"resolved": "Çözüldü", "answered_at": "2026-03-21T15:00:00Z"}
    bank.see("Parlak Telekom şikâyeti", complaint(1), at=NOW + 2 * DAY, fields=fields, **more)
    bank.run(NOW + 2 * DAY)
    assert [(row.is_resolved, row.answer_hours) for row in rows(bank)] == [(True, 24.0)]


def test_root_causes_say_what_how_many_and_since_when(bank: "Bank") -> None:
    for number in range(4):
        complain(bank, number * 6, NOW - 40 * DAY + number * 10 * DAY)
    bank.run(NOW)
    (cause,) = describe_complaints(bank.database, "C2", NOW.date())["causes"]
    assert (cause["topic"], cause["complaints"], cause["recent"], cause["before"]) == ("delivery", 4, 2, 2)
    assert cause["since"] == date(2026, 2, 8)


def test_answers_within_two_days_are_counted_where_the_source_tells_them() -> None:
    told = [replace(ROW, id=str(hours), answer_hours=hours) for hours in (3.0, 47.0, 90.0)]
    found = answers_of([*told, ROW])
    assert (found["answered"], found["median_hours"], found["within_48h"]) == (3, 47.0, 0.6667)


def test_the_lines_for_a_terminal_are_in_the_language_of_the_reader(bank: "Bank") -> None:
    habit(bank)
    for number in range(12):
        complain(bank, number, NOW - timedelta(minutes=number))
    bank.run(NOW)
    found = describe_complaints(bank.database, "C2", NOW.date())
    lines = complaint_lines(found, load_words("tr", "Europe/Istanbul"))
    assert lines[0] == "C2: 12 şikâyet (0 tarihsiz)"
    assert lines[-1].startswith("20.03.2026  olası kampanya (uyarı yok): 2026-03-20 gününe kadar 1 günde 12 şikâyet")
    assert "people" not in lines[-1] and "about" not in lines[-1]


def test_a_source_that_was_just_added_makes_no_slow_rise(bank: "Bank") -> None:
    habit(bank)
    bank.run(NOW)
    assert bank.rows("SELECT kind FROM surges") == []


def test_what_a_newspaper_tells_is_not_held_back_by_a_flood(bank: "Bank") -> None:
    habit(bank)
    for number in range(30):
        complain(bank, number, NOW - timedelta(minutes=number), author=f"hesap{number % 3}")
    for number in range(3):
        text = f"Parlak Telekom müşterileri {('kesinti', 'fatura', 'bayi')[number]} yüzünden şikâyetçi"
        bank.see(text, at=NOW, source=f"gazete{number}")
    bank.run(NOW)
    assert alerts(bank) == ["customer_complaint"]
