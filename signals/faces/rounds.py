"""The digests of all managers for one business day: composed, and sent over one open channel."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from oncu.config.settings import Settings

from ..flow.days import is_business_day, next_business_day
from ..flow.pipeline import Catalogue
from .deliver import Sending, already_sent, deputies_on, send_view
from .digest import DigestView, compose_digests, view_digests
from .messages import Undeliverable

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Rounded:
    """How many digests were composed, sent now, and sent before; and why others were not, by manager."""

    composed: int
    sent: int = 0
    known: int = 0
    problems: tuple[str, ...] = ()


def pause_said(day: date, settings: Settings) -> str | None:
    """That no digest is due on a day, and which carries what came on it; None on a business day."""
    country = settings.digest.country
    if is_business_day(day, country):
        return None
    return f"{day} is no business day; the digest of {next_business_day(day, country)} carries what came on it"


def compose_all(sending: Sending, managers: Iterable[str], catalogue: Catalogue) -> None:
    """Fix what the digests of a day carry; those that exist are left as they are."""
    compose_digests(sending.database, managers, sending.day, sending.settings, sending.now, types=catalogue.types)


def send_all(
    sending: Sending,
    managers: list[str],
    catalogue: Catalogue,
    *,
    progress: Progress = lambda stage, done, total: None,
) -> Rounded:
    """Send the composed digests of a day, each once; one that cannot be delivered stops no other.

    Raises Problem where the channel cannot be used at all; what was sent by then is noted.
    """
    before = already_sent(sending, managers)
    waiting = [manager for manager in managers if manager not in before]
    deputies = deputies_on(sending)
    problems: list[str] = []
    with sending.open() as send:
        for done, view in enumerate(_views(sending, waiting, catalogue), 1):
            try:
                send_view(sending, view, send, deputies)
            except Undeliverable as problem:
                problems.append(f"{view.manager}: {problem}")
            progress("send", done, len(waiting))
    sent = len(waiting) - len(problems)
    return Rounded(len(managers), sent, len(managers) - len(waiting), tuple(problems))


def _views(sending: Sending, managers: Iterable[str], catalogue: Catalogue) -> Iterator[DigestView]:
    return view_digests(
        sending.database,
        managers,
        sending.day,
        sending.settings,
        sending.words,
        types=catalogue.types,
        sources=catalogue.sources,
    )
