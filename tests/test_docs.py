"""The documents name only commands and options that exist, and files that are there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from oncu.signals.cli import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
# A command ends where the shell or a comment goes on; in prose it stands between backticks.
END = re.compile(r";|\s[#|>&<]|…|\s{3,}")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def commands_in(page: str) -> Iterator[str]:
    """What a page tells to type, without `oncu` itself: lines of its blocks, and words in backticks."""
    blocks = FENCE.findall(page)
    lines = [line for block in blocks for line in block.splitlines()]
    told = [
        found for line in lines for found in re.findall(r"(?:^(?:\$ )?|[|;&] |Ayrıntı: )oncu (.+?)(?= [|&]|;|$)", line)
    ]
    told += re.findall(r"`oncu ([^`]+)`", FENCE.sub("", page))
    return filter(None, (END.split(text)[0].strip() for text in told))


def wrong_in(words: list[str]) -> str | None:
    """What of a command does not exist: a word that is no command, or an option the command does not have."""
    command = typer.main.get_command(app)
    rest = list(words)
    while (inner := getattr(command, "commands", None)) and rest:
        if rest[0] == "--help" or (rest[0].startswith("--") and getattr(command, "invoke_without_command", False)):
            break  # a group that does something by itself: oncu price --offers F
        if not (known := inner.get(name := rest.pop(0))):
            return f"no command {name!r}"
        command = known
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in options | {"--help"}]
    return f"no option {unknown[0]!r}" if unknown else None


TOLD = sorted(
    {(page.relative_to(ROOT).as_posix(), text) for page in PAGES for text in commands_in(page.read_text("utf-8"))}
)


def choices(text: str) -> list[list[str]]:
    """The commands meant by `sources list|check`, as words; brackets of what may be left out do not count."""
    words = text.replace("[", " ").replace("]", " ").split()
    several = next((word for word in words if re.fullmatch(r"\w+(\|\w+)+", word)), None)
    return [[one if word == several else word for word in words] for one in (several or "").split("|")]


def faults_of(text: str) -> list[str]:
    """What is wrong with the commands of one place."""
    return [wrong for words in choices(text) if (wrong := wrong_in(words))]


@pytest.mark.parametrize(("page", "text"), TOLD, ids=lambda value: value[:60])
def test_a_command_in_the_documents_exists(page: str, text: str) -> None:
    assert not faults_of(text), f"{page}: oncu {text}"


@pytest.mark.parametrize(
    "page", ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/kullanim-kilavuzu.md", "docs/sources.md"]
)
def test_commands_are_found_on_every_page_that_has_some(page: str) -> None:
    assert [text for name, text in TOLD if name == page]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("sources list|check [--folder F]", []),
        ("sources list|chekc", ["no command 'chekc'"]),
        ("digest --manager M [--sned]", ["no option '--sned'"]),
        ("sources check --verified", ["no option '--verified'"]),
        ("trian", ["no command 'trian'"]),
    ],
)
def test_what_does_not_exist_is_named(text: str, wrong: list[str]) -> None:
    assert faults_of(text) == wrong


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_file_that_is_linked_is_there(page: Path) -> None:
    linked = LINK.findall(FENCE.sub("", page.read_text("utf-8")))
    assert not [target for target in linked if not (page.parent / target).exists()]
