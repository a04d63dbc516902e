import csv
import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from stdnum.tr import vkn

from oncu.config.load import ConfigError, load_sources
from oncu.signals.demo.site import (
    DEMO,
    HOST,
    DemoServer,
    Site,
    answer,
    demo_sources,
    load_plan,
    load_site,
    local,
    serve,
    visible,
)

FIRST, LAST = date(2026, 1, 15), date(2026, 9, 30)


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site()


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[DemoServer]:
    with serve(site, LAST) as running:
        yield running


def fetch(server: DemoServer, path: str) -> bytes:
    with urllib.request.urlopen(server.base_url + path, timeout=5) as response:
        return bytes(response.read())


def copied_demo(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO, tmp_path / "demo"))


def client_ids() -> set[str]:
    with (DEMO / "clients.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["client_id"] for row in csv.DictReader(file, delimiter=";")}


def test_an_entry_is_not_served_before_its_day(site: Site) -> None:
    path = "/sikayet-panosu/s-1002"
    assert [answer(site, date(2026, 1, day), path).status for day in (10, 11)] == [404, 200]


def test_today_moves_between_visits(site: Site) -> None:
    with serve(site, FIRST) as server:
        before = fetch(server, "/mihver/rss.xml").decode()
        server.today = LAST
        after = fetch(server, "/mihver/rss.xml").decode()
    assert ("Gökpınar" in before, "Gökpınar" in after) == (False, True)


def test_every_entry_is_on_show_on_some_visit_day(site: Site) -> None:
    shown = {
        (c.name, e.slug) for day in load_plan().visit_days for c in site.channels.values() for e in visible(c, day)
    }
    assert {(c.name, e.slug) for c in site.channels.values() for e in c.entries} == shown


def test_feed_dates_are_rfc_822_in_istanbul_time(server: DemoServer) -> None:
    assert b"<pubDate>Thu, 24 Sep 2026 12:00:00 +0300</pubDate>" in fetch(server, "/mihver/rss.xml")


def test_feed_ids_and_addresses_do_not_depend_on_the_port(server: DemoServer) -> None:
    feed = fetch(server, "/mihver/rss.xml").decode()
    assert str(server.server_port) not in feed and f"{HOST}/mihver/gokpinar-ihale" in feed


def test_a_reprint_has_the_words_of_its_original(site: Site) -> None:
    entries = {f"{c.name}/{e.slug}": e for c in site.channels.values() for e in c.entries}
    copy = entries["sabahyeli/hattusan-sozlesme-baski"]
    assert copy.paragraphs == entries["mihver/hattusan-sozlesme"].paragraphs


def test_a_reprint_without_lead_lacks_the_first_paragraph(site: Site) -> None:
    entries = {f"{c.name}/{e.slug}": e for c in site.channels.values() for e in c.entries}
    copy = entries["sabahyeli/akpamuk-baski"]
    assert copy.paragraphs == entries["mihver/akpamuk-isten-cikarma"].paragraphs[1:]


def test_listing_pages_lead_on_to_the_last_one(site: Site) -> None:
    bodies = [answer(site, LAST, f"/sikayet-panosu/?sayfa={n}").body for n in (1, 2, 3)]
    assert [b'rel="next"' in body for body in bodies] == [True, True, False]


def test_incentive_pages_are_windows_1254_and_say_so_in_the_page_alone(site: Site) -> None:
    page = answer(site, LAST, "/tesvik-belgeleri/b-583015")
    assert page.content_type == "text/html"
    assert b'charset="windows-1254"' in page.body and "TUĞRALI DÖKÜM" in page.body.decode("windows-1254")


def test_api_pages_end_with_an_empty_one(site: Site) -> None:
    pages = [json.loads(answer(site, LAST, f"/mahkeme-ilanlari/api?sayfa={n}").body)["ilanlar"] for n in (1, 2, 3, 4)]
    assert [bool(rows) for rows in pages] == [True, True, True, False]


def test_the_closed_page_is_linked_but_forbidden_by_robots(site: Site) -> None:
    linked = any(b"/ilan-pazari/uye/" in answer(site, LAST, f"/ilan-pazari/?sayfa={n}").body for n in (1, 2))
    assert linked and b"Disallow: /ilan-pazari/uye/" in answer(site, LAST, "/robots.txt").body


def test_the_broken_source_answers_500(server: DemoServer) -> None:
    with pytest.raises(urllib.error.HTTPError, match="500"):
        fetch(server, "/oda-bulteni/rss.xml")


@pytest.mark.parametrize("path", ["/", "/nowhere/", "/mihver/", "/mihver/../robots.txt", "/ilan-pazari/?sayfa=x²"])
def test_odd_paths_never_break_the_server(site: Site, path: str) -> None:
    assert answer(site, LAST, path).status in (200, 404)


def test_markup_in_a_story_is_escaped(site: Site) -> None:
    channel = site.channels["sikayet-panosu"]
    entry = channel.entries[0].model_copy(update={"text": "<script>alert(1)</script>"})
    changed = site.model_copy(update={"channels": {channel.name: channel.model_copy(update={"entries": [entry]})}})
    assert b"<script>" not in answer(changed, LAST, f"/sikayet-panosu/{entry.slug}").body


def test_a_source_is_pointed_at_the_running_server() -> None:
    source = load_sources(DEMO / "sources")["mihver"]
    assert local(source, "http://127.0.0.1:8123").url == "http://127.0.0.1:8123/mihver/rss.xml"


def test_every_source_has_its_channel_and_every_channel_its_source(site: Site) -> None:
    assert {spec.name for spec in demo_sources("http://127.0.0.1:1")} == set(site.channels)


def test_a_misspelt_key_is_named_with_its_file_and_a_suggestion(tmp_path: Path) -> None:
    folder = copied_demo(tmp_path)
    file = folder / "site" / "mihver.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("keep:", "kep:", 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mihver\.yml: kep: unknown key; did you mean 'keep'\?"):
        load_site(folder)


def test_a_reprint_of_nothing_is_refused(tmp_path: Path) -> None:
    folder = copied_demo(tmp_path)
    file = folder / "site" / "sabahyeli.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("mihver/tugrali-dava", "mihver/tugrali"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"sabahyeli\.yml: entries\.reprint_of: 'mihver/tugrali': no such entry"):
        load_site(folder)


def test_visit_days_are_in_order_and_end_with_the_scored_day() -> None:
    plan = load_plan()
    assert plan.visit_days == sorted(set(plan.visit_days)) and plan.visit_days[-1] == plan.as_of


def test_tax_numbers_of_clients_have_their_check_digit_and_stand_once() -> None:
    with (DEMO / "clients.csv").open(encoding="utf-8-sig", newline="") as file:
        numbers = [row["tax_id"] for row in csv.DictReader(file, delimiter=";")]
    assert all(map(vkn.is_valid, numbers)) and len(set(numbers)) == len(numbers)


def test_every_client_has_been_with_the_bank_at_some_time() -> None:
    with (DEMO / "exposure.csv").open(encoding="utf-8", newline="") as file:
        assert {row["client_id"] for row in csv.DictReader(file, delimiter="\t")} == client_ids()


def test_nothing_is_recorded_after_the_scored_day() -> None:
    with (DEMO / "outcomes.csv").open(encoding="utf-8", newline="") as file:
        recorded = [row["kayıt tarihi"].split(".")[::-1] for row in csv.DictReader(file, delimiter=";")]
    assert max("-".join(parts) for parts in recorded) <= load_plan().as_of.isoformat()
