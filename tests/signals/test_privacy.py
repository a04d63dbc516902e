"""Personal data is masked once it was read, can be forgotten for good, and what is held can be told."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from oncu.classifiers.privacy import MASK
from oncu.config.problems import Problem
from oncu.config.settings import Settings
from oncu.crawlers.authors import digests_of, seal
from oncu.signals.faces.explain import explain_alert, explain_lines
from oncu.signals.privacy import forget_author, forget_document, forget_older, privacy_lines, report_privacy
from oncu.signals.words import load_words
from oncu.storage.audit import find_broken_link
from oncu.storage.backfills import Progress, save_progress
from oncu.storage.documents import load_documents, save_documents
from oncu.storage.keys import digest_of
from oncu.storage.models import backfills, validators
from oncu.storage.runs import Issue, save_issues

pytestmark = pytest.mark.usefixtures("english")

DAY = timedelta(days=1)
PHONE = "0532 123 45 67"
TITLE = "Parlak Telekom müşterileri faturalardan şikayetçi"
BODY = f"Parlak Telekom müşterisiyim, adım Ayşe Yılmaz, numaram {PHONE}. VKN 5321234567. Mağdur oldum."
SALT = "a-salt-of-this-test"


@pytest.fixture
def complaint(bank):
    """A complaint with personal data, read, of an author whose handle is known; its signal alerts at once."""
    bank.set(crawl={"author_salt": SALT})
    bank.types["customer_complaint"] = bank.types["customer_complaint"].model_copy(update={"alert_after": 1})
    author = seal(digest_of("oncu", "@ayse"), SALT)
    more = {"natural_key": "https://pano.example/ayse/1", "url": "https://pano.example/ayse/1", "author_digest": author}
    document = bank.see(TITLE, BODY, category="complaint", source="pano", fields={"contact": PHONE}, **more)
    bank.run()
    return document


def texts(bank):
    return bank.rows("SELECT title, body FROM texts ORDER BY document_id")


def trail_is_whole(bank):
    with bank.database.read() as connection:
        return find_broken_link(connection) is None


def forget(bank, now, handle="@ayse", **more):
    return forget_author(bank.database, handle, bank.settings, now, actor="test", **more)


# ------------------------------------------------------------------------------------------------- masking


def test_a_complaint_is_masked_once_it_was_read(bank, complaint):
    ((title, body),) = texts(bank)
    assert title == TITLE and PHONE not in body and "Ayşe" not in body and "VKN 5321234567" in body


def test_a_masked_text_is_as_long_as_before_so_that_spans_hold(bank, complaint):
    ((title, body),) = texts(bank)
    spans = bank.rows('SELECT start, "end" FROM mentions WHERE accepted')
    assert len(body) == len(BODY)
    assert {f"{title}\n{body}"[start:end] for start, end in spans} == {"Parlak Telekom"}


def test_a_masked_document_keeps_its_id_and_digest(bank, complaint):
    assert bank.rows("SELECT id, content_digest FROM documents") == [(complaint.id, complaint.content_digest)]
    with bank.database.read() as connection:
        (loaded,) = load_documents(connection, [complaint.id]).values()
    assert loaded.id == complaint.id and MASK in loaded.text


def test_a_masked_complaint_crawled_again_is_known(bank, complaint):
    with bank.database.write() as connection:
        assert save_documents(connection, [complaint]).seen == 1
    assert PHONE not in repr(texts(bank))


def test_fields_are_masked_too(bank, complaint):
    assert PHONE not in bank.rows("SELECT fields FROM documents")[0][0]


def test_news_are_left_as_they_are(bank):
    bank.see("Parlak Telekom büyüyor", f"Basın: {PHONE}")
    bank.run()
    assert texts(bank) == [("Parlak Telekom büyüyor", f"Basın: {PHONE}")]


def test_the_name_of_a_poster_is_kept_in_social_and_the_number_is_not(bank):
    bank.see("", f"Adım Ayşe Yılmaz, beni {PHONE} üzerinden arayın", category="social")
    bank.run()
    assert texts(bank)[0][1].startswith("Adım Ayşe Yılmaz, beni █")


def test_the_tax_number_of_a_client_is_kept(bank):
    bank.add_clients({"client_id": "C9", "legal_name": "Yılmaz Ticaret", "tax_id": "10000000146"})
    bank.see("Şikayet", "Yılmaz Ticaret, 10000000146", category="complaint")
    bank.run()
    assert "10000000146" in texts(bank)[0][1]


def test_what_was_read_before_there_was_masking_is_masked_by_the_next_run(bank, complaint):
    bank.change(
        "INSERT INTO waiting (stage, first_seen_at, document_id) SELECT 'mask', first_seen_at, id FROM documents"
    )
    bank.change("UPDATE texts SET body = :body", body=BODY)
    bank.run()
    assert PHONE not in texts(bank)[0][1] and "Parlak Telekom" in texts(bank)[0][1]


def test_a_quarantined_complaint_is_masked_though_it_is_never_read(bank):
    bank.see("Şikayet", f"numaram {PHONE}", category="complaint", quarantine="spam")
    bank.run()
    assert PHONE not in texts(bank)[0][1]


def test_masking_runs_once(bank, complaint):
    before = bank.tables()
    bank.run()
    assert bank.tables() == before


def test_the_story_of_a_masked_text_is_still_found_by_its_copy(bank, complaint, now):
    bank.see(TITLE, BODY, category="complaint", source="ayna", at=now + DAY)
    bank.run(now + DAY)
    assert bank.rows("SELECT count(DISTINCT story_id) FROM story_members") == [(1,)]


# ---------------------------------------------------------------------------------------------- forgetting


def test_an_author_is_forgotten_with_all_that_names_him(bank, complaint, now):
    assert forget(bank, now).documents == 1
    assert texts(bank) == [("", "")]
    assert bank.rows("SELECT author_digest, erased_at IS NULL FROM texts") == [(None, 0)]
    assert "ayse" not in repr(bank.rows("SELECT * FROM documents"))


@pytest.mark.parametrize("handle", ["ayse", "@ayse", " @ayse "])
def test_an_author_is_found_with_and_without_the_at_sign(bank, complaint, now, handle):
    assert forget(bank, now, handle).documents == 1


def test_only_the_asked_source_is_forgotten(bank, complaint, now):
    assert (forget(bank, now, source="meydan").documents, forget(bank, now, source="pano").documents) == (0, 1)


def test_another_salt_finds_nobody(bank, complaint, now):
    bank.set(crawl={"author_salt": "another"})
    assert forget(bank, now).documents == 0


def test_a_forgotten_text_does_not_come_back(bank, complaint, now):
    forget(bank, now)
    edited = bank.see(TITLE, BODY + " Ek.", category="complaint", source="pano", natural_key=complaint.natural_key)
    with bank.database.write() as connection:
        assert save_documents(connection, [complaint, edited]).seen == 2
    assert bank.run().documents == 0 and texts(bank) == [("", "")]


def test_all_versions_of_a_document_are_forgotten(bank, complaint, now):
    edited = bank.see(TITLE, BODY + " Ek.", category="complaint", source="pano", natural_key=complaint.natural_key)
    assert forget_document(bank.database, edited.id, now, actor="test").documents == 2
    assert texts(bank) == [("", "")] * 2


def test_a_document_that_is_not_there_is_a_problem(bank, now):
    with pytest.raises(Problem, match="there is none of that id"):
        forget_document(bank.database, "nothing", now, actor="test")


def test_the_signal_stays_and_its_quote_says_erased(bank, complaint, now):
    forget(bank, now)
    assert bank.rows("SELECT count(*) FROM signals") == [(1,)]
    (alert,) = bank.digest(now).cards[0].alerts
    assert str(alert.quote).startswith("[silindi") and alert.url is None
    words = load_words("en", "Europe/Istanbul")
    assert "[erased" in "\n".join(
        explain_lines(explain_alert(bank.database, alert.id, bank.settings, bank.catalogue), words)
    )


def test_the_audit_trail_tells_of_it_without_a_name_and_stays_whole(bank, complaint, now):
    forget(bank, now)
    assert bank.rows("SELECT actor, action, object FROM audit") == [("test", "forget", "an author: 1 documents")]
    assert trail_is_whole(bank)


def test_forgetting_twice_writes_one_line_of_trail(bank, complaint, now):
    forget(bank, now)
    forget_document(bank.database, complaint.id, now, actor="test")
    assert bank.rows("SELECT count(*) FROM audit") == [(1,)]


@pytest.mark.sqlite_only("its files are read")
def test_no_file_of_the_database_holds_a_forgotten_text(bank, complaint, now, tmp_path):
    bank.see("Şikayet", "Bambaşka bir kelime: yüzdürülmüş", natural_key="k", category="news", author_digest="d")
    forget_document(bank.database, bank.rows("SELECT id FROM documents WHERE natural_key = 'k'")[0][0], now, actor="x")
    bank.database.close()
    files = b"".join(path.read_bytes() for path in Path(tmp_path).glob("oncu.db*"))
    assert b"SQLite" in files
    assert "yüzdürülmüş".encode() not in files and PHONE.encode() not in files


def test_no_issue_mark_or_page_to_come_names_a_forgotten_document(bank, complaint, now):
    other = "https://pano.example/baska/2"
    told = [Issue("date", f"{complaint.url}", "date 'dün' cannot be read"), Issue("wall", "x", f"a wall: “{TITLE}”")]
    pending = [{"url": url, "known": {"title": TITLE}} for url in (complaint.url, other)]
    with bank.database.write() as connection:
        save_issues(connection, [*told, Issue("date", other, "date 'yarın'")], now, run_id=None, source="pano")
        connection.execute(insert(validators), [mark(now, complaint.url), mark(now, other)])
        save_progress(connection, Progress("pano", "f", now, now, pending, now), now)
    forget(bank, now)
    assert sorted(bank.rows("SELECT place, problem FROM issues WHERE source = 'pano'")) == [
        *[("", "erased")] * 2,
        (other, "date 'yarın'"),
    ]
    assert bank.rows("SELECT address FROM validators") == [(other,)]
    [(left,)] = bank.rows(select(backfills.c.pending))
    assert [link["url"] for link in left] == [other]


def mark(now, url):
    row = {"id": url[-8:], "source": "pano", "address": url, "fingerprint": "f", "etag": None, "last_modified": None}
    return row | {"read_at": now}


def test_pages_kept_for_a_test_go_when_somebody_is_forgotten(bank, complaint, now, tmp_path):
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "1.bin").write_text(BODY, encoding="utf-8")
    (pages / "pages.jsonl").write_text('{"url": "u", "content_type": "t", "file": "1.bin"}\n', encoding="utf-8")
    forget_document(bank.database, complaint.id, now, actor="test", pages=pages)
    assert list(pages.iterdir()) == []


def test_what_is_older_than_allowed_is_erased_by_category(bank, now):
    bank.see("eski şikayet", category="complaint", at=now - 731 * DAY)
    bank.see("yeni şikayet", category="complaint", at=now - 729 * DAY)
    bank.see("eski haber", at=now - 3000 * DAY)
    done = forget_older(bank.database, bank.settings, now, actor="test")
    assert [(found.subject, found.documents) for found in done] == [
        ("complaint older than 730 days", 1),
        ("social older than 365 days", 0),
        ("tip older than 1095 days", 0),
    ]
    assert sorted(texts(bank)) == [("", ""), ("eski haber", ""), ("yeni şikayet", "")]


def test_a_page_that_was_edited_lately_is_not_old(bank, now):
    for at, title in ((now - 800 * DAY, "ilk"), (now, "ikinci")):
        bank.see(title, category="complaint", natural_key="k", at=at)
    assert forget_older(bank.database, bank.settings, now, actor="test")[0].documents == 0


def test_retention_is_a_setting(bank, now):
    bank.set(retention={"news": "30d", "complaint": None, "social": None, "tip": None})
    bank.see("haber", at=now - 31 * DAY)
    assert [found.documents for found in forget_older(bank.database, bank.settings, now, actor="test")] == [1]


# ------------------------------------------------------------------------------------------- what is held


def test_the_report_counts_texts_by_category_and_age(bank, complaint, now):
    bank.see("eski", category="complaint", at=now - 800 * DAY)
    (found,) = report_privacy(bank.database, bank.settings, now)["categories"]
    assert (found["texts"], found["younger_than"], found["authors"]) == (2, {30: 1, 365: 1}, 1)
    assert (found["masked"], found["unmasked"], found["is_overdue"]) == (1, 1, True)


def test_the_report_tells_what_to_run(bank, complaint, now):
    bank.see("eski", category="complaint", at=now - 800 * DAY)
    lines = privacy_lines(report_privacy(bank.database, bank.settings, now), load_words("tr", "Europe/Istanbul"))
    assert "oncu run" in lines[-2] and "oncu forget --older" in lines[-1]


def test_the_salt_is_never_shown(bank):
    bank.set(crawl={"author_salt": SALT})
    assert SALT not in repr(bank.settings) and SALT not in json.dumps(
        report_privacy(bank.database, bank.settings, bank.now)
    )


def test_two_installations_digest_the_same_author_otherwise():
    assert not set(digests_of("ayse", "one")) & set(digests_of("ayse", "two"))


# ------------------------------------------------------------------------------------------- command line


def test_redact_is_a_filter(oncu):
    line = {"id": 7, "text": f"TC 10000000146, {PHONE}; VKN 5321234567"}
    said = oncu("redact", stdin=json.dumps(line).encode() + b"\n{}\n")
    assert json.loads(said.out) == {
        "id": 7,
        "text": "TC [TCKN], [TELEFON]; VKN 5321234567",
        "removed": {"phone": 1, "tckn": 1},
    }
    assert (said.code, said.err) == (1, "line 2: id is missing or no text; give each line an id\n")


def test_redact_takes_names_when_asked(oncu):
    line = json.dumps({"id": 1, "text": "Adım Ayşe Yılmaz."}).encode()
    assert json.loads(oncu("redact", "--names", stdin=line).out)["removed"] == {"name": 1}


def test_forget_wants_exactly_one_thing(oncu):
    assert [oncu("forget", *words).code for words in ((), ("--older", "--document", "x"), ("--source", "x"))] == [
        2,
        2,
        2,
    ]


def test_forget_and_privacy_speak(oncu):
    oncu("init")
    assert oncu("forget", "--author", "@kimse").out == "an author: 0 documents erased\n"
    assert oncu("forget", "--older").out.splitlines()[0] == "complaint older than 730 days: 0 documents erased"
    assert json.loads(oncu("privacy", "--json").out)["authors"] == "salted digests"


def test_forgetting_an_unknown_document_is_one_line(oncu):
    oncu("init")
    said = oncu("forget", "--document", "x")
    assert (said.code, said.err.count("\n")) == (1, 1) and "explain" in said.err


def test_init_makes_a_secret_of_its_own_that_others_cannot_read(oncu, tmp_path):
    oncu("init")
    assert (tmp_path / "oncu.yml").stat().st_mode & 0o077 == 0
    assert Settings.from_file({"crawl": {"author_salt": "x"}}).crawl.author_salt == "x"
