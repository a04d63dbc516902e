"""Cases of the desk as pages show them: where each stands, whose it is, how long is left, what may be done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from oncu.storage.alerts import load_alerts
from oncu.storage.clients import client_rows, clients_of
from oncu.storage.database import Transaction
from oncu.storage.moves import Move, moves_made, moves_of
from oncu.storage.people import Person

from ..flow.clock import WORKING_DAY
from ..review.allowed import allowed_moves
from ..review.colleagues import Colleagues, load_colleagues, names_of
from ..review.desk import REASONS, RESULTS, Case, Deadline, Desk
from ..words import Words
from .rooms import ROOMS
from .site import Visit

DESK_ROLES = ROOMS["desk"].roles
SNOOZES = (1, 7, 30)  # days offered at one touch
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class MoveView:
    """One move of the history; `is_undone`: it was taken back."""

    at: str
    by: str
    what: str
    note: str
    is_undone: bool


@dataclass(frozen=True)
class CaseView:
    """One case: its state in words, whose it is, what is due, and the moves the reader may make.

    `owner` is shown, `is_given` whether a person gave it. `due`, `due_at`: how long is left and until when. `asleep`:
    until when it is put off. `whom`: to whom it can be given, login name and shown name.
    """

    id: str
    state: str
    said: str
    owner: str
    is_given: bool
    due: str
    due_at: str
    is_late: bool
    asleep: str
    proposer: str
    needs_two: bool
    can: frozenset[str]
    whom: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class JustMoved:
    """What the reader did a moment ago, in words, and the alerts of which it can be taken back for so many seconds."""

    what: str
    about: str
    ids: Sequence[str]
    seconds: int


def desk_of(visit: Visit) -> Desk:
    """The rules of the desk."""
    return Desk(visit.catalogue.types, visit.site.settings)


def reader_names(visit: Visit) -> frozenset[str]:
    """By which the reader is known at the desk."""
    return names_of(visit.person)


def colleagues_of(visit: Visit) -> Colleagues:
    """Everybody with an account: names alone, which colleagues may know of each other."""
    with visit.site.database.read() as connection:
        return load_colleagues(connection)


def view_cases(
    connection: Transaction, visit: Visit, cases: Mapping[str, Case], colleagues: Colleagues
) -> dict[str, CaseView]:
    """Cases as a page shows them, by id; `connection` is the reader's."""
    clients = client_rows(connection, {case.alert.client_id for case in cases.values()})
    return {key: _view(visit, case, clients[case.alert.client_id], colleagues) for key, case in cases.items()}


def history_of(connection: Transaction, visit: Visit, alert_id: str, colleagues: Colleagues) -> list[MoveView]:
    """Every move of an alert, newest first, those taken back too."""
    made = moves_of(connection, [alert_id]).get(alert_id, [])
    undone = {move.undoes for move in made if move.undoes}
    return [_move_view(visit, move, colleagues, is_undone=move.id in undone) for move in reversed(made)]


def just_moved(connection: Transaction, visit: Visit) -> JustMoved | None:
    """What the reader did last, while it can still be taken back."""
    most = visit.site.settings.review.undo_seconds
    made = moves_made(connection, since=visit.now - timedelta(seconds=most), until=visit.now, by=visit.actor)
    if not made:
        return None
    last = [move for move in made if move.made_at == made[-1].made_at]
    alerts = load_alerts(connection, [move.alert_id for move in last])
    clients = clients_of(connection, {alert.client_id for alert in alerts.values()})
    names = ", ".join(sorted({client.legal_name for client in clients.values()})[:3])
    passed = (visit.now - last[0].made_at).total_seconds()
    about = names if len(last) <= 3 else visit.words("desk_alerts", n=len(last))
    ids = [] if last[0].undoes else [move.alert_id for move in last]
    return JustMoved(move_said(last[0], visit.words), about, ids, int(most - passed))


