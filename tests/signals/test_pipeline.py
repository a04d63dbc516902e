"""The whole line: documents in, alerts out, the same whatever is run twice."""

from datetime import timedelta

import pytest

from oncu.config.load import ConfigError
from oncu.config.problems import Problem
from oncu.signals.flow.pipeline import Counts, run_pending, warm_up
from oncu.storage.alerts import alerted_stories

LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
DENIAL = "Simya İlaç'a patent davası açıldığı iddiası yalanlandı"
PLANT = "Simya İlaç yeni fabrika kuruyor"
COMPLAINTS = (
    "Parlak Telekom müşterileri faturalardan şikayetçi",
    "Parlak Telekom aboneleri kesintiler için isyan etti",
    "Parlak Telekom müşterileri hizmetten mağdur oldu: müşteri hizmetleri cevap vermiyor",
)
DAY = timedelta(days=1)


def alerts(bank):
    return bank.rows("SELECT client_id, type FROM alerts ORDER BY 1, 2")


def count(bank, table):
    return bank.rows(f"SELECT count(*) FROM {table}")[0][0]


def test_a_document_becomes_an_alert(bank):
    bank.see(LAWSUIT)
    assert (bank.run(), alerts(bank)) == (Counts(1, 1, 1, 1, 1, 0), [("C1", "lawsuit")])


def test_the_pipeline_run_twice_changes_nothing(bank):
    for title in (LAWSUIT, PLANT, *COMPLAINTS):
        bank.see(title)
    bank.run()
    before = bank.tables()
    assert bank.run() == Counts() and bank.tables() == before


def test_the_pipeline_run_again_later_changes_nothing(bank, now):
    bank.see(LAWSUIT)
    bank.run()
    before = bank.tables()
    bank.run(now + DAY)
    assert bank.tables() == before


def test_documents_read_in_two_runs_give_what_one_run_gives(bank, now, tmp_path):
    for title in (LAWSUIT, PLANT):
        bank.see(title)
    bank.run()
    bank.see(LAWSUIT, source="ajans")
    bank.run()
    assert (alerts(bank), count(bank, "signals"), count(bank, "signal_evidence")) == (
        [("C1", "lawsuit"), ("C1", "plant_expansion")],
        2,
        3,
    )


def test_a_syndicated_story_is_two_pieces_of_evidence_and_one_alert(bank):
    bank.see(LAWSUIT)
    bank.see(LAWSUIT, source="ajans")
    bank.run()
    assert bank.rows("SELECT source FROM signal_evidence ORDER BY 1") == [("ajans",), ("gazete",)]
    assert alerts(bank) == [("C1", "lawsuit")]


def test_a_story_syndicated_on_a_later_day_adds_evidence_and_no_alert(bank, now):
    bank.see(LAWSUIT)
    bank.run()
    bank.see(LAWSUIT, source="ajans", at=now + DAY)
    counts = bank.run(now + DAY)
    assert (counts.signals, counts.alerts, count(bank, "signal_evidence")) == (0, 0, 2)


def test_an_edited_article_is_a_new_version_and_no_second_alert(bank, now):
    text = "Simya İlaç geçen yıl da aynı mahkemede yargılanmıştı. Duruşma ilkbaharda başlayacak."
    bank.see(LAWSUIT, text, natural_key="a1")
    bank.run()
    bank.see(LAWSUIT, text + " Şirket açıklama yapmadı.", natural_key="a1", at=now + DAY, published_at=now)
    bank.run(now + DAY)
    assert bank.rows("SELECT version FROM documents ORDER BY 1") == [(1,), (2,)]
    assert len([a for a in alerts(bank) if a == ("C1", "lawsuit")]) == 1


def test_without_clients_the_pipeline_says_what_to_do(empty_bank):
    empty_bank.see(LAWSUIT)
    with pytest.raises(Problem, match="oncu clients import"):
        empty_bank.run()


def test_a_run_that_could_not_start_is_not_left_running(empty_bank):
    empty_bank.see(LAWSUIT)
    with pytest.raises(Problem):
        empty_bank.run()
    assert empty_bank.rows("SELECT status FROM runs WHERE status = 'running'") == []


