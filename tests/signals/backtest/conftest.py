"""A folder of invented data, and the command run on a spec over it."""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

TITLE = "title: {tr: Deneme, en: Trial}\n"


@pytest.fixture
def write_csv(run: Callable[..., Any]) -> Callable[[str, Sequence[str], Iterable[Sequence[object]]], None]:
    """Write a table into the folder `data`."""

    def write(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        with Path("data", name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])

    return write


@pytest.fixture
def run(oncu: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Write a spec, run it on the folder `data`, and give back the report (or what was said instead, in English)."""
    monkeypatch.setenv("ONCU_DIGEST__LANGUAGE", "en")
    Path("data").mkdir()

    def backtest(spec: str, *words: str) -> Any:
        Path("deneme.yml").write_text(TITLE + spec, encoding="utf-8")
        said = oncu("backtest", "deneme.yml", "--data", "data", "--json", *words)
        return json.loads(said.out) if said.code == 0 else said

    return backtest
