"""Settings: built-in defaults, then the file, then the environment."""

from pathlib import Path

import pytest

from oncu.config.load import ConfigError
from oncu.config.settings import CrawlSettings, Settings, load_settings, settings_file


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder and an environment that says nothing."""
    for name in ("ONCU_SETTINGS", "ONCU_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def problem() -> str:
    with pytest.raises(ConfigError) as caught:
        load_settings()
    return str(caught.value)


def test_without_a_file_the_defaults_hold() -> None:
    assert (load_settings().database_url, load_settings().digest.max_alerts) == ("sqlite:///oncu.db", 7)


def test_the_file_wins_over_the_defaults() -> None:
    Path("oncu.yml").write_text("digest: {max_alerts: 3}\n")
    assert (load_settings().digest.max_alerts, load_settings().digest.wait_days) == (3, 7)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("oncu.yml").write_text("database_url: sqlite:///a.db\ndigest: {max_alerts: 3, language: en}\n")
    monkeypatch.setenv("ONCU_DATABASE_URL", "sqlite:///b.db")
    monkeypatch.setenv("ONCU_DIGEST__MAX_ALERTS", "5")
    found = load_settings()
    assert (found.database_url, found.digest.max_alerts, found.digest.language) == ("sqlite:///b.db", 5, "en")


def test_a_variable_changes_its_key_alone_also_where_the_block_was_given_as_a_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ONCU_CRAWL__DELAY_SECONDS", "2")
    crawl = Settings(crawl=CrawlSettings(user_agent="Ada", delay_seconds=1)).crawl
    assert (crawl.user_agent, crawl.delay_seconds) == ("Ada", 2)


def test_an_empty_variable_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCU_DATABASE_URL", "")
    assert load_settings().database_url == "sqlite:///oncu.db"


def test_a_file_of_comments_alone_leaves_the_defaults() -> None:
    Path("oncu.yml").write_text("# nothing yet\n")
    assert load_settings().digest.max_alerts == 7


def test_the_file_can_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.yml").write_text("timezone: Europe/London\n")
    monkeypatch.setenv("ONCU_SETTINGS", str(tmp_path / "mine.yml"))
    assert (load_settings().timezone, settings_file()) == ("Europe/London", tmp_path / "mine.yml")


def test_a_named_file_that_is_missing_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONCU_SETTINGS", "nowhere.yml")
    assert problem() == "nowhere.yml: cannot be read: No such file or directory"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("digst: {}\n", "oncu.yml: digst: unknown key; did you mean 'digest'?"),
        ("digest: {langage: tr}\n", "oncu.yml: digest.langage: unknown key; did you mean 'language'?"),
        ("digest: {max_alerts: 0}\n", "digest.max_alerts: input should be greater than or equal to 1 (found 0)"),
        ("digest: {language: de}\n", "digest.language: input should be 'tr' or 'en' (found 'de')"),
        ("timezone: Mars/Olympus\n", "oncu.yml: timezone: no time zone 'Mars/Olympus'; write one like Europe/Istanbul"),
        ("timezone: ../../etc/passwd\n", "oncu.yml: timezone: no time zone"),
        ("settings: x\n", "oncu.yml: settings: unknown key"),
        ("1: x\n", "oncu.yml: 1: unknown key"),
        ("- a\n", "oncu.yml: is not a mapping"),
    ],
)
def test_bad_settings_are_one_line_of_problem(content: str, said: str) -> None:
    Path("oncu.yml").write_text(content)
    assert said in problem() and "\n" not in problem()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("ONCU_DIGEST__MAX_ALERTS", "many", "ONCU_DIGEST__MAX_ALERTS: input should be a valid integer"),
        ("ONCU_DIGEST__MAXALERTS", "3", "ONCU_DIGEST__MAXALERTS: unknown key; did you mean 'max_alerts'?"),
        ("ONCU_DIGEST", "abc", "ONCU_DIGEST: is not JSON; write ONCU_DIGEST__KEY=value"),
    ],
)
def test_a_bad_variable_is_one_line_of_problem(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    assert said in problem() and "\n" not in problem()


def test_a_bad_variable_is_not_blamed_on_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("oncu.yml").write_text("level: {threshold: 30}\n")
    monkeypatch.setenv("ONCU_LEVEL__THRESHOLD", "-1")
    assert problem() == "ONCU_LEVEL__THRESHOLD: input should be greater than 0 (found '-1')"


def test_a_private_place_needs_its_port() -> None:
    Path("oncu.yml").write_text("crawl: {allow_private: [localhost]}\n")
    assert problem() == "oncu.yml: crawl.allow_private.0: 'localhost' is not host:port; write one like 127.0.0.1:8080"
