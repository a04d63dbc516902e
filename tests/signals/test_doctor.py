"""What works in an installation and what is missing."""

import json
import shutil
from pathlib import Path

import pytest

from oncu.config.load import SIGNALS
from oncu.signals.doctor import examine
from oncu.signals.learning.model_files import file_of
from oncu.signals.learning.models import Course, train_model
from oncu.signals.learning.promotion import promote


@pytest.fixture
def findings(tmp_path, monkeypatch):
    """The findings by subject in an empty folder with given settings."""

    def look(**settings):
        lines = "".join(f"{key}: {value}\n" for key, value in ({"signals": "types"} | settings).items())
        Path("oncu.yml").write_text(lines)
        return {f.subject: f for f in examine()}

    (tmp_path / "types").mkdir()
    shutil.copy(SIGNALS / "chain.yml", tmp_path / "types")  # one type without examples: quick to check
    for name in ("ONCU_SETTINGS", "ONCU_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return look


def test_a_database_that_was_not_made_is_to_be_mended(findings):
    found = findings()["database"]
    assert (found.is_fine, "run: oncu init" in found.text) == (False, True)


def test_an_installation_without_clients_is_not_fine(findings, database):
    found = findings(database_url=database.address)
    assert (found["database"].is_fine, found["clients"].is_fine) == (True, False)


def test_documents_that_wait_are_counted(findings, bank):
    bank.see("Hava güzel")
    found = findings(database_url=bank.database.address)
    assert (found["clients"].text, found["documents"].text) == ("3 clients", "1 stored, 1 waiting for: oncu run")


@pytest.fixture
def promoted(bank, tmp_path):
    """A model that was promoted, of one type."""
    types = {"strike": bank.types["strike"]}
    model = train_model(bank.database, Course(types, {}, {}), tmp_path / "models", "ece", bank.now)
    promote(bank.database, Course(types, {}, {}), model, "ece", bank.now, force="first one")
    return model


def test_without_a_model_the_cues_read_alone(findings, bank):
    assert findings(database_url=bank.database.address)["reading"].text.startswith("the cues alone")


def test_the_model_that_reads_is_named(findings, bank, promoted):
    found = findings(database_url=bank.database.address)["reading"]
    assert (found.is_fine, promoted.id in found.text, "0 labels" in found.text) == (True, True, True)


def test_a_model_whose_file_is_lost_is_to_be_mended(findings, bank, promoted):
    file_of(bank.database, promoted).unlink()
    found = findings(database_url=bank.database.address)["reading"]
    assert (found.is_fine, "there is no such file" in found.text) == (False, True)


def test_a_fault_of_a_source_is_named(findings, tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "x.yml").write_text("titel: a\n")
    found = findings(sources="src")["sources"]
    assert not found.is_fine and found.text.startswith("x.yml: ")


KEYED = """\
title: Kurum
publisher: Kurum
category: registry
origin: authority
reader: feed
url: https://api.kurum.example/rss
every: 1d
terms: x
personal_data: x
expect: {documents: {min: 0, max: 9}}
headers: {X-Key: "${KURUM_KEY}"}
"""


def test_a_key_that_is_not_set_is_to_be_mended(findings, tmp_path, monkeypatch):
    monkeypatch.delenv("KURUM_KEY", raising=False)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "kurum.yml").write_text(KEYED)
    found = findings(sources="src")
    assert (found["keys"].is_fine, "kurum needs a key: set KURUM_KEY" in found["keys"].text) == (False, True)
    monkeypatch.setenv("KURUM_KEY", "anahtar")
    assert "keys" not in findings(sources="src")


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("OncuBot/0.1 (+https://oncu.example/bot)", "is the default"),
        ("Uydurma Bank (+https://u.example/bot)", "no mail address"),
        ("Uydurma Bank bot@u.example", "told who visits"),
    ],
)
def test_how_hosts_are_told_who_visits_is_shown(findings, agent, said):
    assert said in findings(crawl=json.dumps({"user_agent": agent}))["visitor"].text


def test_settings_that_cannot_be_read_end_the_examination(findings):
    found = findings(digst="{}")
    assert (set(found), found["settings"].is_fine) == ({"python", "settings"}, False)


def test_the_shipped_types_judge_their_own_examples(findings):
    assert findings(signals=SIGNALS)["signals"].is_fine


def test_an_address_without_its_password_is_shown(findings):
    found = findings(database_url="postgresql+nothing://u:secret@h/d")["database"]
    assert not found.is_fine and "secret" not in found.text
