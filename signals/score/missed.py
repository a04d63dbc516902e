"""Bad ends nobody warned of: at which step of the flow each was lost, and the largest of them."""

from datetime import date, datetime, timedelta

from oncu.scoring.judge.asof import day_of
from oncu.scoring.judge.misses import Trace, largest_misses, waterfall
from oncu.storage.database import Database
from oncu.storage.judged import Steps, names_as_of, steps_of
from oncu.storage.outcomes import Outcome

from .case import Case
from .figures import Label, Remark, Row, Table, of_rate, plain_number, unless_few
from .ledger import Ledger, end_of, meanings

STEPS = ("published", "seen", "mentioned", "tagged", "accepted", "alerted", "read")
LARGEST = 10
FIRST_DAY = date(1970, 1, 1)


def missed_tables(database: Database, case: Case, ledger: Ledger) -> tuple[Table, Table]:
    """The waterfall of all bad ends, and the largest misses with the step at which each was lost."""
    traces = _traces(database, case, ledger)
    if not traces:
        return Table("waterfall", case.side, (), (Remark("score_no_end_yet"),)), Table("largest", case.side, ())
    lost = tuple(
        Row(
            Label("reason", step.reason),
            unless_few(
                (
                    plain_number("lost", "count", step.missed, n=len(traces)),
                    of_rate("lost_share", "share", step.share),
                    plain_number("lost_money", "money", step.amount, n=step.priced),
                ),
                len(traces),
            ),
        )
        for step in waterfall(traces)
    )
    missed = largest_misses(traces, LARGEST)
    names = _names(database, [trace.client_id for trace, _ in missed], ledger)
    largest = tuple(
        Row(
            Label("client", trace.client_id, names.get(trace.client_id)),
            (plain_number("lost_money", "money", trace.amount),),
            Remark("score_lost_at", {"day": FIRST_DAY + timedelta(days=trace.ended), "reason": reason}),
        )
        for trace, reason in missed
    )
    return Table("waterfall", case.side, lost, chart="waterfall"), Table("largest", case.side, largest)


def _names(database: Database, client_ids: list[str], ledger: Ledger) -> dict[str, str]:
    """Names as they were known on the day."""
    with database.read() as connection:
        return names_as_of(connection, client_ids, as_of=end_of(ledger.as_of))


def _traces(database: Database, case: Case, ledger: Ledger) -> list[Trace]:
    kinds = meanings()[case.side]["foretold"]
    ends = [one for one in ledger.outcomes if one.kind in kinds and one.occurred_at.date() <= case.terms.judged_to]
    with database.read() as connection:
        known = steps_of(connection, {one.client_id for one in ends}, side=case.side, as_of=end_of(ledger.as_of))
    return [_trace(one, known.get(one.client_id, Steps()), case.terms.horizon) for one in ends]


def _trace(end: Outcome, steps: Steps, window: int) -> Trace:
    """The first moment of each step in the window before an end, else the first after it."""
    day = day_of(end.occurred_at.date())
    first = {step: _first_in(getattr(steps, step), day - window) for step in STEPS}
    return Trace(client_id=end.client_id, ended=day, amount=end.amount, **first)


def _first_in(moments: tuple[datetime, ...], earliest: int) -> int | None:
    return next((day for moment in moments if (day := day_of(moment.date())) >= earliest), None)
