"""The whole scoreboard as of a day: read once, judged once, written in any form afterwards."""

from dataclasses import replace

from oncu.storage.database import Database

from .acted import acted_table, money_table
from .alerted import reading_tables
from .answers import answer_all
from .before import application_table, official_table
from .case import SIDES, Case, Terms, make_case
from .controls import controls_table
from .coverage import coverage_tables
from .figures import Label, Remark, Row, ScoreReport, Section, Table, plain_number
from .heat import heat_table
from .judging import Judged
from .leads import lead_tables
from .leadtime import actionable_table, forward_row, histogram_table, lead_table
from .ledger import Ledger, meanings
from .missed import missed_tables
from .ranking import bands_table, labelled, monitor_table, ranking_table, reliability_table, usefulness_table
from .sides import count_table, curve_table, headline, horizon_table
from .skill import mended_table, skill_table
from .standings import GROUPINGS, league_table


def report_of(judged: Judged, database: Database) -> ScoreReport:
    """The scoreboard of what was judged. `database` is asked again for the way of single missed clients only."""
    ledger, cases = judged.ledger, judged.cases
    headlines = {side: headline(cases[side]) for side in SIDES}
    leads = lead_tables(ledger, cases, judged.costs.hours_per_lead)
    sections = (
        _listening_section(ledger),
        Section("opportunity", (*_common(cases["opportunity"]), application_table(cases["opportunity"], ledger))),
        _risk_section(database, cases["risk"], ledger),
        Section("sources", tuple(_league_tables(judged))),
        Section("leads", leads),
        Section(
            "ranking",
            tuple(
                table for side in SIDES for table in _rank_tables(cases[side], ledger, judged.costs.minutes_per_alert)
            ),
        ),
        Section("controls", tuple(controls_table(cases[side], headlines[side]) for side in SIDES)),
        Section("coverage", coverage_tables(ledger)),
    )
    return ScoreReport(
        as_of=ledger.as_of,
        judged_to=judged.terms.judged_to,
        horizon=judged.terms.horizon,
        arm=ledger.arm,
        answers=answer_all(judged, headlines, leads, {side: forward_row(cases[side]) for side in SIDES}),
        sections=sections,
        remarks=tuple(_remarks(ledger, judged.terms)),
    )


def _common(case: Case) -> tuple[Table, ...]:
    return count_table(case), horizon_table(case), curve_table(case)


def _risk_section(database: Database, case: Case, ledger: Ledger) -> Section:
    tables = (
        *_common(case),
        _kind_table(case, ledger),
        lead_table(case),
        histogram_table(case),
        official_table(case, ledger),
        actionable_table(case),
        *missed_tables(database, case, ledger),
        acted_table(case, ledger),
        money_table(database, case, ledger),
    )
    return Section("risk", tables)


def _kind_table(case: Case, ledger: Ledger) -> Table:
    """The headline towards each kind of bad end by itself."""
    rows = []
    for kind in meanings()[case.side]["foretold"]:
        own = make_case(ledger, case.side, case.terms, foretold=(kind,))
        rows.append(replace(headline(own), label=Label("kind", kind)))
    return Table("kinds", case.side, tuple(rows))


def _league_tables(judged: Judged) -> list[Table]:
    leagues = [league_table(judged.cases[side], judged.leagues[side][by], by) for by in GROUPINGS for side in SIDES]
    return [*leagues, *(heat_table(judged.cases[side], judged.ledger) for side in SIDES)]


def _rank_tables(case: Case, ledger: Ledger, minutes: float | None) -> tuple[Table, ...]:
    rows = labelled(case)
    return (
        ranking_table(case, rows),
        *reading_tables(case, ledger, minutes),
        reliability_table(case, rows),
        monitor_table(case, rows),
        bands_table(case, rows),
        usefulness_table(case, rows),
        skill_table(case, rows),
        mended_table(case, rows),
    )


def _listening_section(ledger: Ledger) -> Section:
    """What all of it rests on."""
    counts = {
        "documents": ledger.listening.documents,
        "signals": len(ledger.signals),
        "alerts": len(ledger.alerts),
        "outcomes": len(ledger.outcomes),
        "actions": len(ledger.actions),
        "reviews": len(ledger.verdicts),
        "exposure_rows": 0 if ledger.exposure is None else len(ledger.exposure),
    }
    numbers = tuple(plain_number(key, "count", value) for key, value in counts.items())
    return Section("basis", (Table("basis", "", (Row(Label("row", "rows"), numbers),)),))


def _remarks(ledger: Ledger, terms: Terms) -> list[Remark]:
    found = []
    if terms.is_cut:
        found.append(Remark("score_cut", {"delay": terms.delay, "day": terms.judged_to}))
    elif terms.delay:
        found.append(Remark("score_late", {"delay": terms.delay}))
    if ledger.arm == "shadow":
        found.append(Remark("score_shadow"))
    if not ledger.outcomes:
        found.append(Remark("score_needs_outcomes"))
    return found