def test_documents_wait_for_the_first_clients(empty_bank, bank):
    bank.see(LAWSUIT)
    assert bank.run().alerts == 1


def test_a_registry_of_an_unknown_type_is_a_problem_not_a_crash(bank, make_source):
    bank.sources = {"sicil": make_source("sicil", provenance={"type": "lawsuits"})}
    bank.see("Dosya 12", "Simya İlaç hakkında karar", source="sicil")
    with pytest.raises(ConfigError, match="sicil.yml: provenance.type: no signal type 'lawsuits'"):
        bank.run()


def test_a_denial_ends_the_episode_and_is_noted_on_its_alert(bank, now):
    bank.see(LAWSUIT)
    bank.run()
    bank.see(DENIAL, at=now + DAY)
    assert bank.run(now + DAY).updates == 1
    assert bank.rows("SELECT kind FROM episode_endings") == [("denied",)]
    assert bank.rows("SELECT kind FROM alert_updates") == [("denied",)]


def test_a_denial_added_to_the_same_article_is_noted_on_its_alert(bank, now):
    text = (
        "Simya İlaç hakkında rakibinin açtığı patent davası ile ilgili ayrıntılar yazının devamında anlatılıyor. " * 3
    )
    bank.see(LAWSUIT, text, natural_key="a1")
    bank.run()
    bank.see(DENIAL, text, natural_key="a1", at=now + DAY, published_at=now)
    bank.run(now + DAY)
    assert bank.rows("SELECT kind FROM alert_updates WHERE kind = 'denied'") == [("denied",)]


def test_a_story_denied_before_it_was_read_gives_no_alert(bank, now):
    bank.see(LAWSUIT, published_at=now - DAY)
    bank.see(DENIAL)
    bank.run()
    assert alerts(bank) == []


def test_after_a_denial_the_same_thing_told_anew_alerts_anew(bank, now):
    bank.see(LAWSUIT)
    bank.run()
    bank.see(DENIAL, at=now + DAY)
    bank.run(now + DAY)
    bank.see("Simya İlaç tazminat davasını kaybetti, şirket hakkında karar çıktı", at=now + 2 * DAY)
    assert bank.run(now + 2 * DAY).alerts == 1


def test_a_second_story_updates_the_alert(bank, now):
    bank.see(LAWSUIT)
    bank.run()
    bank.see("Simya İlaç tazminat davasını kaybetti", at=now + DAY)
    counts = bank.run(now + DAY)
    assert (counts.alerts, counts.updates, bank.rows("SELECT kind FROM alert_updates")) == (0, 1, [("update",)])


def test_an_old_document_gives_a_shadow_signal_and_no_alert(bank, now):
    """Seen by a source that has been visited before: what it publishes late is old news, not news."""
    bank.see(PLANT, published_at=now - timedelta(days=46))
    bank.run()
    assert bank.rows("SELECT arm FROM signals") == [("shadow",)] and alerts(bank) == []


def test_one_complaint_is_no_news_and_the_third_is(bank, now):
    bank.types["customer_complaint"] = bank.types["customer_complaint"].model_copy(update={"alert_after": 3})
    made = []
    for number, title in enumerate(COMPLAINTS):
        bank.see(title, at=now + number * DAY)
        made.append(bank.run(now + number * DAY).alerts)
    assert made == [0, 0, 1]


def test_a_mention_of_low_priority_gives_no_alert(bank):
    bank.set(alerts={"min_priority": 0.99})
    bank.see(LAWSUIT)
    assert bank.run().alerts == 0


def test_a_type_that_is_no_longer_in_the_catalogue_stops_nothing(bank, now):
    bank.see(LAWSUIT)
    bank.run()
    del bank.types["lawsuit"]
    bank.see(PLANT, at=now + DAY)
    assert bank.run(now + DAY).alerts == 1


