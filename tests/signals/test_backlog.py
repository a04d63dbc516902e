"""What was there before we listened, what was edited and what was paid for: read and kept, and nobody is alerted."""

from datetime import timedelta

import pytest

from oncu.storage.documents import save_documents

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
SECOND = "Simya İlaç tazminat davasını kaybetti"
BODY = "Bursa'daki davada bilirkişi raporu geçen hafta tamamlandı ve taraflara iletildi."
PLANT = "Simya İlaç yeni fabrika kuruyor"


def arms(bank):
    return [arm for (arm,) in bank.rows("SELECT arm FROM signals ORDER BY known_at, id")]


@pytest.mark.parametrize(("age", "alerts"), [(1, 1), (2, 1), (3, 0), (30, 0)])
def test_what_was_published_before_the_first_visit_never_alerts(bank, now, age, alerts):
    bank.see(LAWSUIT, published_at=now - age * DAY)
    assert bank.run().alerts == alerts


def test_backlog_is_read_and_kept_as_shadow(bank, now):
    bank.see(LAWSUIT, published_at=now - 10 * DAY)
    assert (bank.run().signals, arms(bank)) == (1, ["shadow"])


def test_an_old_page_found_later_is_backlog_too(bank, now):
    bank.see("Hava güzel")
    bank.see(LAWSUIT, at=now + 5 * DAY, published_at=now - 10 * DAY)
    assert bank.run(now + 5 * DAY).alerts == 0


def test_what_a_known_source_tells_late_alerts(bank, now):
    bank.see("Hava güzel", at=now - 20 * DAY)
    bank.see(LAWSUIT, published_at=now - 10 * DAY)
    assert bank.run().alerts == 1


def test_a_new_source_does_not_make_the_others_old(bank, now):
    bank.see("Hava güzel", at=now - 20 * DAY, source="eski")
    bank.see(LAWSUIT, source="yeni", published_at=now - 10 * DAY)
    bank.see(PLANT, source="eski", published_at=now - 10 * DAY)
    assert (bank.run().alerts, sorted(arms(bank))) == (1, ["live", "shadow"])


def test_the_grace_of_the_first_poll_is_a_setting(bank, now):
    bank.set(alerts={"first_poll_days": 30})
    bank.see(LAWSUIT, published_at=now - 10 * DAY)
    assert bank.run().alerts == 1


def edited(bank, now, title, text):
    """The same article a day later, with other words; what the run made of it."""
    bank.see(LAWSUIT, BODY, natural_key="a")
    bank.run()
    bank.see(title, text, at=now + DAY, natural_key="a", published_at=now)
    return bank.run(now + DAY)


@pytest.mark.parametrize(("title", "text"), [(LAWSUIT, BODY + " Karar bekleniyor."), (SECOND, "Yeni karar açıklandı.")])
def test_an_edited_article_stays_in_its_story_and_alerts_once(bank, now, title, text):
    counts = edited(bank, now, title, text)
    assert (counts.signals, counts.alerts, counts.updates) == (0, 0, 0)
    assert len(set(bank.rows("SELECT story_id FROM story_members"))) == 1


def test_of_an_edited_article_the_new_words_are_the_evidence(bank, now):
    edited(bank, now, SECOND, "Yeni karar açıklandı.")
    [card] = bank.digest(now + DAY).cards
    assert (str(card.alerts[0].quote), card.alerts[0].sources, card.alerts[0].novelty) == (SECOND, 1, "ilk kez")


def test_an_edit_in_the_same_batch_joins_too(bank, now):
    bank.see(LAWSUIT, BODY, natural_key="a")
    bank.see(SECOND, "Yeni karar açıklandı.", at=now + HOUR, natural_key="a")
    assert (bank.run(now + HOUR).signals, len(set(bank.rows("SELECT story_id FROM story_members")))) == (1, 1)


def test_the_same_key_of_another_source_is_another_article(bank, now):
    bank.see(LAWSUIT, BODY, natural_key="1", source="a")
    bank.see(SECOND, "Yeni karar açıklandı.", natural_key="1", source="b")
    bank.run()
    assert len(set(bank.rows("SELECT story_id FROM story_members"))) == 2


def test_a_page_reused_long_after_tells_a_new_story(bank, now):
    bank.see(LAWSUIT, BODY, natural_key="a")
    bank.run()
    bank.see(SECOND, "Yeni karar açıklandı.", at=now + 20 * DAY, natural_key="a", published_at=now + 20 * DAY)
    bank.run(now + 20 * DAY)
    assert len(set(bank.rows("SELECT story_id FROM story_members"))) == 2


def test_a_denial_in_the_new_version_ends_the_episode(bank, now):
    edited(bank, now, "Simya İlaç'a patent davası açıldığı iddiası yalanlandı", BODY)
    assert bank.rows("SELECT kind FROM episode_endings") == [("denied",)]


def test_a_paid_article_never_alerts(bank):
    bank.see(PLANT, origin="self", fields={"advertorial": "“Sponsorlu içerik”"})
    assert (bank.run().alerts, arms(bank)) == (0, ["shadow"])


def test_a_page_stuffed_with_the_names_of_clients_tells_of_none(bank):
    names = [
        f"{a}{b} Tekstil"
        for a in ("Pelit", "Nergis", "Ulubük", "Sumak", "Bozkır", "Kutup")
        for b in ("lar", "can", "soy", "taş", "oğlu", "han")
    ]
    bank.add_clients(*({"client_id": f"K{n}", "legal_name": f"{name} A.Ş."} for n, name in enumerate(names)))
    bank.see("Davalar listesi", " ".join(f"{name} A.Ş. davayı kaybetti." for name in names))
    assert bank.run().signals == 0
    assert bank.rows("SELECT count(*) FROM mentions WHERE accepted") == [(0,)]


def test_a_quarantined_page_is_not_read(bank):
    bank.see(LAWSUIT, quarantine="spam: 3 gambling links to other sites")
    assert bank.run().documents == 0


def test_saving_the_same_version_again_changes_nothing(bank):
    document = bank.see(LAWSUIT, BODY)
    bank.run()
    before = bank.tables()
    with bank.database.write() as connection:
        save_documents(connection, [document])
    bank.run()
    assert bank.tables() == before
