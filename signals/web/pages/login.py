"""Come in and go out."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from oncu.storage.audit import write_audit
from oncu.storage.sessions import end_session

from ...people.accounts import NAME, let_in, person_of_session
from ...people.claims import host_of
from ..forms import Form, go_to, own_page
from ..rooms import home_of
from ..show import show
from ..site import SESSION, Visit, Visitor

router = APIRouter()
OPEN_TO = None


@router.get("/giris")
def ask(visit: Visitor, back: str = "") -> Response:
    """The form; who is in already goes on."""
    if visit.person.name:
        return go_to(own_page(back, home_of(visit.person)))
    return login_form(visit, back=back)


@router.post("/giris")
def come_in(visit: Visitor, form: Form) -> Response:
    """Let a person in with name and password; what was wrong is not told."""
    name, back = form.get("name", "").strip(), form.get("back", "")
    access, guesses, address = visit.site.settings.access, visit.site.guesses, address_of(visit)
    if guesses.are_too_many(address, access, visit.now):
        return login_form(visit, back=back, name=name, problem="persons_too_many", status=429)
    known = name if NAME.fullmatch(name) else ""
    secret = let_in(visit.site.database, known, form.get("password", ""), access, visit.now)
    if secret is None:
        _note_guess(visit, address)
        return login_form(visit, back=back, name=name, problem="web_login_wrong", status=401)
    return enter(visit, secret, back)


@router.post("/cikis")
def go_out(visit: Visitor) -> RedirectResponse:
    """End the session of this browser."""
    _end_own(visit)
    answer = go_to("/giris")
    answer.delete_cookie(SESSION, httponly=True, samesite="lax")
    return answer


def enter(visit: Visit, secret: str, back: str) -> RedirectResponse:
    """Give the browser its new session, end the one it had, and go where the person was going."""
    _end_own(visit)
    site = visit.site
    person = person_of_session(site.database, secret, site.settings.access, visit.now)
    assert person is not None
    answer = go_to(own_page(back, home_of(person)))
    is_https = visit.request.url.scheme == "https"
    answer.set_cookie(SESSION, secret, httponly=True, samesite="lax", secure=is_https)
    return answer


def login_form(visit: Visit, *, back: str, name: str = "", problem: str = "", status: int = 200) -> HTMLResponse:
    """The page with every way to come in; `problem`: the key of what went wrong."""
    settings = visit.site.settings
    oidc = settings.oidc
    said = visit.words(problem, minutes=settings.access.lock_minutes) if problem else ""
    host = host_of(oidc.issuer) if oidc else ""
    shown: dict[str, Any] = {"oidc": oidc, "host": host, "passwords": settings.access.passwords}
    return show(visit, "login.html.j2", status=status, back=back, name=name, problem=said, **shown)


def address_of(visit: Visit) -> str:
    """Whence a request came: uvicorn says so also where a proxy of this machine passes it on."""
    return visit.request.client.host if visit.request.client else ""


def _note_guess(visit: Visit, address: str) -> None:
    """Count a wrong password against its address; the one that closes it stands in the trail."""
    guesses, access = visit.site.guesses, visit.site.settings.access
    guesses.note(address, access, visit.now)
    if guesses.are_too_many(address, access, visit.now):
        with visit.site.database.write() as connection:
            write_audit(connection, "-", "login.address", address, visit.now)


def _end_own(visit: Visit) -> None:
    if secret := visit.request.cookies.get(SESSION):
        with visit.site.database.write() as connection:
            end_session(connection, secret, visit.now)
