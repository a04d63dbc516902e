"""The loop's human half: keeping what was said, taking it back, exchanging it with other tools."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from oncu.classifiers.learned.label_shapes import Said, Shape, Task, read_tasks, write_tasks
from oncu.classifiers.learned.labels import (
    NOISE,
    NONE,
    UNSURE,
    Agreement,
    Answer,
    BadChoice,
    agreement,
    read_choices,
)
from oncu.config.problems import Problem
from oncu.storage.audit import write_audit
from oncu.storage.database import Database, Transaction
from oncu.storage.labels import WITHDRAWN, Label, last_label, last_word_at, load_labels, save_labels
from oncu.storage.passages import Passage, passages_of, recent_passages

from .asking import Question
from .corpus import answer_of, told_in

LOOKED_AT = 2_000  # newest passages among which the beginning of an id is looked for
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class BadLabel:
    """A line of an import that was left out, and why."""

    place: str
    reason: str


@dataclass(frozen=True)
class Imported:
    """What an import did: answers found, those that were new, and those left out."""

    answers: int
    new: int
    bad: tuple[BadLabel, ...]


def give_answer(
    database: Database,
    item: str,
    choices: Collection[str],
    labeller: str,
    now: datetime,
    *,
    types: Collection[str],
    noise: Collection[str],
) -> Label:
    """Keep what a person says of a mention (its id, or the beginning of it). Raises Problem."""
    try:
        answer = read_choices(choices, types, noise)
    except BadChoice as bad:
        raise Problem(str(bad)) from None
    with database.read() as connection:  # others write meanwhile
        passage = _find_passage(connection, item)
    with database.write() as connection:
        label = _label(passage, answer, labeller, "ui", _after_last(connection, passage.mention_id, labeller, now))
        save_labels(connection, [label])
        write_audit(connection, labeller, "label.give", passage.mention_id, now, after=label.id)
    return label


def take_back(database: Database, labeller: str, now: datetime) -> Label | None:
    """Take a person's newest answer back, so that the mention is open to them again; None where there is none."""
    with database.write() as connection:
        last = last_label(connection, labeller)
        if last is None:
            return None
        at = _after_last(connection, last.mention_id, labeller, now)
        nothing = replace(last, holds=(), noise=None, is_unsure=True, how=WITHDRAWN, labelled_at=at)
        save_labels(connection, [nothing])
        write_audit(connection, labeller, "label.withdraw", last.mention_id, now, before=last.id, after=nothing.id)
    return last


def export_labels(
    database: Database, questions: Iterable[Question], shape: Shape, options: Sequence[str], by: str, now: datetime
) -> str:
    """A file of questions (and, beside them, every mention that was answered) as another tool reads it."""
    with database.write() as connection:
        given = _by_mention(load_labels(connection))
        answered = passages_of(connection, given)
        write_audit(connection, by, "label.export", shape, now)
    tasks = {q.item: Task(q.item, q.text, q.client, {}) for q in questions}
    for item, passage in answered.items():
        answers = {who: tuple(answer.choices()) for who, answer in given[item].items()}
        tasks[item] = Task(item, told_in(passage), passage.client, answers)
    return write_tasks(list(tasks.values()), shape, options)


def import_labels(
    database: Database,
    content: str,
    shape: Shape,
    labeller: str,
    now: datetime,
    *,
    types: Collection[str],
    noise: Collection[str],
) -> Imported:
    """Keep the answers of a file; one that a person already gave changes nothing. Raises ShapeError."""
    said = read_tasks(content, shape, labeller)
    bad: list[BadLabel] = []
    fresh: list[Label] = []
    with database.write() as connection:
        known = passages_of(connection, {one.item for one in said})
        given = _by_mention(load_labels(connection))
        for one in said:
            found = _read(one, known, types, noise)
            if isinstance(found, BadLabel):
                bad.append(found)
            elif given.get(one.item, {}).get(one.labeller) != found:
                fresh.append(_label(known[one.item], found, one.labeller, f"import:{shape}", now))
        new = save_labels(connection, fresh)
        write_audit(connection, labeller, "label.import", f"{new} answers", now)
    return Imported(len(said) - len(bad), new, tuple(bad))


def agreements(database: Database, types: Iterable[str]) -> list[Agreement]:
    """How far those who judged the same mentions agree, by pair and type."""
    with database.read() as connection:
        given = _by_mention(load_labels(connection))
    return agreement(given, sorted(types))


def options_of(types: Iterable[str], noise: Iterable[str]) -> list[str]:
    """Every choice a labeller has."""
    return [*sorted(types), *(NOISE + code for code in sorted(noise)), NONE, UNSURE]


def _read(
    said: Said, known: Mapping[str, Passage], types: Collection[str], noise: Collection[str]
) -> Answer | BadLabel:
    if said.item not in known:
        return BadLabel(said.place, f"mention {said.item!r} is not in this database; import what was exported from it")
    try:
        return read_choices(said.choices, types, noise)
    except BadChoice as bad:
        return BadLabel(said.place, str(bad))


def _by_mention(labels: Iterable[Label]) -> dict[str, dict[str, Answer]]:
    found: dict[str, dict[str, Answer]] = {}
    for label in labels:
        found.setdefault(label.mention_id, {})[label.labeller] = answer_of(label)
    return found


def _find_passage(connection: Transaction, item: str) -> Passage:
    exact = passages_of(connection, [item]).get(item)
    if exact:
        return exact
    found = [p for p in recent_passages(connection, limit=LOOKED_AT) if p.mention_id.startswith(item)]
    if len(found) != 1:
        what = "several mentions begin so" if found else "there is no such mention, or its text was erased"
        raise Problem(f"mention {item!r}: {what}; oncu label next shows mentions")
    return found[0]


def _after_last(connection: Transaction, mention_id: str, labeller: str, now: datetime) -> datetime:
    """A later answer is later, also where the clock stands still."""
    last = last_word_at(connection, mention_id, labeller)
    return max(now, last + TICK) if last else now


def _label(passage: Passage, answer: Answer, labeller: str, how: str, now: datetime) -> Label:
    return Label(
        mention_id=passage.mention_id,
        labeller=labeller,
        holds=tuple(sorted(answer.holds)),
        how=how,
        labelled_at=now,
        noise=answer.noise,
        is_unsure=answer.is_unsure,
        model=passage.version,
    )
