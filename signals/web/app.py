"""The application: every page, the static files, and what is answered when something goes wrong."""

import logging
from pathlib import Path
from urllib.parse import quote

from fastapi import Depends, FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from oncu.config.problems import Problem
from oncu.storage.wall import NotYours

from .api.app import PREFIX, build_api
from .api.faults import refused
from .doors import NotLoggedIn, PasswordNotTheirs, door
from .forms import go_to
from .pages import (
    absences,
    account,
    acts,
    alert,
    answers,
    api,
    audit,
    bids,
    client,
    contacts,
    desk,
    doubles,
    labels,
    language,
    leads,
    login,
    measures,
    models,
    offers,
    password,
    people,
    portfolios,
    prospects,
    provider,
    risks,
    routing,
    rules,
    sight,
    signed,
    silences,
    sources,
    today,
    types,
    unshown,
)
from .rooms import home_of
from .safety import API, READING, guard
from .show import show
from .site import NotForThem, Site, visit_of

STATIC = Path(__file__).parent / "static"
PAGES = (
    acts,
    bids,  # before the page of any offer, whose address its own would else be taken for
    contacts,
    leads,
    today,
    alert,
    answers,
    desk,
    signed,
    login,
    client,
    risks,
    measures,
    offers,
    sources,
    unshown,
    silences,
    doubles,
    labels,
    models,
    rules,
    routing,
    types,
    prospects,
    language,
    api,
    account,
    password,
    sight,
    provider,
    people,
    portfolios,
    absences,
    audit,
)
log = logging.getLogger(__name__)


def build_app(site: Site) -> FastAPI:
    """The application over one site."""
    app = FastAPI(title="Öncü", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site, app.state.api = site, build_api(site)
    app.middleware("http")(guard)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for page in PAGES:
        app.include_router(page.router, dependencies=[Depends(door(page.OPEN_TO))])
    app.mount(PREFIX, app.state.api)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(NotLoggedIn, _to_the_door)
    app.add_exception_handler(PasswordNotTheirs, _to_their_password)
    app.add_exception_handler(NotForThem, _not_for_them)
    app.add_exception_handler(NotYours, _not_theirs)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(Exception, _failed)
    return app


def _refused(request: Request, error: Exception) -> Response:
    """The page that says what is wrong; the detail of one of ours is the key of a text."""
    if request.url.path.startswith(API):  # a line break in an address keeps it from what is mounted there
        return refused(request, error)
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "")
    visit = visit_of(request)
    problem = visit.words.texts.get(detail, "")
    return show(visit, "wrong.html.j2", status=status, code=status, problem=problem)


def _to_the_door(request: Request, error: Exception) -> Response:
    """To the login and from there back; a part of a page that is asked for takes the whole page with it."""
    url = request.url
    back = url.path + (f"?{url.query}" if url.query else "") if request.method in READING else ""
    place = f"/giris?back={quote(back)}" if back not in ("", "/") else "/giris"
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": place})
    return go_to(place)


def _to_their_password(request: Request, error: Exception) -> Response:
    """To the page where they choose one, whatever was asked for."""
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": "/hesap/parola"})
    return go_to("/hesap/parola")


def _not_for_them(request: Request, error: Exception) -> Response:
    """Who has another room lands there instead of on the first page; else the page says for whom it is."""
    visit = visit_of(request)
    home = home_of(visit.person)
    if request.url.path == "/" and home != "/":
        return go_to(home)
    roles = error.roles if isinstance(error, NotForThem) else ()
    named = ", ".join(visit.words(f"role_{role}") for role in roles)
    return show(visit, "wrong.html.j2", status=403, code=403, problem=visit.words("web_for_roles", roles=named))


def _not_theirs(request: Request, error: Exception) -> Response:
    return show(visit_of(request), "wrong.html.j2", status=404, code=404, problem="")


def _problem(request: Request, error: Exception) -> Response:
    visit = visit_of(request)
    return show(visit, "wrong.html.j2", status=400, code=400, problem=visit.words.line(str(error)))


def _failed(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return show(visit_of(request), "wrong.html.j2", status=500, code=500, problem="")
