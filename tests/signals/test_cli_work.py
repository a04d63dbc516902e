"""`oncu clients import`, `crawl`, `run`, `digest`, `explain` by hand, and what they say when something is wrong."""

import json
import re
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oncu.config.settings import load_settings
from oncu.storage.database import open_database
from oncu.storage.documents import Document, save_documents

pytestmark = pytest.mark.usefixtures("english")

LAWSUIT = "Rakibi, Simya İlaç'a patent davası açtı"
CLIENTS = "client_id,legal_name,short_names,manager\nC1,Simya İlaç Sanayi A.Ş.,Simya İlaç,ayse\n"
SOURCE = """
title: {name}
publisher: Deneme
category: news
origin: independent
reader: feed
url: {url}
every: 1h
terms: public
personal_data: none
expect: {{documents: {{min: 1, max: 100}}}}
"""


@pytest.fixture
def ready(oncu):
    """An installation with one client."""
    oncu("init")
    Path("clients.csv").write_text(CLIENTS, encoding="utf-8")
    assert oncu("clients", "import", "clients.csv").code == 0
    return oncu


def see(title):
    database = open_database(load_settings().database_url)
    now = datetime.now(UTC)
    with database.write() as connection:
        save_documents(connection, [Document("gazete", title, title, "", now, now)])
    database.close()


def one_line(said):
    assert (said.code, said.err.count("\n")) == (1, 1), said
    return said.err


def test_the_whole_line_by_hand(ready):
    see(LAWSUIT)
    assert json.loads(ready("run", "--json").out)["alerts"] == 1
    said = ready("digest", "--manager", "ayse")
    assert LAWSUIT in said.out
    alert_id = re.search(r"oncu explain (\w{8})", said.out)[1]
    assert "davası açtı" in ready("explain", alert_id).out


def test_a_digest_in_every_form_tells_the_same(ready):
    see(LAWSUIT)
    ready("run")
    shown = {form: ready("digest", "--manager", "ayse", "--format", form).out for form in ("text", "html", "json")}
    (card,) = json.loads(shown["json"])["cards"]
    assert card["alerts"][0]["title"] in shown["text"] and card["alerts"][0]["title"] in shown["html"]


def test_running_without_clients_says_what_to_do(oncu):
    oncu("init")
    assert "oncu clients import" in one_line(oncu("run"))


def test_running_with_nothing_to_do_is_done(ready):
    assert (ready("run").code, ready("run").out.startswith("0 documents")) == (0, True)


def test_an_empty_client_list_is_a_problem(oncu):
    oncu("init")
    Path("clients.csv").write_text("client_id,legal_name\n")
    assert "clients.csv: holds no clients" in one_line(oncu("clients", "import", "clients.csv"))


def test_a_file_that_is_missing_is_a_problem(oncu):
    oncu("init")
    assert "nowhere.csv" in one_line(oncu("clients", "import", "nowhere.csv"))


def test_a_bad_row_is_named_and_the_good_ones_are_kept(oncu):
    oncu("init")
    Path("clients.csv").write_text(
        "client_id,legal_name,limit\nC1,Örnek A.Ş.,5\nC2,Deneme A.Ş.,many\n", encoding="utf-8"
    )
    said = oncu("clients", "import", "clients.csv")
    assert said.code == 1 and "line 3, column limit" in said.err and "1 new" in said.out


def test_an_unknown_manager_is_told_who_there_is(ready):
    assert one_line(ready("digest", "--manager", "ayşe")) == "oncu: no client has the manager 'ayşe'; managers: ayse\n"


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01", "02/03/2026", ""])
def test_a_date_that_cannot_be_read_is_a_problem(ready, day):
    assert "write it like 2026-09-30" in one_line(ready("digest", "--manager", "ayse", "--date", day))


def test_the_digest_of_a_day_to_come_is_refused(ready):
    """It would carry today's alerts away and be missing what is still to come."""
    assert "has not come yet" in one_line(ready("digest", "--manager", "ayse", "--date", "2999-01-01"))


def test_a_turkish_date_is_read(ready):
    assert "01.02.2020" in ready("digest", "--manager", "ayse", "--date", "01.02.2020").out


def test_an_alert_nobody_has_is_a_problem(ready):
    assert "no alert has an id that begins with 'ffff'" in one_line(ready("explain", "ffff"))


@pytest.fixture
def sources(oncu):
    """Write sources into the catalogue."""

    def write(**urls):
        for name, url in urls.items():
            Path(f"src/{name}.yml").write_text(SOURCE.format(name=name, url=url))
        Path("oncu.yml").write_text("crawl: {delay_seconds: 0, timeout_seconds: 2}\n")
        oncu("init")

    return write


def test_when_every_source_is_down_the_reasons_and_one_line_are_said(oncu, sources):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    sources(bir=f"http://127.0.0.1:{port}/rss", iki=f"http://127.0.0.1:{port}/feed")
    Path("oncu.yml").write_text(Path("oncu.yml").read_text().replace("2}", f"2, allow_private: ['127.0.0.1:{port}']}}"))
    said = oncu("crawl")
    assert one_line(said) == "oncu: every source failed; the lines above say why\n"
    assert said.out.count("failed") >= 2 and "Traceback" not in said.out


def test_a_source_nobody_knows_is_a_problem(oncu, sources):
    sources(bir="http://127.0.0.1:9/rss")
    assert one_line(oncu("crawl", "ikki")) == "oncu: no source is called 'ikki'; oncu sources list shows the names\n"


def test_a_catalogue_without_sources_is_a_problem(oncu, sources):
    sources()
    assert "no source is enabled" in one_line(oncu("crawl"))


def test_a_fault_in_the_catalogue_is_said_before_anything_is_fetched(oncu, sources):
    sources(bir="ftp://x.example/")
    assert "bir.yml" in one_line(oncu("crawl"))


def test_a_filter_with_a_bad_line_ends_with_1_and_the_rest_goes_on(oncu):
    said = oncu("tag", stdin=b'{"id": 1, "text": "a"}\n{\n{"id": 3, "text": "b"}\n')
    assert (said.code, [json.loads(line)["id"] for line in said.out.splitlines()]) == (1, [1, 3])
    assert one_line(said).startswith("line 2: not JSON")


def test_a_filter_with_good_lines_ends_with_0(oncu):
    said = oncu("stories", stdin=b'{"id": 1, "text": "a"}\n')
    assert (said.code, said.err, json.loads(said.out)) == (0, "", {"id": 1, "story_id": "1"})


def test_match_finds_the_clients_of_a_file(oncu):
    Path("clients.csv").write_text(CLIENTS, encoding="utf-8")
    said = oncu("match", "--clients", "clients.csv", stdin=json.dumps({"id": 1, "text": LAWSUIT}).encode())
    assert (said.code, json.loads(said.out)["surface"]) == (0, "Simya İlaç")


def test_match_without_clients_is_a_problem(oncu):
    Path("clients.csv").write_text("client_id,legal_name\n")
    assert "clients.csv" in one_line(oncu("match", "--clients", "clients.csv"))


def test_match_with_a_bad_client_goes_on_and_ends_with_1(oncu):
    Path("clients.csv").write_text(CLIENTS + ",Adsız A.Ş.,,\n", encoding="utf-8")
    said = oncu("match", "--clients", "clients.csv", stdin=json.dumps({"id": 1, "text": LAWSUIT}).encode())
    assert (said.code, said.err.startswith("clients.csv: line 3"), json.loads(said.out)["client_id"]) == (1, True, "C1")
