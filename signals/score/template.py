"""The page that reports share: answers, sections of tables and drawings, definitions; one self-contained file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from .figures import Answer, Number, Remark, Row, Section, Table
from .wording import Wording


class Report(Protocol):
    """What a page needs of a report."""

    @property
    def as_of(self) -> date: ...
    @property
    def horizon(self) -> int: ...
    @property
    def answers(self) -> tuple[Answer, ...]: ...
    @property
    def sections(self) -> tuple[Section, ...]: ...
    @property
    def remarks(self) -> tuple[Remark, ...]: ...
    def lines(self) -> Iterator[tuple[Section, Table, Row, Number]]: ...


@dataclass(frozen=True)
class Look:
    """How a report's parts are laid out.

    `headlines`: metrics shown large over an answer, the first it has; `unknown`: what stands there
    for an answer without any, where that is not "too early".
    Keys of tables: `narrow` fit half the page, `wide` take all of it, `folded` hide behind a click, `plain` of one row
    are shown as a list.
    `struck`: metrics that are crossed out.
    """

    headlines: tuple[str, ...]
    unknown: Mapping[str, str] = field(default_factory=dict)
    narrow: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    struck: tuple[str, ...] = ()
    wide: tuple[str, ...] = ()

    def headline(self, answer: Answer, wording: Wording) -> str:
        """The number over an answer, or why there is none."""
        first = next((answer.numbers[one] for one in self.headlines if one in answer.numbers), None)
        if first is None or first.is_early or first.value is None:
            return wording(self.unknown.get(answer.key, "score_early_cell"))
        return wording.value(first)


def fill_page(
    report: Report,
    wording: Wording,
    look: Look,
    draw: Callable[[Table], str],
    *,
    about: str,
    command: str,
    other: str | None = None,
    links: Sequence[tuple[str, str]] = (),
) -> str:
    """The page; `about` stands under its title, `other` is the address of the page in the other language, `links` are
    addresses and titles of pages beside it, `command` prints it again."""
    metrics = {number.metric for _, _, _, number in report.lines()}
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            wording=wording,
            look=look,
            about=about,
            command=command,
            other=other,
            links=links,
            chart=lambda table: Markup(draw(table)),
            metrics=sorted(metrics, key=lambda one: (wording.metric(one), one)),
        )
    )


def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("oncu.signals"),
        autoescape=select_autoescape(("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.loopcontrols"],
    )
