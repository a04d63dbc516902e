"""What was missed, as lines for a terminal."""

from collections.abc import Iterator
from datetime import date

from oncu.scoring.judge.misses import Step

from ..score.figures import Label, of_rate
from ..score.regret import Held, Missed, Regret
from ..score.regret_words import lost_at, said_change, titled
from ..score.wording import Wording

DOCUMENTS = 3  # shown of each end


def missed_lines(regret: Regret, wording: Wording, as_of: date, *, days: int, shown: int) -> list[str]:
    """How many ends of the `days` before were lost at each step, then the largest with their documents and the smallest
    change."""
    lines = [wording("missed_title", day=wording.day(as_of), ends=regret.ends, missed=len(regret.missed))]
    if not regret.ends:
        key = "missed_elsewhen" if regret.stored else "missed_none"
        return [*lines, wording(key, days=days, stored=regret.stored)]
    lines += [_step_line(step, wording) for step in regret.steps if step.missed]
    for one in regret.missed[:shown]:
        lines += ["", *_end_lines(one, wording)]
    rest = len(regret.missed) - shown
    return [*lines, "", wording("missed_more", n=rest)] if rest > 0 else lines


def _step_line(step: Step, wording: Wording) -> str:
    share = of_rate("lost_share", "share", step.share)
    return f"  {lost_at(step.reason, wording)}: {step.missed}  {wording.value(share)} ({wording.interval(share)})"


def _end_lines(one: Missed, wording: Wording) -> Iterator[str]:
    money = "" if one.amount is None else f" · {wording.words.money(one.amount)}"
    yield f"{titled(one, wording)}{money}"
    yield f"  {wording('missed_lost')}: {lost_at(one.reason, wording)}"
    for held in one.held[:DOCUMENTS]:
        yield f"  - {_document(held, wording)}"
    if len(one.held) > DOCUMENTS:
        yield f"  {wording('missed_documents_more', n=len(one.held) - DOCUMENTS)}"
    yield f"  → {said_change(one.change, one.values, wording)}"


def _document(held: Held, wording: Wording) -> str:
    published = wording.day(held.published) if held.published else "?"
    times = wording("missed_times", published=published, seen=wording.day(held.seen))
    source = wording.label(Label("source", held.source))
    return f"{source}, {times}: “{held.title[:100]}” ({lost_at(held.lost, wording)})"
