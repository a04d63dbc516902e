"""Where an alert stands: folded from its moves, never stored."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from oncu.config.problems import Problem
from oncu.storage.database import Transaction
from oncu.storage.moves import Move, Update, moves_of, updates_of

from ..flow.clock import Span

NEW, SEEN, ACCEPTED, ESCALATED = "new", "acknowledged", "accepted", "escalated"
PROPOSED, DISMISSED, RESOLVED = "dismissal_proposed", "dismissed", "resolved"
OPEN = (NEW, SEEN, ACCEPTED, ESCALATED)
UNDECIDED = (NEW, SEEN, ESCALATED, PROPOSED)
CLOSED = (DISMISSED, RESOLVED)

# Each move with the states it can be made in and the state it leads to; None leaves the state as it is.
MOVES: dict[str, tuple[tuple[str, ...], str | None]] = {
    "acknowledge": ((NEW,), SEEN),
    "accept": ((NEW, SEEN, ESCALATED), ACCEPTED),
    "dismiss": ((NEW, SEEN, ESCALATED, ACCEPTED), DISMISSED),
    "propose": ((NEW, SEEN, ESCALATED, ACCEPTED), PROPOSED),
    "confirm": ((PROPOSED,), DISMISSED),
    "refuse": ((PROPOSED,), SEEN),
    "escalate": ((NEW, SEEN, ACCEPTED), ESCALATED),
    "assign": ((*OPEN, PROPOSED), None),
    "snooze": (OPEN, None),
    "archive": (OPEN, None),
    "wait": (OPEN, None),
    "resume": (OPEN, None),
    "resolve": ((ACCEPTED, ESCALATED), RESOLVED),
    "reopen": ((ACCEPTED, *CLOSED), SEEN),
    "note": ((*OPEN, PROPOSED, *CLOSED), None),
}
WAKING = ("assign", "escalate", "accept", "dismiss", "propose", "reopen", "resolve", "resume")


class NotNow(Problem):
    """What is asked for is understood, and cannot be done as things stand."""


@dataclass(frozen=True)
class Standing:
    """Where an alert stands.

    `owner`: to whom it was given, else nobody but its manager. `asleep_until`: snoozed until then. `is_archived`: not
    shown until it gets worse. `waiting_since`: the client was asked, and the clock stands. `pauses`: when it stood.
    `acknowledged_at`: the first move that took it up. `decided_at`: when it was accepted or dismissed. `reopened_at`:
    from when on its time runs anew. `proposer`: who wants it dismissed and needs a second person.
    """

    state: str = NEW
    owner: str | None = None
    asleep_until: datetime | None = None
    is_archived: bool = False
    waiting_since: datetime | None = None
    pauses: tuple[Span, ...] = ()
    acknowledged_at: datetime | None = None
    decided_at: datetime | None = None
    closed_at: datetime | None = None
    reopened_at: datetime | None = None
    proposer: str | None = None
    reason: str | None = None
    moves: tuple[Move, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state not in CLOSED

    def is_asleep(self, now: datetime) -> bool:
        """Whether it was put off until a day to come, or until it gets worse."""
        return self.is_archived or (self.asleep_until is not None and now < self.asleep_until)

    def is_put_off(self, now: datetime) -> bool:
        """Whether it is asleep, or the client was asked and has not answered."""
        return self.is_asleep(now) or self.waiting_since is not None

    def is_shown(self, now: datetime) -> bool:
        """Whether it stands in the queue."""
        return self.is_open and not self.is_asleep(now)

    def pauses_until(self, now: datetime) -> tuple[Span, ...]:
        """When the clock stood, the pause that lasts included."""
        return (*self.pauses, (self.waiting_since, now)) if self.waiting_since else self.pauses


UNTOUCHED = Standing()


def stand(moves: Iterable[Move]) -> Standing:
    """Where an alert stands after its moves, oldest first."""
    made = list(moves)
    undone = {move.undoes for move in made if move.undoes}
    standing = UNTOUCHED
    for move in made:
        if move.undoes is None and not (undone and move.id in undone):
            standing = _after(standing, move)
    return standing


def standings_of(connection: Transaction, alert_ids: Collection[str]) -> dict[str, Standing]:
    """By alert where it stands after its moves and what was heard since; one that nobody touched is new."""
    stood = {key: stand(moves) for key, moves in moves_of(connection, alert_ids).items()}
    updates = updates_of(connection, [key for key, standing in stood.items() if standing.is_archived])
    woken = {key: _woken(stood[key], heard) for key, heard in updates.items()}
    return dict.fromkeys(alert_ids, UNTOUCHED) | stood | woken


def check_move(standing: Standing, move: Move, known_as: Collection[str] = ()) -> None:
    """Raise NotNow where a move cannot be made now, saying what can; `known_as`: other names of who makes it."""
    states, _ = MOVES[move.kind]
    if standing.state not in states:
        hint = "reopen it first" if standing.state in (*CLOSED, ACCEPTED) else "it must be taken up first"
        raise NotNow(f"alert {move.alert_id} is {standing.state.replace('_', ' ')}; {hint}")
    if move.kind in ("confirm", "refuse") and standing.proposer in {move.made_by, *known_as}:
        raise NotNow(f"{move.made_by} proposed to dismiss alert {move.alert_id}; a second person must decide")
    if move.kind == "wait" and standing.waiting_since:
        raise NotNow(f"alert {move.alert_id} is waiting for the client already")
    if move.kind == "resume" and not standing.is_put_off(move.made_at):
        raise NotNow(f"alert {move.alert_id} is not put off")


def _after(standing: Standing, move: Move) -> Standing:
    state = MOVES[move.kind][1] or standing.state
    changed: dict[str, Any] = {"state": state, "moves": (*standing.moves, move)}
    if move.kind != "note" and standing.acknowledged_at is None:
        changed["acknowledged_at"] = move.made_at
    if move.kind in WAKING:
        awake = {"asleep_until": None, "is_archived": False, "waiting_since": None}
        changed |= awake | {"pauses": standing.pauses_until(move.made_at)}
    return replace(standing, **changed | _effects(standing, move, state))


def _effects(standing: Standing, move: Move, state: str) -> dict[str, Any]:
    """What a move changes beside the state."""
    at = move.made_at
    match move.kind:
        case "assign" | "escalate":
            return {"owner": move.whom or standing.owner}
        case "snooze":
            return {"asleep_until": move.until}
        case "archive":
            return {"is_archived": True}
        case "wait":
            return {"waiting_since": at}
        case "accept" | "dismiss" | "confirm":
            closed = at if state in CLOSED else None
            return {"decided_at": at, "closed_at": closed, "reason": move.reason or standing.reason, "proposer": None}
        case "propose":
            return {"proposer": move.made_by, "reason": move.reason}
        case "refuse":
            return {"proposer": None, "reason": None}
        case "resolve":
            return {"closed_at": at, "reason": move.reason}
        case "reopen":
            again = {"reopened_at": at, "pauses": ()}
            return {"decided_at": None, "closed_at": None, "reason": None, "proposer": None} | again
    return {}


def _woken(standing: Standing, updates: Sequence[Update]) -> Standing:
    """An alert archived until it gets worse comes back with the first news after that."""
    since = max(move.made_at for move in standing.moves if move.kind == "archive")
    is_worse = any(update.kind == "update" and update.at > since for update in updates)
    return replace(standing, is_archived=not is_worse)
