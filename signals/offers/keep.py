"""What the pages show of the past, kept in one go: the scoreboard, and what offers teach in each language."""

from datetime import datetime

from oncu.scoring.offers.report import offers_report
from oncu.storage.database import Database

from ..score.figures import ScoreReport
from ..score.keep import keep_report
from ..words import load_words
from .ledger import read_ledger
from .page import offers_page

LANGUAGES = ("tr", "en")


def publish_pages(database: Database, report: ScoreReport, timezone: str, now: datetime) -> None:
    """Keep the scoreboard, and the report on the offers of its day. Live ones only."""
    if report.arm != "live":
        return
    keep_report(database, report, "score", now)
    ledger = read_ledger(database, report.as_of)
    if not len(ledger.offers):
        return
    found = offers_report(ledger.offers, ledger.events, report.as_of)
    for language in LANGUAGES:
        keep_report(database, offers_page(found, load_words(language, timezone)), "offers", now, language=language)
