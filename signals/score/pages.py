"""The scoreboard as files: one form in one language, or the page in both, each naming the other."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from oncu.config.problems import Problem
from oncu.config.specs import SignalSpec, SourceSpec

from ..words import load_words
from .figures import ScoreReport
from .judging import HORIZON
from .render import render_csv, render_html, render_json, render_text
from .wording import Wording

Form = Literal["text", "html", "json", "csv"]
Language = Literal["tr", "en"]
SCORE, MISSED = "score.html", "missed.html"  # pages that link each other where they lie in one folder
OTHER: dict[str, Language] = {"tr": "en", "en": "tr"}


def wording_of(
    language: str, timezone: str, types: Mapping[str, SignalSpec], sources: Mapping[str, SourceSpec]
) -> Wording:
    """How a scoreboard reads in a language."""
    titles = {code: getattr(spec.title, language) for code, spec in types.items()}
    outlets = {name: spec.title for name, spec in sources.items()}
    return Wording(load_words(language, timezone), {"type": titles, "source": outlets})


def render(
    report: ScoreReport, form: Form, wording: Wording, *, other: str | None = None, missed: str | None = None
) -> str:
    """A scoreboard in one form; `other` and `missed` are the addresses of the page in the other language and of the
    regret page."""
    if form == "html":
        return render_html(report, wording, other=other, missed=missed, command=command_of(report, wording))
    if form == "text":
        return render_text(report, wording)
    return render_json(report) if form == "json" else render_csv(report)


def save_both(report: ScoreReport, file: Path, wording: Wording, other: Wording) -> list[str]:
    """The page in two languages, the second beside the first (score.html, score-en.html); what was written."""
    second = beside(file, other.words.language)
    return [
        save(file, render(report, "html", wording, other=second.name, missed=page_beside(file, MISSED)), wording),
        save(
            second,
            render(report, "html", other, other=file.name, missed=page_beside(file, MISSED, other.words.language)),
            other,
        ),
    ]


def beside(file: Path, language: str) -> Path:
    """The page in another language: score.html → score-en.html."""
    return file.with_name(f"{file.stem}-{language}{file.suffix}")


def page_beside(file: Path, name: str, language: str | None = None) -> str | None:
    """The name of another page in the same folder (missed.html, missed-en.html) where there is one."""
    wanted = file.with_name(name)
    found = wanted if language is None else beside(wanted, language)
    return found.name if found.is_file() else None


def save(file: Path, content: str, wording: Wording) -> str:
    """Write a file; returns the line that says so. Raises Problem where it cannot be written."""
    try:
        file.write_text(content, encoding="utf-8")
    except OSError as error:
        raise Problem(f"{file} cannot be written ({error.strerror}); name another file with --out") from None
    return wording("score_written", file=file, size=f"{wording.words.number(len(content.encode()) / 1000)} kB")


def command_of(report: ScoreReport, wording: Wording) -> str:
    """What prints the same page again; the day decides what stands in it."""
    arm = "" if report.arm == "live" else f" --arm {report.arm}"
    horizon = "" if report.horizon == HORIZON else f" --horizon {report.horizon}"
    day = report.as_of.isoformat()
    return f"oncu score --as-of {day}{horizon}{arm} --format html --lang {wording.words.language}"
