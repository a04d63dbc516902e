"""The application: every page, the static files, and what is answered when something goes wrong."""

import logging
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from oncu.config.problems import Problem

from .pages import (
    alert,
    answers,
    client,
    language,
    measures,
    offers,
    prospects,
    risks,
    routing,
    silences,
    sources,
    today,
    unshown,
)
from .safety import guard
from .show import show
from .site import Site, visit_of

STATIC = Path(__file__).parent / "static"
PAGES = (
    today,
    alert,
    answers,
    client,
    risks,
    measures,
    offers,
    sources,
    unshown,
    silences,
    routing,
    prospects,
    language,
)
log = logging.getLogger(__name__)


def build_app(site: Site) -> FastAPI:
    """The application over one site."""
    app = FastAPI(title="Öncü", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = site
    app.middleware("http")(guard)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for page in PAGES:
        app.include_router(page.router)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(Exception, _failed)
    return app


def _refused(request: Request, error: Exception) -> Response:
    """The page that says what is wrong; the detail of one of ours is the key of a text."""
    status, detail = (error.status_code, error.detail) if isinstance(error, HTTPException) else (500, "")
    visit = visit_of(request)
    problem = visit.words.texts.get(detail, "")
    return show(visit, "wrong.html.j2", status=status, code=status, problem=problem)


def _problem(request: Request, error: Exception) -> Response:
    return show(visit_of(request), "wrong.html.j2", status=400, code=400, problem=str(error))


def _failed(request: Request, error: Exception) -> Response:
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return show(visit_of(request), "wrong.html.j2", status=500, code=500, problem="")
