"""A manager's day: what it carries, how long things wait, and that yesterday's digest stays as it was."""

from datetime import timedelta

import pytest

from oncu.config.problems import Problem
from oncu.storage.runs import finish_run, start_run
from oncu.storage.scores import Score, publish_scores

LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
DENIAL = "Simya İlaç'a patent davası açıldığı iddiası yalanlandı"
SECOND = "Simya İlaç tazminat davasını kaybetti"
PLANT = "Simya İlaç yeni fabrika kuruyor"
OTHER = "Tüketici örgütü, Parlak Telekom'a dava açtı"
BANKRUPT = "Parlak Telekom konkordato ilan etti"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def types_of(view):
    return [(card.client_id, alert.type) for card in view.cards for alert in card.alerts]


def updates_of(view):
    return [(update.title, update.what) for update in view.updates]


@pytest.fixture
def told(bank, now):
    """A bank whose manager was told of a lawsuit."""
    bank.see(LAWSUIT)
    bank.run()
    bank.digest(now)
    return bank


def test_a_manager_sees_the_alerts_of_the_own_clients(bank, now):
    bank.see(LAWSUIT)
    bank.see("Nehir Kimya, çevre kirliliği davasını kaybetti")
    bank.run()
    assert types_of(bank.digest(now, "ayse")) == [("C1", "lawsuit")]
    assert types_of(bank.digest(now, "burak")) == [("C3", "lawsuit")]


def test_an_alert_is_carried_by_one_digest_only(told, now):
    assert types_of(told.digest(now + DAY)) == []


def test_a_digest_composed_again_carries_the_same(told, now):
    told.see(BANKRUPT, at=now + HOUR)
    told.run(now + HOUR)
    assert types_of(told.digest(now + 2 * HOUR)) == [("C1", "lawsuit")]


def test_what_comes_after_the_digest_of_a_day_is_in_the_next(told, now):
    told.see(BANKRUPT, at=now + HOUR)
    told.run(now + HOUR)
    assert types_of(told.digest(now + DAY)) == [("C2", "insolvency")]


def test_what_comes_after_the_digest_is_in_the_next_though_nothing_may_wait_long(told, now):
    told.set(digest={"wait_days": 1})
    told.see(BANKRUPT, at=now + HOUR)
    told.run(now + HOUR)
    assert types_of(told.digest(now + DAY)) == [("C2", "insolvency")]


def test_the_best_come_first_and_the_others_wait(bank, now):
    bank.set(digest={"max_alerts": 1})
    for title in (LAWSUIT, BANKRUPT):
        bank.see(title)
    bank.run()
    first = bank.digest(now)
    assert (types_of(first), first.waiting) == ([("C2", "insolvency")], 1)
    second = bank.digest(now + DAY)
    assert (types_of(second), second.waiting) == ([("C1", "lawsuit")], 0)


@pytest.mark.parametrize(("days", "is_carried"), [(7, True), (8, False)])
def test_an_alert_waits_at_most_wait_days(bank, now, days, is_carried):
    bank.see(LAWSUIT)
    bank.run()
    assert bool(types_of(bank.digest(now + days * DAY))) == is_carried


def test_a_client_that_was_handed_over_takes_its_waiting_alerts_along(bank, now):
    bank.see(LAWSUIT)
    bank.run()
    bank.add_clients({"client_id": "C1", "legal_name": "Simya İlaç Sanayi A.Ş.", "manager": "burak"})
    assert (types_of(bank.digest(now, "ayse")), types_of(bank.digest(now, "burak"))) == ([], [("C1", "lawsuit")])


def test_a_day_without_alerts_says_how_much_was_read(bank, now):
    bank.see("Hava yarın da güneşli olacak")
    bank.run()
    view = bank.digest(now)
    assert (view.alerts, view.documents) == (0, 1)


def test_a_digest_nobody_composed_is_a_problem(bank, now):
    with pytest.raises(Problem, match="no digest of 2026-03-02"):
        bank.view(now.date())


def test_yesterdays_digest_stays_as_it_was(bank, now):
    for title in (LAWSUIT, BANKRUPT):
        bank.see(title)
    bank.run()
    before = bank.digest(now)
    later = now + HOUR
    for hours, title in enumerate((LAWSUIT, DENIAL, PLANT, SECOND, "Parlak Telekom konkordato başvurusu yaptı")):
        bank.see(title, source="ajans", at=later + hours * HOUR)
    bank.run(later + 6 * HOUR)
    bank.digest(now + DAY)
    assert bank.view(now.date()) == before


def test_a_later_failure_of_a_source_does_not_change_an_earlier_digest(told, now):
    before = told.view(now.date())
    with told.database.write() as connection:
        run = start_run(connection, "crawl", "1", now + HOUR, subject="gazete")
        finish_run(connection, run, "failed", {}, now + HOUR)
    assert told.view(now.date()) == before
    assert told.digest(now + DAY).silent_sources == ("gazete",)


def test_a_denial_is_told_to_the_manager_who_was_told_of_the_alert(told, now):
    told.see(DENIAL, at=now + DAY)
    told.run(now + DAY)
    assert updates_of(told.digest(now + DAY)) == [("Dava", "yalanlandı")]


def test_what_changed_after_the_digest_of_a_day_is_told_in_the_next(told, now):
    told.see(SECOND, at=now + HOUR)
    told.run(now + HOUR)
    assert updates_of(told.digest(now + DAY)) == [("Dava", "yeni haber")]


