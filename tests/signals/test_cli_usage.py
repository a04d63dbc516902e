"""The command line itself: help, exit codes, and no traceback for bad input."""

import subprocess
import sys

import pytest
import typer

from oncu.signals.cli import app

pytestmark = pytest.mark.usefixtures("english")


def commands(command=None, path=()):
    """Every command with its words, groups left out."""
    command = command or typer.main.get_command(app)
    if not hasattr(command, "commands"):
        return [(path, command)]
    return [found for name, sub in command.commands.items() for found in commands(sub, (*path, name))]


COMMANDS = commands()
EXPECTED = ["demo", "init", "doctor", "crawl", "run", "digest", "explain"]
EXPECTED += ["match", "tag", "stories", "extract", "feed", "evaluate"]


def test_every_command_of_the_contract_is_there():
    imports = [(kind, "import") for kind in ("clients", "outcomes", "offers", "exposure", "actions", "relations")]
    named = [*((name,) for name in EXPECTED), *imports, ("sources", "list"), ("sources", "check"), ("signals", "check")]
    assert set(named) <= {path for path, _ in COMMANDS}


def test_help_loads_nothing_that_only_a_command_needs():
    heavy = ("alembic", "fastapi", "numpy", "pandas", "scrapy", "sklearn", "spacy", "sqlalchemy")
    looked = f"import sys, oncu.signals.cli; print(*({set(heavy)} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", looked], capture_output=True, text=True, check=True).stdout == "\n"


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS])
def test_every_command_says_what_it_does_with_an_example(path, command):
    assert command.help and f"oncu {' '.join(path)}" in (command.epilog or "")


def test_help_is_shown(oncu):
    said = oncu("crawl", "--help")
    assert (said.code, "Example: oncu crawl" in said.out) == (0, True)


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("digest",),
        ("digest", "--manager"),
        ("run", "--nonsense"),
        ("digest", "--manager", "a", "--format", "pdf"),
    ],
)
def test_wrong_usage_is_exit_code_2(oncu, words):
    said = oncu(*words)
    assert said.code == 2 and "Traceback" not in said.err


def test_evaluate_refuses_a_horizon_of_nothing(oncu):
    words = ("--signals", "s", "--outcomes", "o", "--side", "risk", "--as-of", "2026-01-01", "--horizon", "0")
    assert oncu("evaluate", *words).code == 2


def test_an_import_without_a_file_is_wrong_usage(oncu):
    assert oncu("clients", "import").code == 2


@pytest.mark.sqlite_only("a file that is not there")
def test_the_installed_command_explains_a_problem_in_one_line(oncu, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "oncu.signals.cli", "run"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "oncu: database file oncu.db does not exist; run: oncu init, or set ONCU_DATABASE_URL\n"


def test_a_reader_that_hangs_up_is_no_error(oncu, tmp_path):
    line = b'{"id": 1, "text": "a"}\n'
    with subprocess.Popen(
        [sys.executable, "-m", "oncu.signals.cli", "tag"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        try:
            process.stdin.write(line * 20_000)
            process.stdin.close()
        except BrokenPipeError:
            pass
        assert b"Traceback" not in process.stderr.read()
