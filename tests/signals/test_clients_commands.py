"""`oncu clients …` by hand: what each command says, and what it says when something is wrong."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from oncu.classifiers.mentions.matcher import build_matcher
from oncu.config.settings import load_settings
from oncu.signals.commands.console import open_storage
from oncu.signals.flow.pipeline import name_of
from oncu.storage.clients import load_clients

CORE = """client_id;legal_name;short_names;tax_id;city;addresses;parent_id;limit
C1;Karaçınar Tekstil Sanayi A.Ş.;Karaçınar;6004108239;Bursa;Kestel OSB 4. Cadde, Kestel/Bursa;C3;2.500.000,50
C2;Nehir Kimya Ltd. Şti.;;;Adana;;;
C3;Doruklu Holding A.Ş.;;;İstanbul;;;
"""
CRM = """client_id;legal_name;tax_id;city;manager
77;KARAÇINAR TEKSTİL SAN. A.Ş.;6004108239;Ankara;ayse
80;Nehir Kimya Limited Şirketi;;Adana;burak
"""


@pytest.fixture
def ready(oncu, monkeypatch):
    """An installation with the lists of two systems, the first of which is trusted more."""
    oncu("init")
    monkeypatch.setenv("ONCU_CLIENTS__SOURCES", '["clients", "crm"]')
    Path("core.csv").write_text(CORE, encoding="utf-8")
    Path("crm.csv").write_text(CRM, encoding="utf-8")
    assert oncu("clients", "import", "core.csv").code == 0
    assert oncu("clients", "import", "crm.csv", "--source", "crm").code == 0
    return oncu


def test_show_tells_where_each_field_comes_from(ready):
    lines = ready("clients", "show", "77").out.splitlines()
    assert lines[0] == "Karaçınar Tekstil Sanayi A.Ş. (C1)"
    assert "  il           Bursa  [clients:C1; crm:77: Ankara]" in lines
    assert "  yönetici     ayse  [crm:77]" in lines
    assert "  limit        2,5 mn TL  [clients:C1]" in lines
    assert "  Kestel OSB 4. Cadde, Kestel/Bursa  [Kestel OSB, Kestel, Bursa]" in lines
    assert any(line.startswith("  crm:77") and line.endswith("vergi numarası aynı; ad uyuşuyor") for line in lines)


def test_show_as_json_has_every_version(ready):
    found = json.loads(ready("clients", "show", "C1", "--json").out)
    assert [(r["source"], len(r["versions"])) for r in found["records"]] == [("clients", 1), ("crm", 1)]
    assert {name["origin"] for name in found["names"]} == {"file", "generated"}


def test_a_new_order_of_sources_reaches_all_clients(ready, monkeypatch):
    monkeypatch.setenv("ONCU_CLIENTS__SOURCES", '["crm", "clients"]')
    assert ready("clients", "reunite", "--by", "ayse").out == (
        "Birden çok kaydı olan 1 müşteri kaynak sırasına göre yeniden kuruldu (crm, clients); 1 müşteri değişti\n"
    )
    assert "  il           Ankara  [crm:77; clients:C1: Bursa]" in ready("clients", "show", "C1").out.splitlines()
    assert ready("clients", "reunite").out.endswith("; 0 müşteri değişti\n")


def test_duplicates_are_listed_decided_and_gone(ready):
    found = json.loads(ready("clients", "duplicates", "--json").out)
    assert (found["clients"], [{p["one"]["client_id"], p["other"]["client_id"]} for p in found["shown"]]) == (
        4,
        [{"C2", "80"}],
    )
    said = ready("clients", "same", "80", "C2", "--by", "ayse", "--note", "aynı adres").out
    assert said == "80 ile C2 tek müşteri: C2. Geri almak: oncu clients split 80 C2 --by KİM\n"
    assert ready("clients", "duplicates").out == "Olası çift yok: 3 müşteri karşılaştırıldı.\n"
    assert "80 artık C2 ile tek müşteri" in ready("clients", "show", "80").out


def test_split_and_different_say_what_they_did(ready):
    ready("clients", "same", "C2", "80", "--by", "ayse")
    assert ready("clients", "split", "C2", "80", "--by", "ayse").out.startswith("C2 ile 80 yeniden iki müşteri")
    assert ready("clients", "different", "C2", "80", "--by", "ayse").out.startswith("C2 ile 80 farklı firma")


@pytest.mark.usefixtures("english")
def test_records_of_one_client_are_taken_apart_by_a_no(ready):
    assert ready("clients", "different", "C1", "77", "--by", "ayse").code == 0
    assert ready("clients", "show", "77").out.startswith("KARAÇINAR TEKSTİL SAN. A.Ş. (77)")
    again = ready("clients", "import", "crm.csv", "--source", "crm")
    assert "0 new, 0 updated, 2 unchanged" in again.out
    assert ready("clients", "show", "77").out.startswith("KARAÇINAR TEKSTİL SAN. A.Ş. (77)")


@pytest.mark.usefixtures("english")
def test_list_that_contradicts_a_no_warns_in_one_line(ready):
    ready("clients", "different", "C2", "80", "--by", "ayse")
    for name, text in (("core", CORE), ("crm", CRM)):
        changed = text.replace("Şti.;;;Adana", "Şti.;;5658481962;Adana").replace("Şirketi;;", "Şirketi;5658481962;")
        Path(f"{name}.csv").write_text(changed, encoding="utf-8")
    ready("clients", "import", "core.csv")
    notes = ready("clients", "import", "crm.csv", "--source", "crm").out.splitlines()[1:]
    assert len(notes) == 1 and "ayse said on" in notes[0] and notes[0].endswith("different; kept apart")


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("show", "C9"), "no client has the id 'C9'; write a client_id, or SOURCE:ID of a record"),
        (("same", "C1", "77", "--by", "ayse"), "C1 and 77 are one client already (C1)"),
        (("split", "C1", "C2", "--by", "ayse"), "nothing was decided of C1 and C2"),
        (("different", "C1", "C1", "--by", "ayse"), "C1 and C1 are one client already (C1)"),
        (("group", "C9"), "no client has the id 'C9'"),
    ],
)
def test_what_cannot_be_done_is_one_line(ready, words, problem):
    said = ready("clients", *words)
    assert (said.code, len(said.err.splitlines())) == (1, 1)
    assert problem in said.err


def test_name_of_a_source_is_short(ready):
    assert ready("clients", "import", "crm.csv", "--source", "a b").code == 2


def test_aliases_are_added_and_removed_by_hand(ready):
    said = ready("clients", "aliases", "C1", "--add", "Çınarlı", "--remove", "Karaçınar", "--by", "ayse").out
    assert "Çınarlı  (elle eklendi" in said and "Karaçınar  (elle çıkarıldı" in said and "(türetildi)" in said
    ready("clients", "import", "core.csv")
    names = json.loads(ready("clients", "aliases", "C1", "--json").out)["names"]
    assert {n["alias"]: n["origin"] for n in names if n["origin"] != "generated"} == {
        "Çınarlı": "person",
        "Karaçınar": "removed",
    }


def accepted(text: str) -> list[str]:
    """The clients that the next reading of the database's texts would find in this one."""
    with open_storage(load_settings()) as database, database.read() as connection:
        matcher = build_matcher(map(name_of, load_clients(connection)))
    return [mention.client_id for mention in matcher.find(text) if mention.accepted]