def test_a_change_is_told_once(told, now):
    told.see(SECOND, at=now + HOUR)
    told.run(now + HOUR)
    told.digest(now + DAY)
    assert updates_of(told.digest(now + 2 * DAY)) == []


def test_a_change_is_told_though_days_pass_without_a_digest(told, now):
    told.see(DENIAL, at=now + DAY)
    told.run(now + DAY)
    assert updates_of(told.digest(now + 5 * DAY)) == [("Dava", "yalanlandı")]


def test_an_alert_denied_while_it_waited_says_so(bank, now):
    bank.set(digest={"max_alerts": 1})
    for title in (LAWSUIT, BANKRUPT):
        bank.see(title)
    bank.run()
    bank.see(DENIAL, at=now + HOUR)
    bank.run(now + HOUR)
    bank.digest(now + 2 * HOUR)
    assert updates_of(bank.digest(now + DAY)) == [("Dava", "yalanlandı")]


def test_opportunity_and_risk_at_one_client_are_said_on_one_card(bank, now):
    bank.see(LAWSUIT)
    bank.see(PLANT)
    bank.run()
    (card,) = bank.digest(now).cards
    assert (card.kind, "Dava" in card.conflict, "Yeni tesis" in card.conflict) == ("both", True, True)


def test_a_denied_risk_is_no_conflict(told, now):
    told.see(DENIAL, at=now + HOUR)
    told.see(PLANT, at=now + 2 * HOUR)
    told.run(now + 3 * HOUR)
    (card,) = told.digest(now + DAY).cards
    assert (card.conflict, card.kind) == (None, "opportunity")


def test_a_conflict_is_forgotten_after_conflict_days(told, now):
    later = now + 91 * DAY
    told.see(PLANT, at=later)
    told.run(later)
    assert told.digest(later).cards[0].conflict is None


def test_a_syndicated_story_is_one_alert_of_one_source_and_a_copy(bank, now):
    bank.see(LAWSUIT)
    bank.see(LAWSUIT, source="ajans")
    bank.run()
    (alert,) = bank.digest(now).cards[0].alerts
    assert (alert.sources, alert.copies, alert.novelty) == (1, 1, "ilk kez")


def test_an_event_told_in_own_words_by_another_outlet_has_two_sources_and_is_no_second_news(bank, now):
    bank.see("Nehir Kimya Bursa'da 120 milyon liralık yeni fabrika kuruyor")
    bank.see("Nehir Kimya'dan Bursa'ya yeni fabrika: yatırım tutarı 120 milyon TL", source="ajans")
    bank.run()
    (alert,) = bank.digest(now, "burak").cards[0].alerts
    assert (alert.sources, alert.copies, alert.novelty) == (2, 0, "ilk kez")


def test_the_quote_is_word_for_word_in_the_document(bank, now):
    document = bank.see("Sanayide gündem", f"Piyasalar sakin. {LAWSUIT}. Kur yatay.")
    bank.run()
    (alert,) = bank.digest(now).cards[0].alerts
    assert str(alert.quote) in document.reading and alert.quote.name == "Simya İlaç"


def test_too_short_a_history_gives_no_share(told, now):
    assert told.view(now.date()).cards[0].alerts[0].record == "yeterli geçmiş yok (n=0)"


def test_a_long_history_gives_its_share_with_interval_and_n(told, now):
    score = Score(now.date(), "risk", "type", "lawsuit", "conversion", 180, 0.24, 0.1, 0.4, 25)
    with told.database.write() as connection:
        publish_scores(connection, [score], now, "test")
    shown = told.view(now.date()).cards[0].alerts[0].record
    assert shown == "benzer sinyallerin %24 kadarı 180 gün içinde sonuca vardı (%10–%40, n=25)"


def test_a_type_that_is_gone_is_shown_by_its_code(told, now):
    del told.types["lawsuit"]
    assert told.view(now.date()).cards[0].alerts[0].title == "lawsuit"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "http://[", "//x.example/", "mailto:a@b", " "]
)
def test_an_address_that_is_no_web_address_is_no_link(bank, now, url):
    bank.see(LAWSUIT, url=url)
    bank.run()
    (alert,) = bank.digest(now).cards[0].alerts
    assert (alert.url, alert.domain) == (None, "bağlantısız")


def test_the_domain_is_the_host_a_link_leads_to(bank, now):
    bank.see(LAWSUIT, url="https://banka.example@kotu.example/x")
    bank.run()
    assert bank.digest(now).cards[0].alerts[0].domain == "kotu.example"


def test_a_flagged_client_says_so(bank, now):
    bank.see(BANKRUPT)
    bank.run()
    (card,) = bank.digest(now).cards
    assert card.is_flagged and card.level > bank.settings.level.threshold


def test_the_day_of_a_digest_is_the_banks_day(bank, now):
    """22:30 UTC on the 2nd is the 3rd in Istanbul."""
    late = now.replace(hour=22, minute=30)
    bank.see(LAWSUIT, at=late)
    bank.run(late)
    bank.compose(now.date(), late)
    bank.compose(now.date() + DAY, late)
    assert (types_of(bank.view(now.date())), types_of(bank.view(now.date() + DAY))) == ([], [("C1", "lawsuit")])
