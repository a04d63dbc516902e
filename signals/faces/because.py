"""In words: what raised a client's level, what a derived signal follows from, and why an alert is read first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from oncu.storage.alerts import Alert, Evidence
from oncu.storage.derived import Cause, Hop

from ..flow.chains import CHAIN
from ..flow.level import LevelStep
from ..flow.priority import Factor, read_factors
from ..words import Words

TOLD = 2  # parts of a priority that are told
TIES = {"subsidiary": "tie_parent_back", "guaranteed": "tie_guarantor_back"}  # the others are called as they are

Titles = Callable[[str], str]  # of a type by its code


def level_story(steps: Sequence[LevelStep], words: Words, title_of: Titles, *, threshold: float) -> str:
    """What raised the level and which step was the last: what a client had before its last straw.

    `steps` are those that still count, oldest first. Where the last one took the client over the threshold, that is
    said. Nothing without steps.
    """
    if not steps:
        return ""
    *before, last = steps
    reached = before[-1].level if before else 0.0
    shown = f"{title_of(last.type)} {words.day(last.at)}"
    key = "last_straw" if reached < threshold <= last.level else "last_step"
    after = words(key, step=shown, level=words.number(last.level), height=words.number(last.height))
    if not before:
        return after
    return f"{words('raised_by', steps=_steps(before, words, title_of))} {after}"


def cause_story(causes: Sequence[Cause], words: Words, title_of: Titles, names: Mapping[str, str]) -> str:
    """The links of a chain in order, or the causes of a contagion each with the way it came. Nothing without causes."""
    if not causes:
        return ""
    told = [f"{title_of(cause.cause_type)}, {words.day(cause.cause_known_at)}" for cause in _once(causes)]
    if causes[0].type == CHAIN:
        return words("chain_links", links=" → ".join(told))
    ways = [_way(cause.path, words, names) for cause in _once(causes)]
    return "; ".join(f"{way}: {event}" for way, event in zip(ways, told, strict=True))


def own_stories(evidence: Iterable[Evidence], causes: Sequence[Cause]) -> list[Evidence]:
    """The evidence of an alert; that of a derived one tells several events, so each document is a story of its own."""
    return [replace(item, story_id=item.document_id) if causes else item for item in evidence]


def rank_story(alert: Alert, after: Alert | None, words: Words) -> str:
    """How high an alert stands, and what puts it before the one read next: its parts that are most above the other's.

    A part is shown with the value that the other has in brackets.
    """
    height = words("rank", priority=words.number(alert.priority, 2))
    if after is None:
        return height
    if after.priority > alert.priority:
        return f"{height}; {words('rank_risk')}"
    pairs = list(zip(read_factors(alert.reason), read_factors(after.reason), strict=False))
    better = sorted((pair for pair in pairs if pair[0].value > pair[1].value), key=_ratio, reverse=True)[:TOLD]
    if not better:
        return f"{height}; {words('rank_tie')}"
    told = "; ".join(f"{words.reason(own.phrase)} ({words.number(other.value, 2)})" for own, other in better)
    return f"{height}; {words('rank_before', factors=told)}"


def _ratio(pair: tuple[Factor, Factor]) -> float:
    return pair[0].value / max(pair[1].value, 1e-9)


def _steps(steps: Sequence[LevelStep], words: Words, title_of: Titles) -> str:
    """Each type once, where it first came, with its last day and how often it came."""
    by_type: dict[str, list[LevelStep]] = {}
    for step in steps:
        by_type.setdefault(step.type, []).append(step)
    return ", ".join(
        f"{title_of(code)} {words.day(found[-1].at)}" + (f" ({words('times', n=len(found))})" if found[1:] else "")
        for code, found in by_type.items()
    )


def _once(causes: Sequence[Cause]) -> list[Cause]:
    """Each cause once, oldest first: a chain that grew names its links again."""
    by_episode = {cause.cause_episode_id: cause for cause in causes}
    return sorted(by_episode.values(), key=lambda cause: (cause.cause_known_at, cause.cause_id))


def _way(path: Sequence[Hop], words: Words, names: Mapping[str, str]) -> str:
    """ "müşterisi Toruntay Yapı (%35) → kefili …": from the client to the firm in trouble."""
    return " → ".join(
        f"{words(TIES.get(hop.role, f'tie_{hop.role}'))} {names.get(hop.client_id, hop.client_id)}"
        + (f" ({words.share(hop.share)})" if hop.share is not None else "")
        for hop in path
    )