def test_generated_name_that_a_person_removes_is_found_no_more(ready):
    said = "Bugün Karaçınar Tekstil yeni fabrika açtı"
    assert accepted(said) == ["C1"]
    ready("clients", "aliases", "C1", "--remove", "Karaçınar Tekstil", "--remove", "Karaçınar", "--by", "ayse")
    assert accepted(said) == []
    assert accepted("Bugün Karaçınar Tekstil Sanayi A.Ş. yeni fabrika açtı") == ["C1"]


def test_group_is_a_tree_with_its_head_on_top(ready):
    assert ready("clients", "group", "C1").out.splitlines() == [
        "· Doruklu Holding A.Ş. (C3)",
        "  ▸ Karaçınar Tekstil Sanayi A.Ş. (C1)",
    ]
    assert ready("clients", "group", "C2").out == "Nehir Kimya Ltd. Şti. (C2) bir grupta değil.\n"


def test_merge_that_closes_a_circle_is_a_problem_and_no_endless_tree(ready):
    Path("r.csv").write_text("client_id,other_id,kind\nC3,C2,parent\n", encoding="utf-8")
    ready("relations", "import", "r.csv")
    ready("clients", "same", "C1", "C2", "--by", "ayse")
    said = ready("clients", "group", "C3")
    assert (said.code, "C1 → C3 → C1" in said.err or "C3 → C1 → C3" in said.err) == (1, True)


def test_resolve_matches_a_file_of_names(ready):
    Path("names.csv").write_text("Firma;İl;Vergi No\n=karacinar;Bursa;6004108239\nYok Böyle Firma;;\n", "utf-8")
    said = ready("clients", "resolve", "names.csv")
    first, second = csv.DictReader(StringIO(said.out))
    assert (first["state"], first["client_id"], first["basis"], first["name"]) == (
        "matched",
        "C1",
        "tax_id",
        "'=karacinar",
    )
    assert (second["state"], second["client_id"]) == ("none", "")
    assert said.err == "2 ad: 1 eşleşti, 0 belki, 1 bulunamadı\n"


def test_resolve_writes_json_lines_into_a_file(ready):
    Path("names.csv").write_text("name\nNehir Kimya\n", "utf-8")
    assert ready("clients", "resolve", "names.csv", "--format", "json", "--out", "found.jsonl").out == ""
    found = json.loads(Path("found.jsonl").read_text("utf-8"))
    assert (found["state"], {found["client_id"], found["next_client_id"]}) == ("maybe", {"C2", "80"})


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("content", "options", "problem"),
    [
        ("vergi no\n1\n", (), "column name is missing (found: vergi no)"),
        ("name\nx\n", ("--out", "no/where.csv"), "cannot be written"),
    ],
)
def test_resolve_explains_what_it_cannot_use(ready, content, options, problem):
    Path("names.csv").write_text(content, "utf-8")
    said = ready("clients", "resolve", "names.csv", *options)
    assert (said.code, problem in said.err) == (1, True)


@pytest.mark.usefixtures("english")
def test_resolve_without_clients_says_what_to_do(oncu):
    oncu("init")
    Path("names.csv").write_text("name\nx\n", "utf-8")
    assert "run: oncu clients import FILE" in oncu("clients", "resolve", "names.csv").err


def test_prospects_of_a_new_installation_are_none(ready):
    assert ready("clients", "prospects").out == "Müşteri olmayan hiçbir firma duyulmadı.\n"
    assert json.loads(ready("clients", "prospects", "--json").out) == {"firms": 0, "shown": []}
