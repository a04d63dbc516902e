"""Documents read again: what changed is added as known from now on, and nothing known is rewritten."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from oncu.config.problems import Problem
from oncu.config.settings import load_settings
from oncu.signals.flow.again import Wanted, read_again
from oncu.storage.database import open_database
from oncu.storage.documents import Document, save_documents

NEW = {"client_id": "C9", "legal_name": "Kavisli Döküm A.Ş.", "short_names": ("Kavisli Döküm",), "manager": "ayse"}
TOLD = "Kavisli Döküm işçileri greve çıktı"
DAY = timedelta(days=1)


def again(bank, at, **wanted):
    counts = read_again(bank.database, bank.catalogue, at, Wanted(**wanted))
    return counts, bank.run(at)


def arms(bank, client="C9"):
    return bank.rows(f"SELECT type, arm FROM signals WHERE client_id = '{client}'")


@pytest.fixture
def grown(bank, now):
    """A bank that read of a firm before it became a client."""
    bank.see(TOLD)
    bank.see("Simya İlaç yeni fabrika kuruyor")
    bank.run()
    bank.add_clients(NEW)
    return bank


def test_what_was_read_before_a_client_came_is_found_when_read_again(grown, now):
    assert grown.run(now + DAY).signals == 0
    again(grown, now + DAY)
    assert arms(grown) == [("strike", "live")]


def test_what_is_found_late_is_known_from_then_on(grown, now):
    again(grown, now + DAY)
    known = {row[0] for row in grown.rows("SELECT known_at FROM signals WHERE client_id = 'C9'")}
    assert [str(at)[:10] for at in known] == [str(now + DAY)[:10]]


def test_what_happened_too_long_ago_does_not_alert_when_found_late(grown, now):
    _, counts = again(grown, now + 60 * DAY)
    assert arms(grown) == [("strike", "shadow")] and counts.alerts == 0


def test_reading_again_with_nothing_new_adds_nothing(grown, now):
    again(grown, now + DAY)
    before = grown.tables()
    assert again(grown, now + DAY)[0].documents == 0
    assert grown.tables() == before


def test_nothing_known_is_rewritten(grown, now):
    before = grown.tables()
    again(grown, now + DAY)
    after = grown.tables()
    assert all(set(map(repr, rows)) <= set(map(repr, after[name])) for name, rows in before.items())


def test_a_client_nothing_changed_for_gets_no_new_rows(grown, now):
    query = "SELECT id FROM mentions WHERE client_id = 'C1'"
    before = grown.rows(query)
    again(grown, now + DAY)
    assert grown.rows(query) == before


def test_a_second_client_in_a_text_that_alerted_is_still_detected(bank, now):
    bank.see("Simya İlaç ve Kavisli Döküm işçileri greve çıktı")
    bank.run()
    bank.add_clients(NEW)
    again(bank, now + DAY)
    assert arms(bank) == [("strike", "live")]


def test_only_one_client_may_be_read_again(bank, now):
    bank.see(TOLD)
    bank.see("Yaylım Ambalaj işçileri greve çıktı")
    bank.run()
    bank.add_clients(
        NEW, {"client_id": "C8", "legal_name": "Yaylım Ambalaj A.Ş.", "short_names": (), "manager": "ayse"}
    )
    again(bank, now + DAY, client_id="C8")
    assert arms(bank) == [] and arms(bank, "C8") == [("strike", "live")]


def test_documents_seen_before_a_day_are_left_alone(grown, now):
    assert again(grown, now + 2 * DAY, since=now + DAY)[0].documents == 0


def test_a_name_that_is_gone_leaves_a_row_that_says_so(grown, now):
    with grown.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM aliases WHERE client_id = 'C1'")
        connection.exec_driver_sql("UPDATE clients SET legal_name = 'Başka Bir Ad A.Ş.' WHERE client_id = 'C1'")
    again(grown, now + DAY)
    rows = grown.rows("SELECT accepted, reason FROM mentions WHERE client_id = 'C1' ORDER BY known_at")
    assert rows[0][0] == 1 and rows[-1] == (0, "read again: found no more")


def test_a_client_nobody_has_is_a_problem(grown, now):
    with pytest.raises(Problem, match="no client has the id 'C77'"):
        read_again(grown.database, grown.catalogue, now, Wanted(client_id="C77"))


@pytest.fixture
def refused(oncu):
    """An installation in which two mentions of one short name were judged the wrong company."""
    oncu("init")
    Path("clients.csv").write_text("client_id,legal_name,short_names\nC1,Dalga Çimento A.Ş.,Dalga\n", encoding="utf-8")
    oncu("clients", "import", "clients.csv")
    _see("Dün Dalga yeni klinker fırınını tanıttı", "Dün Dalga Çimento yeni klinker fabrikasını açtı")
    oncu("run")
    for (mention,) in _rows("SELECT id FROM mentions WHERE accepted"):
        assert oncu("label", "give", mention, "noise:wrong_company", "--by", "ece").code == 0
    return oncu


def _see(*titles):
    database = open_database(load_settings().database_url)
    with database.write() as connection:
        at = datetime.now(UTC)
        save_documents(connection, [Document("gazete", title, title, "", at, at) for title in titles])
    database.close()


def _rows(query):
    database = open_database(load_settings().database_url)
    with database.read() as connection:
        rows = connection.exec_driver_sql(query).all()
    database.close()
    return rows


def test_a_name_refused_by_people_is_less_probable_in_the_next_reading_and_says_why(refused):
    ((before,),) = _rows("SELECT min(probability) FROM mentions")
    _see("Bugün Dalga yeni klinker hattını tanıttı")
    refused("run")
    found = _rows("SELECT probability, reason FROM mentions ORDER BY known_at DESC LIMIT 1")
    assert found[0][0] < before and "judged another firm before" in found[0][1]


def test_reading_again_takes_verdicts_into_account(refused):
    assert refused("run", "--again").code == 0
    assert any("judged another firm before" in reason for (reason,) in _rows("SELECT reason FROM mentions"))


def test_since_without_again_is_wrong_usage(oncu):
    said = oncu("run", "--since", "2026-01-01")
    assert said.code == 2 and "--again" in said.err
