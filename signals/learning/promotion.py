"""Which model reads: one person proposes it, another confirms, and anybody of them goes back.

Where a bank has fewer than two analysts with accounts, one is enough.
"""

from dataclasses import dataclass
from datetime import datetime

from oncu.config.problems import Problem
from oncu.storage.database import Database, Transaction
from oncu.storage.people import load_people
from oncu.storage.trained import (
    READING,
    Move,
    TrainedModel,
    active_model,
    load_trained,
    model_moves_of,
    move_model,
    open_proposal,
)

from .models import Course, Match, match_models, open_model

ROLE = "analyst"


@dataclass(frozen=True)
class Step:
    """What came of it: whether the model reads now, or waits for another person; the comparison, where one was made."""

    is_reading: bool
    match: Match | None = None


def promote(
    database: Database, course: Course, new: TrainedModel, by: str, now: datetime, *, force: str | None = None
) -> Step:
    """Let a model read, if it is better on the frozen set and worse in no type; `force` is a reason to do it anyway.

    With two analysts or more the first only proposes, and the second confirms. Raises Problem, which says why not.
    """
    with database.read() as connection:
        waiting, old = open_proposal(connection), active_model(connection)
    if waiting and waiting.model_id == new.id and waiting.moved_by != by:
        confirm(database, by, now)
        return Step(is_reading=True)
    _check_new(database, new, old)
    found = None if force else match_models(database, course, new, old, now)
    if found and found.reasons:
        why = "; ".join(found.reasons)
        raise Problem(f"model {new.id} stays out: {why}. Label more (oncu label next), or --force --reason WHY")
    said = f"forced: {force}" if found is None else summary(found)
    return Step(propose(database, new, by, now, said=said), found)


def propose(database: Database, new: TrainedModel, by: str, now: datetime, *, said: str) -> bool:
    """Propose a model with what speaks for it; True where it reads at once, since there is nobody to confirm it.

    Raises Problem where it reads already, or waits already.
    """
    with database.write() as connection:
        old = active_model(connection)
        _check_new(database, new, old)
        people = analysts(connection)
        _check_person(people, by)
        waiting = open_proposal(connection)
        if waiting and waiting.model_id == new.id and waiting.moved_by == by:
            raise Problem(f"model {new.id} was proposed by {by}; another analyst confirms it")
        is_reading = len(people) < 2
        move_model(connection, new, "promote" if is_reading else "propose", by, now, reason=said)
    return is_reading


def confirm(database: Database, by: str, now: datetime) -> TrainedModel:
    """Let the proposed model read. Raises Problem where none waits, or who confirms is who proposed."""
    with database.write() as connection:
        waiting = _waiting(connection)
        people = analysts(connection)
        _check_person(people, by)
        if waiting.moved_by == by and len(people) >= 2:
            raise Problem(f"model {waiting.model_id} was proposed by {by}; another analyst confirms it")
        model = next(model for model in load_trained(connection) if model.id == waiting.model_id)
        open_model(database, model)
        move_model(connection, model, "promote", by, now, reason=f"{waiting.reason}; proposed by {waiting.moved_by}")
    return model


def withdraw(database: Database, by: str, now: datetime, *, reason: str) -> None:
    """End a proposal: whoever made it takes it back, or another refuses it. Raises Problem where none waits."""
    with database.write() as connection:
        waiting = _waiting(connection)
        _check_person(analysts(connection), by)
        model = next(model for model in load_trained(connection) if model.id == waiting.model_id)
        move_model(connection, model, "withdraw", by, now, reason=reason)


def rollback(database: Database, by: str, now: datetime, *, reason: str) -> TrainedModel | None:
    """Let the model read that read before the last promotion (None: the cues alone). Raises Problem.

    One person is enough: what read before had been confirmed, and a model that misreads is not to read on meanwhile.
    """
    with database.write() as connection:
        known = {model.id: model for model in load_trained(connection)}
        stack = reading_stack(model_moves_of(connection))
        if len(stack) < 2:
            raise Problem("the cues read alone: there is nothing to go back from")
        before = known[name] if (name := stack[-2]) else None
        move_model(connection, before, "rollback", by, now, reason=reason)
    return before


def reading_stack(moves: list[Move]) -> list[str | None]:
    """What reads last, and before it what a rollback leads to; None is the cues alone, with which all begins."""
    stack: list[str | None] = [None]
    for move in moves:
        if move.kind in READING:
            stack = [*stack, move.model_id] if move.kind == "promote" else stack[:-1]
    return stack


def analysts(connection: Transaction) -> list[str]:
    """Those who may propose and confirm."""
    return [person.name for person in load_people(connection) if person.is_active and person.has(ROLE)]


def summary(match: Match) -> str:
    """What speaks for a model, in a line of the trail."""
    main = match.frozen.main
    return f"F1 {main.value:+.3f} ({main.low:+.3f} … {main.high:+.3f}) on {main.n} frozen texts"


def _waiting(connection: Transaction) -> Move:
    waiting = open_proposal(connection)
    if waiting is None:
        raise Problem("no model is proposed; propose one first: oncu models promote MODEL --by WHO")
    return waiting


def _check_new(database: Database, new: TrainedModel, old: TrainedModel | None) -> None:
    open_model(database, new)
    if old and old.id == new.id:
        raise Problem(f"model {new.id} reads already")


def _check_person(people: list[str], by: str) -> None:
    """With two analysts or more, nobody else decides what reads."""
    if len(people) >= 2 and by not in people:
        raise Problem(f"{by!r} is no analyst with an account; those who are: {', '.join(people)}")