def test_the_story_of_an_old_document_does_not_depend_on_where_a_run_stopped(bank, now, monkeypatch):
    """A backfill in one run or in two: copies published a month ago join, those a month apart do not."""
    monkeypatch.setattr("oncu.signals.flow.pipeline.BATCH", 1)
    old = now - timedelta(days=40)
    bank.see(LAWSUIT, source="a", published_at=old)
    bank.run()
    bank.see(LAWSUIT, source="b", published_at=old + DAY)
    bank.see(LAWSUIT, source="c", published_at=now)
    bank.run()
    stories = dict(bank.rows("SELECT source, story_id FROM documents JOIN story_members ON document_id = id"))
    assert stories["a"] == stories["b"] != stories["c"]


def test_detection_takes_the_oldest_documents_first(bank, now, monkeypatch):
    monkeypatch.setattr("oncu.signals.flow.pipeline.BATCH", 1)
    titles = [LAWSUIT, "Simya İlaç tazminat davasını kaybetti", "Simya İlaç davasında duruşma ertelendi, karar yok"]
    for hours, title in reversed(list(enumerate(titles))):
        bank.see(title, at=now - timedelta(hours=3 - hours))
    bank.run()
    first = "SELECT title FROM alerts JOIN signals ON signals.id = signal_id JOIN texts USING (document_id)"
    assert bank.rows(first) == [(LAWSUIT,)]


def test_document_stored_meanwhile_with_an_earlier_time_is_read_in_the_same_run(bank, now, monkeypatch):
    monkeypatch.setattr("oncu.signals.flow.pipeline.BATCH", 1)
    bank.see(LAWSUIT)
    bank.see(PLANT)

    def see_another(stage, done, total):
        if done == 1:
            bank.see(COMPLAINTS[0], at=now - DAY)

    run_pending(bank.database, bank.catalogue, bank.settings, now, progress=see_another)
    assert count(bank, "mentions") == 3


def test_progress_is_told_batch_by_batch(bank, monkeypatch):
    monkeypatch.setattr("oncu.signals.flow.pipeline.BATCH", 2)
    for title in COMPLAINTS:
        bank.see(title)
    told = []
    run_pending(bank.database, bank.catalogue, bank.settings, bank.now, progress=lambda *now: told.append(now))
    assert told == [("read", 2, 3), ("read", 3, 3)]


PLANT_TOLD = (
    "Nehir Kimya Bursa'da 120 milyon liralık yeni fabrika kuruyor",
    "Nehir Kimya'dan Bursa'ya yeni fabrika: yatırım tutarı 120 milyon TL",
)


def test_an_event_told_again_in_other_words_is_no_update(bank, now):
    bank.see(PLANT_TOLD[0])
    bank.run()
    bank.see(PLANT_TOLD[1], at=now + DAY)
    counts = bank.run(now + DAY)
    assert (counts.signals, counts.alerts, counts.updates) == (1, 0, 0)
    assert [row[0] for row in bank.rows("SELECT novelty FROM signal_evidence ORDER BY known_at")] == ["first", "repeat"]


def test_a_warm_run_and_a_cold_one_put_documents_in_the_same_stories(bank, now):
    """An article published long ago and read late is remembered by when it was read, in memory as after a restart."""
    warm = warm_up(bank.database, bank.catalogue, now)
    for day, ready in enumerate((warm, warm, None)):
        at = now + day * DAY
        bank.see(LAWSUIT, source=f"gazete{day}", at=at, published_at=now - 20 * DAY)
        run_pending(bank.database, bank.catalogue, bank.settings, at, warm=ready)
    assert len({story for (story,) in bank.rows("SELECT story_id FROM story_members")}) == 1


def test_a_story_alerted_of_a_merged_client_isalerted_stories_the_survivor(bank, now):
    bank.see("Simya İlaç yeni fabrika kuruyor", "Simya İlaç yeni fabrikasının temelini attı.")
    bank.run()
    with bank.database.write() as connection:
        connection.exec_driver_sql("UPDATE clients SET merged_into = 'C2' WHERE client_id = 'C1'")
    (story,) = [row[0] for row in bank.rows("SELECT story_id FROM signals LIMIT 1")]
    with bank.database.read() as connection:
        assert ("C2", "opportunity", story) in alerted_stories(connection, [story])
