"""What the API answers when something is wrong: a problem as RFC 9457 describes it, in the caller's language."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from ...review.entries import Refused
from ...review.standing import NotNow
from ...words import Words
from ..site import NotForThem
from .language import words_for
from .shapes import Fault, Wrong

PROBLEM = "application/problem+json"
ALWAYS = (401, 403, 422, 429)
CHANGING = (400, 404, 409, 413)  # what an operation that changes something may answer beside
TITLED = frozenset((400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500))
log = logging.getLogger(__name__)


class NoToken(Exception):
    """There is no token, or it is unknown, ended or expired."""

    def __init__(self, *, is_given: bool) -> None:
        super().__init__()
        self.is_given = is_given


class TooMany(Exception):
    """The token has asked too often; `wait` is in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__()
        self.wait = wait


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The faults of an operation, for its description; those that every operation may answer are among them."""
    return {status: {"model": Fault} for status in sorted({*ALWAYS, *statuses})}


def no_token(request: Request, error: Exception) -> Response:
    """401, with the scheme that is asked for."""
    is_given = isinstance(error, NoToken) and error.is_given
    scheme = 'Bearer realm="oncu"' + (', error="invalid_token"' if is_given else "")
    return _fault(request, 401, headers={"WWW-Authenticate": scheme})


def too_many(request: Request, error: Exception) -> Response:
    """429, with the seconds to wait."""
    wait = error.wait if isinstance(error, TooMany) else 1
    return _fault(request, 429, headers={"Retry-After": str(wait)})


def not_for_them(request: Request, error: Exception) -> Response:
    """403, naming the roles for which it is."""
    words, roles = words_for(request), error.roles if isinstance(error, NotForThem) else ()
    named = ", ".join(words(f"role_{role}") for role in roles)
    return _fault(request, 403, words("api_for_roles", roles=named))


def not_theirs(request: Request, error: Exception) -> Response:
    """404: others' things are as if they did not exist."""
    return _fault(request, 404)


def problem(request: Request, error: Exception) -> Response:
    """409 for what cannot be done now, 422 for what cannot be done so."""
    return _fault(request, 409 if isinstance(error, NotNow) else 422, words_for(request).line(str(error)))


def refused_fields(request: Request, error: Exception) -> Response:
    """422, with what is wrong with each field of an entry."""
    assert isinstance(error, Refused)
    words = words_for(request)
    faults = [(f"body.{name}".rstrip("."), words.line(what)) for name, what in error.faults.items()]
    errors = [Wrong(where=where, what=what) for where, what in faults]
    return _fault(request, 422, errors=errors)


def refused(request: Request, error: Exception) -> Response:
    """Any other refusal; a detail of ours is the key of a text."""
    assert isinstance(error, HTTPException)
    detail = words_for(request).texts.get(str(error.detail), "")
    return _fault(request, error.status_code, detail, headers=error.headers)


def unreadable(request: Request, error: Exception) -> Response:
    """422, with every value that is wrong and where it stands; the values themselves are not repeated."""
    assert isinstance(error, RequestValidationError)
    words = words_for(request)
    return _fault(request, 422, errors=[_wrong(one, words) for one in error.errors()])


def failed(request: Request, error: Exception) -> Response:
    """500: what went wrong is told to the log alone."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _fault(request, 500)


def _fault(
    request: Request,
    status: int,
    detail: str = "",
    *,
    headers: Mapping[str, str] | None = None,
    errors: list[Wrong] | None = None,
) -> Response:
    words, code = words_for(request), status if status in TITLED else 500 if status >= 500 else 400
    fault = Fault(
        type="about:blank",
        title=words(f"api_title_{code}"),
        status=status,
        detail=detail or words(f"api_detail_{code}"),
        errors=errors or [],
    )
    return JSONResponse(fault.model_dump(), status, headers=headers, media_type=PROBLEM)


def _wrong(error: Mapping[str, Any], words: Words) -> Wrong:
    """One wrong value in words, without the value: it may be a secret, or no text at all."""
    place = [str(part) for part in error["loc"]]
    pattern = words.texts.get(f"api_v_{error['type']}", words("api_v_other"))
    told = {name: value for name, value in error.get("ctx", {}).items() if isinstance(value, str | int | float)}
    return Wrong(where=".".join(place)[:200], what=pattern.format_map(_Gaps(told)))


class _Gaps(dict[str, object]):
    """A value nobody gave is a dash."""

    def __missing__(self, key: str) -> str:
        return "–"
