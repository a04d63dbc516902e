"""İkizler: two clients that may be one firm, side by side; a person says whether they are."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from oncu.config.problems import Problem
from oncu.storage.clients import Client, clients_of
from oncu.storage.doubles import (
    SaidOfPair,
    StoredDouble,
    count_doubles,
    doubles_found_at,
    find_double,
    waiting_doubles,
    words_on_pairs,
)
from oncu.storage.identity import DIFFERENT, SAME, SKIPPED, TAKEN_UP, UNDECIDED

from ...clients.unite import call_different, call_same, skip, split, take_up
from ...schedule.errands import begin_errand, is_under_way, last_errand
from ...schedule.jobs import Office
from ..forms import Form, go_to
from ..rooms import ROOMS
from ..show import show
from ..site import Visit, Visitor
from ..tables import Column, Table, as_file

router = APIRouter()
OPEN_TO = ROOMS["doubles"].roles
SEARCH = "doubles"
SHOWN_FIELDS = ("legal_name", "short_names", "tax_id", "mersis", "lei", "ticker", "website", "city", "addresses")
MORE_FIELDS = ("sector", "size_band", "manager", "parent_id")
PUT_OFF = ("unclear", "ask", "later")  # why a pair is put off
LONGEST_NOTE = 500
HISTORY = 20
MOST = 20_000
COLUMNS = (
    Column("one"),
    Column("one_name"),
    Column("other"),
    Column("other_name"),
    Column("likelihood", "share"),
    Column("basis"),
    Column("because"),
)


@router.get("/ikizler")
def page(visit: Visitor, cift: str = "", atlanan: str = "") -> HTMLResponse:
    """The likeliest pair that waits, or the one that is named; with `atlanan` the pairs that were put off."""
    return _page(visit, cift, is_off=bool(atlanan))


@router.get("/ikizler.{form}")
def export(visit: Visitor, form: str) -> Response:
    """The pairs that wait, as CSV or XLSX."""
    with visit.database.read() as connection:
        found = waiting_doubles(connection, MOST)
        clients = clients_of(connection, {client for one in found for client in (one.one, one.other)})
    rows = (_row(visit, one, clients) for one in found if {one.one, one.other} <= clients.keys())
    return as_file(Table("ikizler", COLUMNS, tuple(rows)), form, visit)


@router.get("/ikizler/durum")
def state(visit: Visitor) -> Response:
    """How the search stands; the page is read anew when it has ended."""
    search = _search(visit)
    answer = show(visit, "double_search.html.j2", search=search)
    if not search["is_going"]:
        answer.headers["HX-Refresh"] = "true"
    return answer


@router.post("/ikizler/ara")
def search_now(visit: Visitor) -> Response:
    """Look for pairs among all clients in the background."""
    office = Office(visit.as_role(*OPEN_TO), visit.catalogue, visit.site.settings)
    begin_errand(office, SEARCH, ["clients", "duplicates", "--save"], visit.site.clock)
    return go_to("/ikizler")


@router.post("/ikizler/karar")
def decide(visit: Visitor, form: Form) -> Response:
    """Keep what a person says of a pair, and go on with the next one."""
    double = _double(visit, form.get("cift", ""))
    verdict, note = form.get("karar", ""), _note(visit, form)
    database = visit.about([double.one, double.other])
    known: dict[str, Any] = {"by": visit.actor, "note": note}
    order = visit.site.settings.clients.sources
    pair = (database, double.one, double.other, visit.now)
    try:
        if verdict == SAME:
            call_same(*pair, **known, order=order)
        elif verdict == DIFFERENT:
            call_different(*pair, **known, order=order)
        elif verdict == SKIPPED:
            skip(*pair, by=visit.actor, note=note or visit.words("dbl_off_unclear"))
        else:
            raise HTTPException(400)
    except Problem as problem:
        return _page(visit, double.id, problem=visit.words.line(str(problem)), status=409)
    return go_to("/ikizler?atlanan=1" if form.get("atlanan") else "/ikizler")


@router.post("/ikizler/geri")
def undo(visit: Visitor, form: Form) -> Response:
    """Take back what was said last of a pair, and ask about it again."""
    one, other = form.get("one", ""), form.get("other", "")
    database = visit.about([one, other])
    said = _last_words(visit).get((one, other))
    try:
        if said == SKIPPED:
            take_up(database, one, other, visit.now, by=visit.actor)
        else:
            split(database, one, other, visit.now, by=visit.actor, order=visit.site.settings.clients.sources)
    except Problem as problem:
        return _page(visit, "", problem=visit.words.line(str(problem)), status=409)
    first, second = sorted((one, other))
    back = StoredDouble(first, second, 0, "", "", visit.now).id
    with visit.database.read() as connection:
        is_listed = find_double(connection, back) is not None
    return go_to(f"/ikizler?cift={back}" if is_listed else "/ikizler")


def _page(visit: Visit, double_id: str, *, is_off: bool = False, problem: str = "", status: int = 200) -> HTMLResponse:
    with visit.database.read() as connection:
        named = find_double(connection, double_id) if double_id else None
        if double_id and named is None:
            raise HTTPException(404)
        double = named or next(iter(waiting_doubles(connection, 1, skipped=is_off)), None)
        said = words_on_pairs(connection, HISTORY)
        pairs = [(one.one, one.other) for one in ([double] if double else [])] + [(w.one, w.other) for w in said]
        clients = clients_of(connection, {client for pair in pairs for client in pair})
        counts = {"waiting": count_doubles(connection), "off": count_doubles(connection, skipped=True)}
        found_at = doubles_found_at(connection)
    told: dict[str, Any] = {
        "double": double,
        "rows": _beside(clients.get(double.one), clients.get(double.other)) if double else [],
        "names": {key: client.legal_name for key, client in clients.items()},
        "said": _told(said),
        "counts": counts,
        "found_at": found_at,
        "is_off": is_off,
        "put_off": PUT_OFF,
        "search": _search(visit),
        "problem": problem,
        "verdicts": {"same": SAME, "different": DIFFERENT, "skipped": SKIPPED},
    }
    return show(visit, "doubles.html.j2", room="doubles", status=status, **told)


def _beside(one: Client | None, other: Client | None) -> list[tuple[str, str, str, bool]]:
    """Each field that either has: its name, what it is in both, and whether these are the same."""
    if one is None or other is None:
        return []
    pairs = ((name, _written(one, name), _written(other, name)) for name in (*SHOWN_FIELDS, *MORE_FIELDS))
    return [(name, a, b, a == b) for name, a, b in pairs if a or b]


def _written(client: Client, name: str) -> str:
    values = {"short_names": client.aliases, "addresses": client.sites}
    return ", ".join(values[name]) if name in values else str(getattr(client, name) or "")


def _told(said: list[SaidOfPair]) -> list[tuple[SaidOfPair, bool]]:
    """The words on pairs, the newest first, each with whether it can be taken back: it is the last on its pair, and
    says something."""
    seen: set[tuple[str, str]] = set()
    told = []
    for one in said:
        is_last = (one.one, one.other) not in seen
        seen.add((one.one, one.other))
        told.append((one, is_last and one.verdict not in (UNDECIDED, TAKEN_UP)))
    return told


def _last_words(visit: Visit) -> Mapping[tuple[str, str], str]:
    with visit.database.read() as connection:
        said = words_on_pairs(connection, HISTORY)
    return {(one.one, one.other): one.verdict for one in reversed(said)}


def _search(visit: Visit) -> dict[str, Any]:
    slot = last_errand(visit.site.database, SEARCH)
    return {"slot": slot, "is_going": is_under_way(slot, visit.site.settings, visit.now)}


def _double(visit: Visit, double_id: str) -> StoredDouble:
    with visit.database.read() as connection:
        found = find_double(connection, double_id)
    if found is None:
        raise HTTPException(404)
    return found


def _note(visit: Visit, form: Form) -> str | None:
    """Why, in the words of the list or the person's own."""
    why = form.get("neden", "")
    listed = visit.words(f"dbl_off_{why}") if why in PUT_OFF and form.get("karar") == SKIPPED else ""
    own = " ".join(form.get("not", "").split())[:LONGEST_NOTE]
    return ": ".join(part for part in (listed, own) if part) or None


def _row(visit: Visit, double: StoredDouble, clients: Mapping[str, Client]) -> dict[str, Any]:
    return {
        "one": double.one,
        "one_name": clients[double.one].legal_name,
        "other": double.other,
        "other_name": clients[double.other].legal_name,
        "likelihood": double.score,
        "basis": double.basis,
        "because": visit.words.reason(double.reason),
    }
