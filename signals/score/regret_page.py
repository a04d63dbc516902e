"""What was missed as a page: how many ends were lost at each step, then one section an end with the documents held,
where each was lost, and the smallest change that would have caught it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from oncu.scoring.estimates.shares import share_of
from oncu.scoring.judge.misses import Step

from .charts import Brush, draw
from .figures import Answer, Label, Number, Remark, ReportPage, Row, Section, Table, of_rate, plain_number, unless_few
from .pages import SCORE, beside, page_beside, save
from .regret import Held, Missed, Regret
from .regret_words import lost_at, said_change, titled
from .template import Look, fill_page
from .wording import Wording

LOOK = Look(headlines=("missed_share", "caught_share"), narrow=("changes",), wide=("held",))
SHOWN = 100  # ends with a section of their own; JSON and CSV hold all


@dataclass(frozen=True)
class Terms:
    """Which ends were asked for: until `as_of`, of one side, of the `days` before; a warning in the last `window` days
    before an end would have counted."""

    as_of: date
    side: str
    days: int
    window: int


def regret_page(regret: Regret, terms: Terms, wording: Wording) -> ReportPage:
    """The missed ends in a language, the largest first."""
    if not regret.ends:
        none = Remark(
            "missed_elsewhen" if regret.stored else "missed_none", {"days": terms.days, "stored": regret.stored}
        )
        return ReportPage(terms.as_of, terms.window, (), (), (none,))
    sections = [_overview(regret, terms, wording)]
    sections += [_end_section(one, terms, wording) for one in regret.missed[:SHOWN]]
    rest = len(regret.missed) - SHOWN
    remarks = (Remark("regret_more", {"n": rest}),) if rest > 0 else ()
    return ReportPage(terms.as_of, terms.window, tuple(_answers(regret)), tuple(sections), remarks)


def render_regret(
    regret: Regret, terms: Terms, wording: Wording, *, other: str | None = None, score: str | None = None
) -> str:
    """One self-contained page; `other` is the address of the page in the other language, `score` that of the
    scoreboard beside it."""
    page, face = regret_page(regret, terms, wording), replace(wording, face="regret")
    brush = Brush(lambda row: face.label(row.label), face.value, days="", others="", own=wording("score_read_in_time"))
    side = "" if terms.side == "risk" else f" --side {terms.side}"
    window = "" if terms.window == terms.days else f" --window {terms.window}"
    return fill_page(
        page,
        face,
        LOOK,
        lambda table: draw(table, brush),
        about=wording("regret_about", day=wording.day(terms.as_of), days=terms.days, window=terms.window),
        command=f"oncu missed --as-of {terms.as_of.isoformat()}{side}{window} --html F",
        other=other,
        links=((score, wording("score_title")),) if score else (),
    )


def save_regret(regret: Regret, terms: Terms, file: Path, wording: Wording, other: Wording) -> list[str]:
    """The page in two languages, the second beside the first (missed.html, missed-en.html); what was written."""
    language = other.words.language
    second = beside(file, language)
    return [
        save(file, render_regret(regret, terms, wording, other=second.name, score=page_beside(file, SCORE)), wording),
        save(
            second,
            render_regret(regret, terms, other, other=file.name, score=page_beside(file, SCORE, language)),
            other,
        ),
    ]


def _answers(regret: Regret) -> Iterator[Answer]:
    missed, ends = len(regret.missed), regret.ends
    share = of_rate("missed_share", "share", share_of(missed, ends))
    said = unless_few((share, _count("missed", missed), _count("ends", ends)), ends)
    yield Answer("missed", "regret_answer_missed", _by_metric(said))
    if regret.missed:
        change, caught = _changes(regret)[0]
        said = unless_few(_caught(caught, missed), missed)
        yield Answer("change", "regret_answer_change", _by_metric(said), {"change": Label("change", change)})


def _overview(regret: Regret, terms: Terms, wording: Wording) -> Section:
    lost = tuple(_step_row(step, regret, wording) for step in regret.steps)
    missed = len(regret.missed)
    changes = tuple(
        Row(Label("change", change), unless_few(_caught(n, missed), missed)) for change, n in _changes(regret)
    )
    return Section(
        "overview",
        (Table("waterfall", terms.side, lost, chart="waterfall"), Table("changes", terms.side, changes)),
    )


def _step_row(step: Step, regret: Regret, wording: Wording) -> Row:
    numbers = (
        _count("lost", step.missed, regret.ends),
        of_rate("lost_share", "share", step.share),
        plain_number("lost_money", "money", step.amount, n=step.priced),
    )
    return Row(Label("reason", step.reason, lost_at(step.reason, wording)), unless_few(numbers, regret.ends))


def _changes(regret: Regret) -> list[tuple[str, int]]:
    """The kinds of smallest change with how many ends each would have caught, most first."""
    found = Counter(one.change.removeprefix("change_") for one in regret.missed)
    return sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))


def _end_section(one: Missed, terms: Terms, wording: Wording) -> Section:
    said = {"reason": lost_at(one.reason, wording), "money": wording.words.money(one.amount)}
    remarks = (
        Remark("regret_lost_at" if one.amount is not None else "regret_lost_at_unpriced", said),
        Remark("regret_change", {"change": said_change(one.change, one.values, wording)}),
    )
    rows = tuple(_held_row(held, one, wording) for held in one.held)
    nothing = () if rows else (Remark("regret_nothing_held"),)
    key = f"{one.client_id}-{one.kind}-{one.ended.isoformat()}"
    return Section(key, (Table("held", "", rows, nothing),), remarks, title=titled(one, wording))


def _held_row(held: Held, one: Missed, wording: Wording) -> Row:
    """A document: how many days before the end it was published and seen (fewer than 0: after it), and what of it."""
    published = None if held.published is None else (one.ended - held.published).days
    numbers = (
        plain_number("published_before", "days", published),
        plain_number("seen_before", "days", (one.ended - held.seen).days),
    )
    source = wording.label(Label("source", held.source))
    said = {
        "source": source,
        "lost": lost_at(held.lost, wording),
        "change": said_change(held.change, held.values, wording),
    }
    return Row(Label("document", held.document_id, held.title), numbers, Remark("regret_held", said))


def _caught(n: int, missed: int) -> tuple[Number, ...]:
    return _count("caught", n, missed), of_rate("caught_share", "share", share_of(n, missed))


def _by_metric(numbers: Iterable[Number]) -> dict[str, Number]:
    return {one.metric: one for one in numbers}


def _count(metric: str, value: int, n: int | None = None) -> Number:
    return plain_number(metric, "count", value, n=n)
