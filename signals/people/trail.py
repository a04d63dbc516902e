"""Checking the audit trail in parts, each of which stands in the trail itself."""

from dataclasses import dataclass
from datetime import datetime

from oncu.config.problems import Problem
from oncu.storage.audit import BEFORE_FIRST, Checked, TrailEnd, TrailRow, check_links, trail_rows, write_audit
from oncu.storage.database import Database, Transaction

VERIFY = "audit.verify"
PART_ROWS = 100_000  # a second or two; whoever asks from a page waits no longer
WHOLE, PART, BROKEN = "whole", "part", "broken"


@dataclass(frozen=True)
class Verdict:
    """What a check found: whole up to `end`, whole so far (a part), or broken at row `broken`."""

    kind: str
    end: TrailEnd
    at: datetime
    by: str
    broken: int | None = None


def verify_part(
    seen: Database, database: Database, kept: TrailEnd | None, *, goes_on: bool, by: str, now: datetime
) -> Verdict:
    """Check the trail from its start, or from where the last check came to; at most PART_ROWS rows.

    `seen`: the database as who asks sees it; `database`: where the check is noted. `kept`: an end noted earlier.
    """
    with seen.read() as connection:
        last = last_verdict(connection) if goes_on else None
        start = last.end if last and last.kind == PART else BEFORE_FIRST
        checked = check_links(connection, kept, start=start, most=PART_ROWS)
    verdict = _verdict(checked, by, now)
    said = verdict.kind if verdict.broken is None else f"{verdict.kind} {verdict.broken}"
    with database.write() as connection:
        write_audit(connection, by, VERIFY, str(checked.end), now, reason=said)
    return verdict


def last_verdict(connection: Transaction) -> Verdict | None:
    """What the newest check found; None where there was none."""
    row = next(iter(trail_rows(connection, action=VERIFY, limit=1)), None)
    return _read(row) if row else None


def read_end(text: str) -> TrailEnd:
    """The end of a trail as `oncu audit end` prints it, NUMBER:HASH. Raises Problem."""
    seq, _, link = text.strip().partition(":")
    if not (seq.isascii() and seq.isdigit()) or len(link) != 64 or len(seq) > 18:
        raise Problem(f"end {text!r} is not what oncu audit end prints, NUMBER:HASH")
    return TrailEnd(int(seq), link)


def _verdict(checked: Checked, by: str, now: datetime) -> Verdict:
    kind = BROKEN if checked.broken is not None else WHOLE if checked.is_done else PART
    return Verdict(kind, checked.end, now, by, checked.broken)


def _read(row: TrailRow) -> Verdict | None:
    kind, _, broken = (row.reason or "").partition(" ")
    try:
        return Verdict(kind, read_end(row.object), row.at, row.actor, int(broken) if broken else None)
    except (Problem, ValueError):  # written by nobody of ours
        return None
