"""What an analyst put in force is a type for every command, not for the pages alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from oncu.config.load import SIGNALS
from oncu.config.settings import load_settings
from oncu.signals.commands.labels import read_types
from oncu.storage.database import open_database

pytestmark = pytest.mark.usefixtures("english")

RULES = """
rules:
  - {name: doors, title: {tr: A, en: D}, when: {type: [closed_doors]}, whom: [owner], channel: [mail], deadline: 4h}
  - {name: rest, title: {tr: K, en: R}, whom: [owner], channel: [digest], deadline: 2d}
"""


@pytest.fixture
def added(oncu):
    """An installation with a type that is in no file: the shipped one for strikes under another name."""
    oncu("init")
    plain = yaml.safe_load((SIGNALS / "strike.yml").read_text(encoding="utf-8"))
    plain["title"] = {"tr": "Kapanan kapılar", "en": "Closed doors"}
    Path("new.yml").write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
    said = oncu("signals", "save", "closed_doors", "new.yml", "--by", "ali", "--reason", "yeni")
    assert said.code == 0, said.err
    return oncu


def test_a_rule_may_name_it(added):
    Path("rules.yml").write_text(RULES, encoding="utf-8")
    assert added("routing", "save", "rules.yml", "--by", "ece", "--reason", "yeni tür").code == 0
    assert added("routing", "check").out.splitlines()[0] == "in force: 2 rules"


def test_the_examination_knows_it(added):
    Path("rules.yml").write_text(RULES, encoding="utf-8")
    added("routing", "save", "rules.yml", "--by", "ece", "--reason", "yeni tür")
    told = [line for line in added("doctor").out.splitlines() if line.split()[1:2] in (["routing"], ["signals"])]
    assert [line for line in told if "version 1 of ece" in line] and [line for line in told if "1 types are as" in line]


def test_the_list_of_types_names_it(added):
    assert "▼ closed_doors " in added("signals", "list").out
    assert "closed_doors" not in added("signals", "list", "--folder", str(SIGNALS)).out


def test_it_can_be_silenced(added):
    said = added(
        "silence",
        "add",
        "--type",
        "closed_doors",
        "--until",
        f"{(datetime.now(UTC) + timedelta(days=1)).date()}",
        "--reason",
        "biliniyor",
        "--by",
        "ece",
    )
    assert said.out.split("  ")[1].startswith("type closed_doors is silent")


def test_people_are_asked_for_it_and_models_learn_it(added):
    settings = load_settings()
    database = open_database(settings.database_url)
    assert read_types(database, settings)["closed_doors"].title.en == "Closed doors"
    database.close()
