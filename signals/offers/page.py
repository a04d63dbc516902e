"""The offers report as a page in one language: four answers, tables and drawings."""

from collections.abc import Mapping
from pathlib import Path

from oncu.scoring.offers.report import OffersReport
from oncu.scoring.offers.response_curve import SHIFTS
from oncu.scoring.offers.tables import REASONS

from ..score.charts import Brush
from ..score.figures import Remark, ReportPage
from ..score.pages import save
from ..score.template import Look, fill_page
from ..score.wording import Wording
from ..words import Words, load_words
from .answers import answer_all
from .drawings import draw
from .prices import people_section, prices_section
from .wins import after_section, losses_section, winnable_section, wins_section

LOOK = Look(
    headlines=("won_share", "reason_share", "class_share", "achievable"),
    unknown={
        "offers_a_dearer_gap": "offers_not_known",
        "offers_a_dearer_unknown": "offers_not_known",
        "offers_a_why_unknown": "offers_not_recorded",
    },
    narrow=("counts", "rates", "worth", "money", "gap", "rival", "response", "led_apart", "after"),
    plain=("counts", "rates", "worth", "money", "gap", "rival", "response", "led_apart"),
)
AFTER = ("completed", "cancelled", "grew", "shrank", "trouble", "left")
SIZES = ("micro", "small", "medium", "large")


def offers_page(report: OffersReport, words: Words) -> ReportPage:
    """The report's answers and sections in a language; without offers, what to import."""
    if not report.counts["offers"]:
        return ReportPage(report.as_of, report.horizon_days, (), (), (Remark("of_none"),))
    sections = (
        wins_section(report),
        losses_section(report),
        winnable_section(report),
        prices_section(report, words),
        people_section(report, words),
        after_section(report),
    )
    told = tuple(one for one in sections if one.tables)
    return ReportPage(report.as_of, report.horizon_days, answer_all(report, words), told)


def render_page(report: OffersReport, wording: Wording, *, other: str | None = None) -> str:
    """One self-contained page; `other` is the address of the same page in the other language."""
    page, day = offers_page(report, wording.words), report.as_of.isoformat()
    brush = Brush(lambda row: wording.label(row.label), wording.value, days="", others="", own="")
    return fill_page(
        page,
        wording,
        LOOK,
        lambda table: draw(table, brush),
        about=wording("offers_as_of", day=wording.day(page.as_of)),
        command=f"oncu offers report --as-of {day} --format html --lang {wording.words.language}",
        other=other,
    )


def save_both(report: OffersReport, file: Path, wording: Wording, other: Wording) -> list[str]:
    """The page in two languages, the second beside the first (offers.html, offers-en.html); what was written."""
    beside = file.with_name(f"{file.stem}-{other.words.language}{file.suffix}")
    return [
        save(file, render_page(report, wording, other=beside.name), wording),
        save(beside, render_page(report, other, other=file.name), other),
    ]


def wording_of(language: str, timezone: str, types: Mapping[str, str]) -> Wording:
    """How the page reads in a language; `types` are the titles of signal types in it."""
    words = load_words(language, timezone)
    titles = {
        "reason": {one: words(f"of_reason_{one}") for one in REASONS},
        "after": {one: words(f"of_after_{one}") for one in AFTER},
        "segment": {one: words(f"score_l_size_{one}") for one in SIZES},
        "signal_type": dict(types),
        "shift": {f"{one:+.2f}": _shift(one, words) for one in SHIFTS},
    }
    return Wording(words, titles, face="offers")


def _shift(shift: float, words: Words) -> str:
    sign = "+" if shift > 0 else "−" if shift < 0 else ""
    return words("offers_shift", points=sign + words.number(abs(shift), 2))
