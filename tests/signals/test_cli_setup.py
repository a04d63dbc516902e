"""`oncu init`, `doctor`, `sources`, `signals`: an installation from nothing."""

import json
import shutil
from pathlib import Path

import pytest

from oncu.config.load import SIGNALS
from oncu.config.settings import Settings, load_settings

pytestmark = pytest.mark.usefixtures("english")

SOURCE = """
title: Deneme
publisher: Deneme
category: news
origin: independent
reader: feed
url: http://127.0.0.1:9/rss
every: 1h
terms: public
personal_data: none
expect: {documents: {min: 1, max: 100}}
"""


def write(path, text):
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text, encoding="utf-8")


@pytest.mark.sqlite_only("the file it makes")
def test_init_makes_settings_and_database(oncu, tmp_path):
    said = oncu("init")
    assert said.code == 0 and {"oncu.yml", "oncu.db"} <= {path.name for path in tmp_path.iterdir()}


def test_init_twice_keeps_what_is_there(oncu):
    oncu("init")
    before = Path("oncu.yml").read_bytes()
    said = oncu("init")
    assert (said.code, "kept as it is" in said.out, Path("oncu.yml").read_bytes()) == (0, True, before)


def test_init_makes_the_settings_file_the_environment_names(oncu, monkeypatch):
    monkeypatch.setenv("ONCU_SETTINGS", "mine.yml")
    assert (oncu("init").code, Path("mine.yml").exists(), Path("oncu.yml").exists()) == (0, True, False)


def test_init_where_nothing_can_be_written_is_a_problem(oncu, monkeypatch):
    monkeypatch.setenv("ONCU_SETTINGS", "nowhere/mine.yml")
    said = oncu("init")
    assert (said.code, said.err.count("\n")) == (1, 1) and "nowhere/mine.yml" in said.err


def test_the_settings_that_init_writes_are_those_of_the_defaults(oncu):
    oncu("init")
    shown = [line.removeprefix("# ") for line in Path("oncu.yml").read_text().splitlines() if not line.endswith(".")]
    write(
        "all.yml", "\n".join(line.split("  #")[0] for line in shown if "my-" not in line and "environment" not in line)
    )
    made = load_settings(Path("all.yml"))
    salt = made.crawl.author_salt
    assert made == load_settings() == Settings(crawl={"author_salt": salt}) and len(salt) == 32


@pytest.fixture
def one_type(oncu, monkeypatch):
    """One type without examples: quick to check."""
    Path("types").mkdir()
    shutil.copy(SIGNALS / "chain.yml", "types")
    monkeypatch.setenv("ONCU_SIGNALS", "types")


def test_doctor_before_and_after(oncu, one_type):
    before = oncu("doctor")
    assert (before.code, "MEND  database" in before.out) == (1, True)
    oncu("init")
    after = oncu("doctor")
    assert "ok    database" in after.out and "MEND  clients" in after.out


def test_doctor_speaks_json(oncu, one_type):
    found = json.loads(oncu("doctor", "--json").out)
    assert [finding["subject"] for finding in found][:2] == ["python", "settings"]


@pytest.mark.parametrize(
    "url",
    ["nonsense", "mysql://a/b", "sqlite:///nowhere/x.db", "postgresql+psycopg://u:secret@127.0.0.1:9/x", "sqlite:///"],
)
def test_a_database_that_cannot_be_opened_is_one_line_without_its_password(oncu, monkeypatch, url):
    monkeypatch.setenv("ONCU_DATABASE_URL", url)
    said = oncu("run")
    assert (
        (said.code, said.err.count("\n")) == (1, 1)
        and said.err.startswith("oncu: database")
        and "secret" not in said.err
    )


def test_a_file_that_is_no_database_is_one_line(oncu, monkeypatch):
    write("x.db", "this is not a database, it is only text that somebody wrote" * 100)
    monkeypatch.setenv("ONCU_DATABASE_URL", "sqlite:///x.db")
    said = oncu("run")
    assert (said.code, said.err.count("\n")) == (1, 1) and "x.db" in said.err


def test_sources_of_a_folder_are_checked(oncu):
    write("src/deneme.yml", SOURCE)
    assert oncu("sources", "check", "--folder", "src").out.startswith("1 sources, no faults")


def test_every_fault_of_a_folder_is_a_line(oncu):
    write("src/bir.yml", SOURCE + "titel: x\n")
    write("src/iki.yml", "[")
    said = oncu("sources", "check", "--folder", "src")
    assert said.code == 1
    assert [line.split(": ")[1] for line in said.err.splitlines()] == ["bir.yml", "iki.yml"]


def test_a_registry_of_an_unknown_type_is_a_fault_of_its_source(oncu):
    write("src/sicil.yml", SOURCE + "provenance: {type: lawsuits}\n")
    said = oncu("sources", "check", "--folder", "src")
    assert (
        said.code == 1 and "sicil.yml: provenance.type: no signal type 'lawsuits'; did you mean 'lawsuit'?" in said.err
    )


def test_a_folder_that_is_not_there_is_a_problem(oncu):
    assert "oncu: nowhere: is not a folder" in oncu("sources", "list", "--folder", "nowhere").err


def test_a_folder_without_sources_says_what_to_do(oncu):
    assert "how to add one" in oncu("sources", "list", "--folder", "src").out


def test_sources_are_listed_as_json(oncu):
    write("src/deneme.yml", SOURCE)
    (found,) = json.loads(oncu("sources", "list", "--folder", "src", "--json").out)
    assert (found["name"], found["every"]) == ("deneme", "1h")


def test_signal_types_are_listed_with_their_definition(oncu):
    assert "▼ lawsuit " in oncu("signals", "list").out


def test_an_example_that_is_judged_otherwise_is_a_fault(oncu):
    text = (SIGNALS / "lawsuit.yml").read_text(encoding="utf-8")
    write("types/lawsuit.yml", text.replace("Nehir Kimya, çevre kirliliği davasını kaybetti", "Hava bugün çok güzel"))
    said = oncu("signals", "check", "--folder", "types")
    assert said.code == 1 and said.err.startswith("oncu: lawsuit.yml: examples.tr.holds")
