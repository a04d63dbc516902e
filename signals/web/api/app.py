"""The application of the API: its operations, its faults, and its description."""

from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from oncu.config.problems import Problem
from oncu.storage.wall import NotYours

from ...review.entries import Refused
from ..site import NotForThem, Site
from . import acts, alerts, clients, faults, leads, me, moves, offers, quiet, sources
from .bounds import BodyLimit, Rates
from .describe import describe
from .language import words_for

PREFIX = "/api"
VERSION = "v1"
ROUTERS = (
    me.router, alerts.router, moves.router, clients.router, acts.router, offers.router, offers.measures, quiet.router,
    leads.router, sources.router,
)  # fmt: skip
FAULTS = {
    faults.NoToken: faults.no_token,
    faults.TooMany: faults.too_many,
    NotForThem: faults.not_for_them,
    NotYours: faults.not_theirs,
    Refused: faults.refused_fields,
    Problem: faults.problem,
    HTTPException: faults.refused,
    RequestValidationError: faults.unreadable,
    Exception: faults.failed,
}


def build_api(site: Site) -> FastAPI:
    """The application over one site, to be mounted at PREFIX."""
    api = FastAPI(title="Öncü", version=VERSION, docs_url=None, redoc_url=None, openapi_url=None)
    api.state.site, api.state.rates, api.state.described = site, Rates(), {}
    api.add_middleware(BodyLimit)
    for router in ROUTERS:
        api.include_router(router, prefix=f"/{VERSION}")
    for error, answer in FAULTS.items():
        api.add_exception_handler(error, answer)
    api.get(f"/{VERSION}/openapi.json", include_in_schema=False)(_openapi)
    return api


def openapi_of(api: FastAPI, language: str) -> dict[str, Any]:
    """The description in a language, made once."""
    made: dict[str, dict[str, Any]] = api.state.described
    if language not in made:
        made[language] = describe(api, cast(Site, api.state.site).words(language), PREFIX)
    return made[language]


def _openapi(request: Request) -> JSONResponse:
    """The description: public, because it holds nothing of the bank's."""
    return JSONResponse(openapi_of(request.app, words_for(request).language))
