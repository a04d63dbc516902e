"""Come in and go out."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from oncu.storage.sessions import end_session

from ...people.accounts import let_in, person_of_session
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
    return _form(visit, back=back)


@router.post("/giris")
def come_in(visit: Visitor, form: Form) -> Response:
    """Let a person in with name and password; what was wrong is not told."""
    name, back = form.get("name", "").strip(), form.get("back", "")
    secret = let_in(visit.site.database, name, form.get("password", ""), visit.site.settings.access, visit.now)
    if secret is None:
        return _form(visit, back=back, name=name, is_wrong=True, status=401)
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


def _end_own(visit: Visit) -> None:
    if secret := visit.request.cookies.get(SESSION):
        with visit.site.database.write() as connection:
            end_session(connection, secret, visit.now)


def _form(visit: Visit, *, back: str, name: str = "", is_wrong: bool = False, status: int = 200) -> HTMLResponse:
    lock = visit.site.settings.access.lock_minutes
    return show(visit, "login.html.j2", status=status, back=back, name=name, is_wrong=is_wrong, lock=lock)
