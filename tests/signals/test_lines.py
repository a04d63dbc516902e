"""What commands say is said in the language of the settings, also where it was composed in English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from oncu.config.load import HERE, read_yaml
from oncu.config.settings import Settings
from oncu.signals.words import TEXTS, load_words

TURKISH, ENGLISH = load_words("tr", "Europe/Istanbul"), load_words("en", "Europe/Istanbul")
PHRASES = read_yaml(TEXTS / "lines.yml")["tr"]
SIGNALS = HERE.parent / "signals"
# What a person of the bank meets: imports, clients, people, dates, filters.
FILES = [
    *sorted((SIGNALS / "imports").glob("*.py")),
    *(SIGNALS / "clients" / name for name in ("unite.py", "groups.py", "resolving.py")),
    *(SIGNALS / "commands" / name for name in ("console.py", "clients.py", "users.py", "audit.py", "work.py")),
    *(SIGNALS / "people" / name for name in ("accounts.py", "passwords.py")),
    *(SIGNALS / "flow" / name for name in ("absences.py", "silences.py")),
    *(SIGNALS / name for name in ("doctor.py", "filters.py", "privacy.py", "surroundings.py")),
]
ERRORS = {"Problem", "TableError", "Bad", "BadRow", "BadLine", "Finding"}


def spelled(node: ast.expr) -> str | None:
    """A literal or f-string as it may come out: every variable part is 'X', quoted."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(spelled(part) or "'X'" for part in parts)
    return None


def composed(path: Path) -> Iterator[str]:
    """The sentences a file makes errors of."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name), args=args) if name in ERRORS:
                yield from (text for arg in args if (text := spelled(arg)) and " " in text.replace("'X'", ""))


def english_of(text: str) -> list[str]:
    """The halves of a sentence that come out as they went in, but for those that are names alone."""
    halves = [half for half in re.split("; ", text) if re.search("[a-z]{3}", half.replace("'X'", ""))]
    return [half for half in halves if half in TURKISH.line(text)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_error_a_person_of_the_bank_meets_is_turkish(path: Path) -> None:
    assert [left for text in composed(path) for left in english_of(text)] == []


@pytest.mark.parametrize("phrase", sorted(PHRASES))
def test_a_phrase_keeps_all_that_varies(phrase: str) -> None:
    holes = [f"'{place}'" for place in range(phrase.count("{}"))]
    said = TURKISH.line(
        phrase.replace("{}", "\0").replace("{", "{{").replace("}", "}}").replace("\0", "{}").format(*holes)
    )
    assert all(hole in said for hole in holes)


def test_english_is_what_was_composed() -> None:
    assert ENGLISH.line("line 3: is empty; it is needed") == "line 3: is empty; it is needed"


def test_a_line_is_said_part_by_part() -> None:
    told = TURKISH.line("a.csv: line 3, column kind: 'sael' is not known; did you mean 'sale'?")
    assert told == "a.csv: satır 3, sütun kind: 'sael' bilinmiyor; şunu mu demek istediniz: 'sale'?"


def test_what_is_quoted_stays_whatever_it_says() -> None:
    assert TURKISH.line("'is empty; it is needed: none' is not known") == "'is empty; it is needed: none' bilinmiyor"


def test_a_line_nobody_translated_stays() -> None:
    assert TURKISH.line("the moon: is made of cheese; eat it") == "the moon: is made of cheese; eat it"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, ("tr", "tr")),
        ({"language": "en"}, ("en", "en")),
        ({"digest": {"language": "en"}}, ("en", "en")),
        ({"language": "tr", "digest": {"language": "en", "max_alerts": 3}}, ("tr", "en")),
    ],
)
def test_the_two_languages_follow_each_other_where_one_is_set(given: dict[str, object], said: tuple[str, str]) -> None:
    made = Settings.from_file(given)
    assert (made.language, made.digest.language) == said


def test_a_fault_of_the_settings_is_said_in_the_language_of_the_environment(oncu, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("ONCU_LANGUAGE", "en")
    Path("oncu.yml").write_text("timezone: Mars/Olympus\n", encoding="utf-8")
    assert "no time zone" in oncu("privacy").err


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("tr", "oncu: 'C9' numaralı bir müşteri yok; client_id ya da bir kaydın KAYNAK:NO değerini yazın\n"),
        ("en", "oncu: no client has the id 'C9'; write a client_id, or SOURCE:ID of a record\n"),
    ],
)
def test_a_mistake_is_explained_in_the_language_of_the_settings(oncu, monkeypatch, language: str, said: str) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("ONCU_LANGUAGE", language)
    oncu("init")
    assert oncu("clients", "show", "C9").err == said


def test_json_is_the_same_in_every_language(oncu, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    oncu("init")
    Path("c.csv").write_text("client_id,legal_name\nC1,\n", encoding="utf-8")
    said = []
    for language in ("tr", "en"):
        monkeypatch.setenv("ONCU_LANGUAGE", language)
        said.append(oncu("clients", "import", "c.csv", "--json").out)
    assert said[0] == said[1] and "is empty; it is needed" in said[0]