def move_said(move: Move, words: Words, whom: str = "") -> str:
    """What a move did, in words."""
    if move.kind == "undo":
        return words("desk_did_undo", what=words(f"desk_did_{move.reason}", whom="", until=""))
    until = words.day(move.until) if move.until else ""
    said = words(f"desk_did_{move.kind}", whom=whom or move.whom or "", until=until)
    if move.kind == "resolve" and move.reason in RESULTS:
        return f"{said} ({words(f'desk_result_{move.reason}')})"
    return f"{said} ({reason_said(move.reason, words)})" if move.reason else said


def reason_said(reason: str | None, words: Words) -> str:
    """Why an alert was dismissed, in words."""
    return words(f"desk_reason_{reason}") if reason in REASONS else reason or ""


def time_left(deadline: Deadline | None, words: Words) -> str:
    """How much business time is left, or gone since: `3 sa 20 dk kaldı`."""
    if deadline is None:
        return ""
    span = abs(deadline.left)
    return words("desk_late" if deadline.is_late else "desk_left", span=_span(span, words))


def as_choice(person: Person, words: Words) -> tuple[str, str]:
    """A colleague to choose: login name, and shown name with the roles that answer for clients."""
    roles = [words(f"role_{role}") for role in ("manager", "deputy", "lead", "risk") if person.has(role)]
    return person.name, f"{person.display} ({', '.join(roles)})"


def _view(visit: Visit, case: Case, client: Mapping[str, object], colleagues: Colleagues) -> CaseView:
    words, standing, deadline = visit.words, case.standing, case.deadline
    may = visit.person.has(*DESK_ROLES)
    said = words(f"desk_state_{standing.state}")
    return CaseView(
        id=case.id,
        state=standing.state,
        said=f"{said} ({reason})" if (reason := _reason(case, words)) else said,
        owner=colleagues.shown(standing.owner or str(client["manager"] or "")),
        is_given=standing.owner is not None,
        due=words("desk_clock_stands") if standing.waiting_since and deadline else time_left(deadline, words),
        due_at=_moment(deadline, words),
        is_late=deadline is not None and deadline.is_late,
        asleep=_asleep(visit, case),
        proposer=colleagues.shown(standing.proposer),
        needs_two=desk_of(visit).needs_two(case.alert),
        can=allowed_moves(case, visit.actor, visit.now, reader_names(visit)) if may else frozenset(),
        whom=_choices(colleagues.answering_for(client), words),
    )


def _choices(people: Iterable[Person], words: Words) -> list[tuple[str, str]]:
    return sorted((as_choice(person, words) for person in people), key=lambda one: one[1])


def _reason(case: Case, words: Words) -> str:
    reason = case.standing.reason
    return words(f"desk_result_{reason}") if reason in RESULTS else reason_said(reason, words)


def _asleep(visit: Visit, case: Case) -> str:
    standing, words = case.standing, visit.words
    if not standing.is_open:
        return ""
    if standing.is_archived:
        return words("desk_archived")
    if standing.asleep_until and standing.is_asleep(visit.now):
        return words("desk_asleep", day=words.day(standing.asleep_until))
    return words("desk_waits", day=words.day(standing.waiting_since)) if standing.waiting_since else ""


def _move_view(visit: Visit, move: Move, colleagues: Colleagues, *, is_undone: bool) -> MoveView:
    at = move.made_at.astimezone(visit.words.zone)
    what = move_said(move, visit.words, colleagues.shown(move.whom))
    by = colleagues.shown(move.made_by)
    return MoveView(f"{visit.words.day(move.made_at)} {at:%H:%M}", by, what, move.note or "", is_undone)


def _moment(deadline: Deadline | None, words: Words) -> str:
    return f"{words.day(deadline.due_at)} {deadline.due_at.astimezone(words.zone):%H:%M}" if deadline else ""


def _span(span: timedelta, words: Words) -> str:
    """Business days from one on, hours and minutes below."""
    if span >= WORKING_DAY:
        return words("desk_span_days", n=words.number(span / WORKING_DAY, 0 if span % WORKING_DAY < HOUR else 1))
    hours, minutes = span // HOUR, span % HOUR // MINUTE
    return words("desk_span_hours", h=hours, m=minutes) if hours else words("desk_span_minutes", m=minutes)
