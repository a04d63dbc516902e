"""Who asks the API: the person of a token, with what the token may do; a browser's session does not count here."""

import hashlib
from collections.abc import Callable, Sized
from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from oncu.storage.sessions import Token

from ...people.tokens import person_of_token
from ..rooms import ROOMS
from ..site import Site, Visit
from .bounds import Rates
from .faults import NoToken, TooMany
from .language import language_of

MOST_LETTERS = 200  # of a secret
SCHEME = HTTPBearer(auto_error=False, scheme_name="token", description="The secret that `oncu users token` prints.")


def visit_of_token(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(SCHEME)]) -> Visit:
    """The request in the name of its token's person. Raises NoToken and TooMany."""
    site = cast(Site, request.app.state.site)
    now, secret = site.clock(), given.credentials if given else ""
    found = person_of_token(site.database, secret, now) if 0 < len(secret) <= MOST_LETTERS else None
    if found is None:
        raise NoToken(is_given=bool(secret))
    wait = cast(Rates, request.app.state.rates).take(hashlib.sha256(secret.encode()).hexdigest())
    if wait:
        raise TooMany(wait)
    person, request.state.token = found
    visit = Visit(site, request, now, person, site.words(language_of(request) or person.language))
    request.state.visit = visit
    return visit


Caller = Annotated[Visit, Depends(visit_of_token)]


def reading(room: str) -> Callable[[Visit], Visit]:
    """Lets in who may enter a room of the site. Raises NotForThem."""

    def enter(visit: Caller) -> Visit:
        visit.as_role(*ROOMS[room].roles)
        return visit

    return enter


def acting(room: str, *roles: str) -> Callable[[Visit], Visit]:
    """The same for a change, which the token must allow; `roles`: where not all of the room may make it."""

    def enter(visit: Annotated[Visit, Depends(reading(room))]) -> Visit:
        if not token_of_visit(visit).may_act:
            raise HTTPException(403, "api_may_not_act")
        if roles:
            visit.as_role(*roles)
        return visit

    return enter


def token_of_visit(visit: Visit) -> Token:
    """The token with which the caller came."""
    return cast(Token, visit.request.state.token)


def note_part(visit: Visit, name: str, rows: Sized) -> None:
    """Note in the trail that a part of a list that names clients was taken home."""
    visit.note("export", f"api/{name}", reason=f"{len(rows)} rows {visit.request.url.query}".strip())
