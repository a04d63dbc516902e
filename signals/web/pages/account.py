"""Hesap: who one is here, what one's roles open, one's sessions and tokens."""

from dataclasses import replace
from datetime import timedelta

from fastapi import APIRouter, HTTPException
from fastapi.responses import HTMLResponse, Response

from oncu.config.problems import Problem
from oncu.storage.sessions import end_others, end_token, handle_of, open_sessions, open_tokens

from ...people.accounts import change_account
from ...people.tokens import make_token
from ..forms import Form, go_to
from ..rooms import ANYONE_IN, ROOMS
from ..show import show
from ..site import COOKIE, LANGUAGES, SESSION, Visit, Visitor
from .language import YEAR

router = APIRouter()
OPEN_TO = ANYONE_IN
KEYS = "keys"  # the cookie that says whether single keys do something: on unless it is "off"
MOST_DAYS, USUAL_DAYS = 366, 90
LONGEST_PURPOSE = 60
STAND_INS = ("lead", "admin")  # who notes that somebody is away
SAID = ("parola", "dil", "tuslar", "oturum", "jeton")


@router.get("/hesap")
def page(visit: Visitor, yeni: str = "") -> HTMLResponse:
    """The account of who asks; `yeni`: what was changed just now."""
    return _page(visit, said=f"persons_saved_{yeni}" if yeni in SAID else "")


@router.post("/hesap/dil")
def choose_language(visit: Visitor, form: Form) -> Response:
    """Keep in what language the pages and mails are."""
    _check_account(visit)
    language = form.get("language", "")
    if language not in LANGUAGES:
        raise HTTPException(400)
    changed = replace(visit.person, language=language)
    change_account(visit.site.database, changed, by=visit.actor, now=visit.now)
    answer = go_to("/hesap?yeni=dil")
    answer.set_cookie(COOKIE, language, max_age=YEAR, samesite="lax", httponly=True)
    return answer


@router.post("/hesap/tuslar")
def choose_keys(visit: Visitor, form: Form) -> Response:
    """Switch the keys of the desk on or off in this browser."""
    answer = go_to("/hesap?yeni=tuslar")
    is_on = form.get("keys") == "on"
    answer.set_cookie(KEYS, "on" if is_on else "off", max_age=YEAR, samesite="lax")  # read by oncu.js
    return answer


@router.post("/hesap/oturumlar")
def end_sessions(visit: Visitor, form: Form) -> Response:
    """End one of the own sessions, or all but this one."""
    _check_account(visit)
    secret = visit.request.cookies.get(SESSION, "")
    with visit.site.database.write() as connection:
        end_others(connection, visit.actor, secret, visit.now, handle=form.get("handle") or None)
    return go_to("/hesap?yeni=oturum")


@router.post("/hesap/jetonlar")
def add_token(visit: Visitor, form: Form) -> Response:
    """Make a token; its secret stands on this one answer and nowhere else."""
    _check_account(visit)
    purpose = " ".join(form.get("purpose", "").split())[:LONGEST_PURPOSE]
    days = form.get("days", "")
    if not purpose or not days.isascii() or not days.isdigit() or not 1 <= int(days) <= MOST_DAYS:
        return _page(visit, problem=visit.words("persons_token_how", most=MOST_DAYS), status=400)
    may_act = form.get("act") == "yes"
    database = visit.site.database
    secret = make_token(database, visit.actor, purpose, int(days), may_act=may_act, by=visit.actor, now=visit.now)
    return _page(visit, secret=secret, purpose=purpose)


@router.post("/hesap/jetonlar/bitir")
def remove_token(visit: Visitor, form: Form) -> Response:
    """End one of the own tokens."""
    _check_account(visit)
    with visit.site.database.write() as connection:
        end_token(connection, visit.actor, form.get("purpose", ""), visit.now, by=visit.actor)
    return go_to("/hesap?yeni=jeton")


def _check_account(visit: Visit) -> None:
    if visit.is_open:
        raise Problem("there are no accounts yet; run: oncu users add NAME --role admin")


def _page(
    visit: Visit, *, said: str = "", problem: str = "", secret: str = "", purpose: str = "", status: int = 200
) -> HTMLResponse:
    access = visit.site.settings.access
    idle, longest = timedelta(minutes=access.idle_minutes), timedelta(hours=access.session_hours)
    with visit.database.read() as connection:
        tokens = open_tokens(connection, visit.actor, visit.now)
    with visit.site.database.read() as connection:  # one's own alone; the wall shows no digests, not even theirs
        sessions = open_sessions(connection, visit.actor, visit.now, idle=idle, longest=longest)
    shown = {"said": said, "problem": problem, "secret": secret, "purpose": purpose}
    return show(
        visit,
        "account.html.j2",
        status=status,
        tokens=tokens,
        sessions=sessions,
        this=handle_of(visit.request.cookies.get(SESSION, "")),
        keys=visit.request.cookies.get(KEYS, "on") != "off",
        days=USUAL_DAYS,
        most_days=MOST_DAYS,
        may_stand_in=visit.person.has(*STAND_INS),
        sees_clients=visit.person.has(*ROOMS["clients"].roles),
        **shown,
    )
