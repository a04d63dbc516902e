"""Modeller: what was trained, how it compares, and which model reads: proposed by one person, confirmed by another."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from oncu.config.problems import Problem
from oncu.storage.passages import passages_of
from oncu.storage.trained import (
    CUES_ALONE,
    Move,
    TrainedModel,
    active_model,
    find_match,
    load_trained,
    model_moves_of,
    open_proposal,
)

from ...learning.corpus import told_in
from ...learning.models import Match, match_of
from ...learning.promotion import analysts, confirm, propose, reading_stack, rollback, summary, withdraw
from ...schedule.errands import begin_errand, is_under_way, last_errand
from ...schedule.jobs import Office
from ..forms import Form, go_to, needed_reason
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["models"].roles
TRAIN, COMPARE = "train", "compare"
SHOWN = 20  # changed decisions
COLUMNS = (
    Column("model"),
    Column("trained", "day"),
    Column("trained_by"),
    Column("judged", "number"),
    Column("frozen", "number"),
    Column("precision", "share"),
    Column("recall", "share"),
    Column("f1_cues", "number"),
    Column("f1", "number"),
    Column("model_state"),
)


@router.get("/modeller")
def page(visit: Visitor) -> HTMLResponse:
    """What reads, what is proposed, every model that was trained, and what was done with them."""
    return _page(visit)


@router.get("/modeller.{form}")
def export(visit: Visitor, form: str) -> Response:
    """The models as CSV or XLSX."""
    return as_file(model_table(visit), form, visit)


@router.get("/modeller/durum")
def state(visit: Visitor) -> Response:
    """How the work in the background stands; the page is read anew when it has ended."""
    work = _work(visit)
    answer = show(visit, "model_work.html.j2", work=work)
    if not any(is_going for _, _, is_going in work):
        answer.headers["HX-Refresh"] = "true"
    return answer


@router.get("/modeller/{name}")
def one(visit: Visitor, name: str) -> HTMLResponse:
    """One model: what it learned from, and how it compares with what reads."""
    return _one(visit, name)


@router.post("/modeller/egit")
def train(visit: Visitor) -> Response:
    """Train a model in the background on everything that was judged by now."""
    return _begin(visit, TRAIN, ["train", "--by", visit.actor], "/modeller")


@router.post("/modeller/onayla")
def agree(visit: Visitor) -> Response:
    """Let the proposed model read."""
    return _try(visit, lambda: confirm(visit.as_role(*OPEN_TO), visit.actor, visit.now))


@router.post("/modeller/vazgec")
def refuse(visit: Visitor, form: Form) -> Response:
    """End a proposal, with the reason."""
    reason = needed_reason(form)
    return _try(visit, lambda: withdraw(visit.as_role(*OPEN_TO), visit.actor, visit.now, reason=reason))


@router.post("/modeller/geri-al")
def back(visit: Visitor, form: Form) -> Response:
    """Let the model read again that read before, with the reason."""
    reason = needed_reason(form)
    return _try(visit, lambda: rollback(visit.as_role(*OPEN_TO), visit.actor, visit.now, reason=reason))


@router.post("/modeller/{name}/karsilastir")
def compare(visit: Visitor, name: str) -> Response:
    """Compare a model in the background with what reads."""
    model = _model(visit, name)
    return _begin(visit, COMPARE, ["models", "compare", model.id, _reads(visit)], f"/modeller/{model.id}")


@router.post("/modeller/{name}/oner")
def put_forward(visit: Visitor, name: str, form: Form) -> Response:
    """Propose a model: with what the comparison says for it, or against what it says with a reason."""
    model = _model(visit, name)
    match = _match(visit, model)
    said = summary(match[0]) if match and not match[0].reasons else f"forced: {needed_reason(form)}"
    return _try(visit, lambda: propose(visit.as_role(*OPEN_TO), model, visit.actor, visit.now, said=said), model.id)


def model_table(visit: Visit) -> Table:
    """One row a model, the newest first."""
    with visit.database.read() as connection:
        known, active, waiting = load_trained(connection), active_model(connection), open_proposal(connection)
    reads = active.id if active else None
    return Table("modeller", COLUMNS, tuple(_row(visit, model, reads, waiting) for model in known))


def _page(visit: Visit, problem: str = "", status: int = 200) -> HTMLResponse:
    with visit.database.read() as connection:
        moves, waiting, active = model_moves_of(connection), open_proposal(connection), active_model(connection)
    with visit.site.database.read() as connection:  # who may confirm is nobody's secret
        people = analysts(connection)
    told = {
        "table": model_table(visit),
        "active": active,
        "waiting": waiting,
        "may_confirm": waiting is not None and (waiting.moved_by != visit.actor or len(people) < 2),
        "is_alone": len(people) < 2,
        "may_go_back": len(reading_stack(moves)) > 1,
        "moves": list(reversed(moves)),
        "work": _work(visit),
        "problem": problem,
    }
    return show(visit, "models.html.j2", room="models", status=status, **told)


def _one(visit: Visit, name: str, problem: str = "", status: int = 200) -> HTMLResponse:
    model = _model(visit, name)
    match = _match(visit, model)
    with visit.database.read() as connection:
        active, waiting = active_model(connection), open_proposal(connection)
    told = {
        "model": model,
        "inputs": _inputs(model, active),
        "active": active,
        "reads": active is not None and active.id == model.id,
        "waits": waiting is not None and waiting.model_id == model.id,
        "match": _with_texts(visit, match[0]) if match else None,
        "matched_at": match[1] if match else None,
        "shown": SHOWN,
        "title": visit.face.title,
        "work": _work(visit),
        "problem": problem,
    }
    return show(visit, "model.html.j2", room="models", status=status, **told)


def _row(visit: Visit, model: TrainedModel, reads: str | None, waiting: Move | None) -> dict[str, Any]:
    scores, cues = model.report["frozen"]["joined"], model.report["frozen"]["cues"]
    is_waiting = waiting is not None and waiting.model_id == model.id
    state = "mod_reads" if model.id == reads else "mod_waits" if is_waiting else ""
    return {
        "model": model.id,
        "trained": model.trained_at,
        "trained_by": model.trained_by,
        "judged": sum(model.inputs[part]["n"] for part in ("labels", "decisions")),
        "frozen": scores["texts"],
        "precision": scores["precision"],
        "recall": scores["recall"],
        "f1_cues": cues["micro_f1"],
        "f1": scores["micro_f1"],
        "model_state": visit.words(state) if state else "",
    }


def _inputs(model: TrainedModel, active: TrainedModel | None) -> list[tuple[str, int, int | None]]:
    """Each part of what it learned from: its name, how many, and how many more than what reads learned from."""
    before = active.inputs if active else {}
    return [
        (part.replace(" ", "_"), given["n"], given["n"] - before[part]["n"] if part in before else None)
        for part, given in model.inputs.items()
    ]


def _match(visit: Visit, model: TrainedModel) -> tuple[Match, Any] | None:
    """How a model compared last with what reads now, and when that was; None where nobody has compared the two."""
    reads = _reads(visit)
    with visit.database.read() as connection:
        found = find_match(connection, model.id, None if reads == CUES_ALONE else reads)
    return (match_of(found[0]), found[1]) if found else None


def _with_texts(visit: Visit, match: Match) -> Match:
    """The comparison with the texts on which the two differ, as far as they are still there."""
    changes = [*match.frozen.changes, *match.newest.changes]
    with visit.database.read() as connection:
        texts = {key: told_in(p) for key, p in passages_of(connection, {one.key for one in changes}).items()}
    parts = (
        replace(part, changes=tuple(replace(one, text=texts[one.key]) for one in part.changes if one.key in texts))
        for part in (match.frozen, match.newest)
    )
    return Match(match.old, match.new, *parts)


def _model(visit: Visit, name: str) -> TrainedModel:
    with visit.database.read() as connection:
        found = next((model for model in load_trained(connection) if model.id == name), None)
    if found is None:
        raise HTTPException(404)
    return found


def _reads(visit: Visit) -> str:
    """The id of the model that reads."""
    with visit.database.read() as connection:
        active = active_model(connection)
    return active.id if active else CUES_ALONE


def _work(visit: Visit) -> list[tuple[str, Any, bool]]:
    """What was trained or compared last, and whether it is still going on."""
    slots = [(name, last_errand(visit.site.database, name)) for name in (TRAIN, COMPARE)]
    return [(name, slot, is_under_way(slot, visit.site.settings, visit.now)) for name, slot in slots if slot]


def _begin(visit: Visit, name: str, words: list[str], place: str) -> Response:
    office = Office(visit.as_role(*OPEN_TO), visit.catalogue, visit.site.settings)
    visit.note(f"model.{name}", " ".join(words))
    begin_errand(office, name, words, visit.site.clock)
    return go_to(place)


def _try(visit: Visit, change: Any, name: str = "") -> Response:
    """Make a change; what stands against it is said on the page it was made on."""
    try:
        change()
    except Problem as problem:
        said = visit.words.line(str(problem))
        return _one(visit, name, said, 409) if name else _page(visit, said, 409)
    return go_to("/modeller")
