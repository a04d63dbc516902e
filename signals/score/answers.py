"""Page one: the case's four questions, each answered in one sentence."""

from collections.abc import Mapping, Sequence

from oncu.scoring.sources.league import Standing

from .case import Case
from .figures import ENOUGH, Answer, Label, Number, Row, Table, plain_number
from .judging import Judged
from .standings import rests_on

QUESTIONS = ("sales", "sources", "leads", "ends")


def answer_all(
    judged: Judged, headlines: Mapping[str, Row], leads: Sequence[Table], lead_times: Mapping[str, Row]
) -> tuple[Answer, ...]:
    """One answer a question, in the order in which they are asked."""
    cases = judged.cases
    return (
        _share("sales", cases["opportunity"], headlines["opportunity"], lead_times["opportunity"]),
        _sources({side: league["source"] for side, league in judged.leagues.items()}),
        _leads(leads),
        _share("ends", cases["risk"], headlines["risk"], lead_times["risk"]),
    )


def _share(question: str, case: Case, headline: Row, lead: Row) -> Answer:
    numbers = {one.metric: one for one in (*headline.numbers, *lead.numbers)}
    numbers |= {
        "episodes": plain_number("episodes", "count", len(case.episodes)),
        "ends": plain_number("ends", "count", case.ends_within(case.terms.horizon)),
        "came_true": plain_number("came_true", "count", int(case.came_true(case.terms.horizon).sum())),
    }
    share = numbers["conversion"]
    return Answer(question, _key(question, share, numbers), numbers)


def _key(question: str, share: Number, numbers: Mapping[str, Number]) -> str:
    if share.value is None or share.is_early:
        return f"score_answer_{question}_early"
    known = numbers["lift"].value is not None and not numbers["lift"].is_early
    return f"score_answer_{question}" if known else f"score_answer_{question}_alone"


def _sources(leagues: Mapping[str, tuple[Standing, ...]]) -> Answer:
    """The source with most days of warning to expect of a sighting, among those with enough behind them."""
    rated = [
        (one.foresight, side, one)
        for side, league in leagues.items()
        for one in league
        if one.foresight is not None and rests_on(one) >= ENOUGH
    ]
    if not rated:
        seen = sum(one.record.mature for league in leagues.values() for one in league)
        return Answer("sources", "score_answer_sources_early", {"mature": plain_number("mature", "count", seen)})
    foresight, side, best = max(rated, key=lambda found: (found[0], found[2].key))
    numbers = {
        "foresight_index": plain_number("foresight_index", "days", foresight, n=rests_on(best)),
        "foresight_precision": Number("foresight_precision", "share", *_ends(best), best.precision.n),
        "rated": plain_number("rated", "count", sum(own == side for _, own, _ in rated)),
    }
    return Answer("sources", f"score_answer_sources_{side}", numbers, {"source": Label("source", best.key)})


def _ends(best: Standing) -> tuple[float | None, float | None, float | None]:
    return best.precision.value, best.precision.low, best.precision.high


def _leads(tables: Sequence[Table]) -> Answer:
    rows = {row.label.key: row for row in tables[0].rows}
    confirmed = rows["confirmed"].number("lead_share") if "confirmed" in rows else None
    if confirmed is None or confirmed.value is None or confirmed.is_early:
        return Answer("leads", "score_answer_leads_early", {})
    accepted = rows["accepted"].number("lead_share")
    assert accepted is not None
    return Answer("leads", "score_answer_leads", {"accepted": accepted, "confirmed": confirmed})
