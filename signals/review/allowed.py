"""Which moves somebody may make on an alert now, so that a page offers no other."""

from collections.abc import Collection
from datetime import datetime

from oncu.config.problems import Problem
from oncu.storage.moves import Move

from .desk import Case
from .standing import MOVES, check_move


def allowed_moves(case: Case, by: str, now: datetime, known_as: Collection[str] = ()) -> frozenset[str]:
    """The kinds of moves that can be made on a case; whoever dismisses a severe risk proposes it, and is offered so."""
    return frozenset(kind for kind in MOVES if kind != "propose" and _can(case, kind, by, now, known_as))


def _can(case: Case, kind: str, by: str, now: datetime, known_as: Collection[str]) -> bool:
    try:
        check_move(case.standing, Move(case.id, kind, by, now), known_as)
    except Problem:
        return False
    return True
