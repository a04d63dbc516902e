"""One's own password: chosen anew with the old one, also where somebody else chose that."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from oncu.config.problems import Problem

from ...people.renewal import change_own_password
from ..doors import NotLoggedIn
from ..forms import Form
from ..show import show
from ..site import NOBODY, Visit, Visitor
from .login import address_of, enter

router = APIRouter()
OPEN_TO = None  # also for those who may go nowhere else before they chose one


@router.get("/hesap/parola")
def ask(visit: Visitor) -> Response:
    """The form."""
    _check_known(visit)
    return _form(visit)


@router.post("/hesap/parola")
def change(visit: Visitor, form: Form) -> Response:
    """Keep a new password, end every other session and go on in a new one."""
    _check_known(visit)
    site, new = visit.site, form.get("new", "")
    access, address = site.settings.access, address_of(visit)
    if site.guesses.are_too_many(address, access, visit.now):
        return _form(visit, visit.words("persons_too_many", minutes=access.lock_minutes), 429)
    if new != form.get("again", ""):
        return _form(visit, visit.words("persons_password_differs"), 400)
    try:
        secret = change_own_password(site.database, visit.actor, form.get("old", ""), new, access, visit.now)
    except Problem as problem:
        return _form(visit, visit.words.line(str(problem)), 400)
    if secret is None:
        site.guesses.note(address, access, visit.now)
        return _form(visit, visit.words("persons_password_wrong", minutes=access.lock_minutes), 400)
    return enter(visit, secret, "/hesap?yeni=parola")


def _check_known(visit: Visit) -> None:
    if visit.person == NOBODY or visit.is_open:
        raise NotLoggedIn


def _form(visit: Visit, problem: str = "", status: int = 200) -> HTMLResponse:
    least = visit.site.settings.access.least_password
    return show(visit, "password.html.j2", status=status, problem=problem, least=least)
