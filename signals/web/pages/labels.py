"""Etiketleme: one passage, one question; each answer is kept before the next is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal, get_args

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from oncu.classifiers.learned.labels import NOISE, NONE, UNSURE, Queue
from oncu.classifiers.text import fold_key
from oncu.config.noise_classes import NoiseSpec, load_noise_classes
from oncu.config.problems import Problem
from oncu.config.specs import SignalSpec
from oncu.storage.candidates import count_open, has_candidates
from oncu.storage.labels import Label, count_labels, last_label, load_labels
from oncu.storage.passages import Passage, passages_of

from ...learning.asking import fill_candidates, next_passages
from ...learning.calibration import FEWEST, Calibration, calibrate
from ...learning.corpus import answer_of
from ...learning.labelling import give_answer, take_back
from ...learning.letters import letters_of
from ...learning.passage import show_passage
from ..forms import Form, go_to
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["labels"].roles
QUEUES = get_args(Queue)
WRONG_FIRM = f"{NOISE}wrong_company"
TICKED = "type_"  # how the boxes of types are named
KEYS = "gxz"  # of the page itself, which no type takes
AT_ONCE = 5_000  # texts that are put on the list at a press of a button
CHOSEN = "chosen"  # the button that sends the boxes alone
SIDES: tuple[Literal["opportunity", "risk"], ...] = ("opportunity", "risk")
COLUMNS = (
    Column("first"),
    Column("second"),
    Column("n", "number"),
    Column("agreed", "share"),
    Column("kappa", "number"),
    Column("kappa_low", "number"),
    Column("kappa_high", "number"),
    Column("first_signals", "share"),
    Column("second_signals", "share"),
)


@dataclass(frozen=True)
class Choices:
    """What may be answered: the types that are read from texts, by side, each with its letter; and what they are
    called."""

    types: Mapping[str, SignalSpec]
    noise: Mapping[str, NoiseSpec]
    language: str

    @cached_property
    def titles(self) -> dict[str, str]:
        """The title of each type, in the order of the titles of each side."""
        named = {code: getattr(spec.title, self.language) for code, spec in self.types.items()}
        return dict(sorted(named.items(), key=lambda pair: fold_key(pair[1])))

    @cached_property
    def sides(self) -> dict[str, dict[str, str]]:
        """By side the letter of each type; a type that found none has an empty one."""
        by_side = {side: [c for c in self.titles if self.types[c].side == side] for side in SIDES}
        found = {side: letters_of({c: self.titles[c] for c in codes}, KEYS) for side, codes in by_side.items()}
        return {side: {code: found[side].get(code, "") for code in codes} for side, codes in by_side.items()}

    def name(self, choice: str) -> str:
        """What a choice is called; empty for those the texts of the page name."""
        if choice.startswith(NOISE):
            spec = self.noise.get(choice.removeprefix(NOISE))
            return getattr(spec.title, self.language) if spec else choice
        return self.titles.get(choice, choice)


@router.get("/etiketleme")
def page(visit: Visitor, kuyruk: str = "", belge: str = "") -> HTMLResponse:
    """The next passage of a queue for this reader, or the one that is named."""
    return _page(visit, _queue(kuyruk), belge)


@router.get("/etiketleme/soru")
def following(visit: Visitor, sonra: str = "", kuyruk: str = "") -> HTMLResponse:
    """The part of the page that asks, as it will be once the passage on the screen is answered."""
    queue = _queue(kuyruk)
    with visit.database.read() as connection:
        found = next_passages(connection, visit.actor, 1, queue=queue, ahead=1, without=[sonra])
    passage = found[0][0] if found else None
    return show(visit, "label_question.html.j2", **_question(visit, passage, queue))


@router.post("/etiketleme/yanit")
def answer(visit: Visitor, request: Request, form: Form) -> Response:
    """Keep an answer, then show what it was (where a part is asked for) or ask for the next."""
    queue, item = _queue(form.get("kuyruk", "")), form.get("belge", "")
    offered = _choices(visit)
    try:
        chosen = _chosen(form)
        database = visit.as_role(*OPEN_TO)
        give_answer(database, item, chosen, visit.actor, visit.now, types=offered.types, noise=offered.noise)
    except Problem as problem:
        if request.headers.get("x-part"):
            raise
        return _page(visit, queue, item, problem=visit.words.line(str(problem)), status=400)
    if request.headers.get("x-part"):
        return show(visit, "label_after.html.j2", **_after(visit, queue))
    return go_to(_place(queue))


@router.post("/etiketleme/geri")
def undo(visit: Visitor, form: Form) -> Response:
    """Take the last answer back and ask for it again."""
    last = take_back(visit.as_role(*OPEN_TO), visit.actor, visit.now)
    return go_to(_place(_queue(form.get("kuyruk", "")), last.mention_id if last else ""))


@router.post("/etiketleme/liste")
def fill(visit: Visitor) -> Response:
    """Fill the list of what may be asked from the newest texts, as many as can be while the reader waits."""
    fill_candidates(visit.as_role(*OPEN_TO), _choices(visit).types, again=True, most=AT_ONCE)
    return go_to("/etiketleme")


@router.get("/etiketleme/uyum")
def agreement(visit: Visitor) -> HTMLResponse:
    """How far each two people agree, and on what they differ most."""
    found = _calibrations(visit)
    told = {"found": found, "name": _namer(visit), "table": _table(found), "fewest": FEWEST}
    return show(visit, "label_agreement.html.j2", room="labels", **told)


@router.get("/etiketleme/uyum.{form}")
def export(visit: Visitor, form: str) -> Response:
    """The same as CSV or XLSX."""
    return as_file(_table(_calibrations(visit)), form, visit)


def _page(visit: Visit, queue: Queue | None, item: str, *, problem: str = "", status: int = 200) -> HTMLResponse:
    with visit.database.read() as connection:
        named = passages_of(connection, [item]) if item else {}
        if item and not named:
            raise HTTPException(404)
        found = list(named.values()) or [p for p, _ in next_passages(connection, visit.actor, 1, queue=queue)]
        is_filled = has_candidates(connection)
    told = _question(visit, found[0] if found else None, queue) | _after(visit, queue) | {"is_filled": is_filled}
    return show(visit, "labels.html.j2", room="labels", status=status, problem=problem, queues=QUEUES, **told)


def _question(visit: Visit, passage: Passage | None, queue: Queue | None) -> dict[str, Any]:
    return {
        "passage": passage,
        "shown": show_passage(passage) if passage else None,
        "source": visit.face.outlet(passage.source) if passage else "",
        "choices": _choices(visit),
        "queue": queue or "",
        "wrong_firm": WRONG_FIRM,
        "nothing": NONE,
        "unsure": UNSURE,
        "chosen": CHOSEN,
        "ticked": TICKED,
    }


def _after(visit: Visit, queue: Queue | None) -> dict[str, Any]:
    """What this reader answered last, what the model had said of it, and how far they have come."""
    with visit.database.read() as connection:
        last = last_label(connection, visit.actor)
        before = passages_of(connection, [last.mention_id]).get(last.mention_id) if last else None
        counts = {
            "today": count_labels(connection, visit.actor, visit.midnight(visit.day)),
            "total": count_labels(connection, visit.actor),
            "left": count_open(connection),
        }
    said = [_namer(visit)(choice) for choice in answer_of(last).choices()] if last else []
    guess = sorted((tag for tag in before.tags if tag[1] >= 0.05), key=lambda tag: -tag[1]) if before else []
    guessed = [(_namer(visit)(code), probability, accepted) for code, probability, accepted in guess]
    return {"last": last, "before": before, "said": said, "guess": guessed, "counts": counts, "queue": queue or ""}


def _choices(visit: Visit) -> Choices:
    read = {code: spec for code, spec in visit.catalogue.types.items() if not spec.derived}
    return Choices(read, _noise(), visit.words.language)


@cache
def _noise() -> dict[str, NoiseSpec]:
    """The noise classes come with the program: reading their files takes longer than a whole page."""
    return load_noise_classes()


def _namer(visit: Visit) -> Any:
    choices, words = _choices(visit), visit.words
    own = {NONE: words("lab_none"), UNSURE: words("lab_unsure"), WRONG_FIRM: words("lab_wrong_firm")}
    return lambda choice: own.get(choice) or choices.name(choice)


def _chosen(form: Mapping[str, str]) -> list[str]:
    """The choice of the button that was pressed, with the boxes that were ticked beside it."""
    ticked = {name.removeprefix(TICKED) for name in form if name.startswith(TICKED)}
    pressed = form.get("choice", CHOSEN)
    return sorted(ticked | ({pressed} - {CHOSEN}))


def _queue(name: str) -> Queue | None:
    return next((queue for queue in QUEUES if queue == name), None)


def _place(queue: Queue | None, item: str = "") -> str:
    parts = [f"kuyruk={queue}"] if queue else []
    parts += [f"belge={item}"] if item else []
    return "/etiketleme" + (f"?{'&'.join(parts)}" if parts else "")


def _calibrations(visit: Visit) -> list[Calibration]:
    with visit.database.read() as connection:
        labels: list[Label] = load_labels(connection)
    return calibrate(labels)


def _table(found: list[Calibration]) -> Table:
    rows = [
        {"first": one.first, "second": one.second, "n": one.n, "agreed": one.agreed.value}
        | {"kappa": one.kappa.value, "kappa_low": one.kappa.low, "kappa_high": one.kappa.high}
        | {"first_signals": one.first_signals, "second_signals": one.second_signals}
        for one in found
    ]
    return Table("etiketleme/uyum", COLUMNS, tuple(rows))
