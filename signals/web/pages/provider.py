"""Come in through the bank's identity provider: the way there, and the way back."""

import logging

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse, Response

from ...people.claims import ProviderDown, Refused
from ...people.vouched import let_vouched_in
from ..forms import own_page
from ..site import Visit, Visitor
from .login import enter, login_form

router = APIRouter()
OPEN_TO = None
LANDING = "/giris/kurum/donus"
COOKIE = "oncu_provider"
MINUTES = 10
STATUS = {"unknown": 403, "disabled": 403, "nameless": 403}
log = logging.getLogger(__name__)


@router.get("/giris/kurum")
def leave(visit: Visitor, back: str = "") -> Response:
    """Send the browser to the provider; nothing changes here."""
    provider = visit.site.provider
    if provider is None:
        raise HTTPException(404)
    try:
        address, taken = provider.start(own_page(back, ""), landing_of(visit), visit.now)
    except ProviderDown as down:
        return _down(visit, down, back)
    answer = RedirectResponse(address, status_code=303)
    is_https = visit.request.url.scheme == "https"
    # Lax: the way back begins at another site, and the cookie must come along.
    answer.set_cookie(COOKIE, taken, max_age=MINUTES * 60, path=LANDING, httponly=True, samesite="lax", secure=is_https)
    return answer


@router.get(LANDING)
def arrive(visit: Visitor) -> Response:
    """Let in for whom the provider vouches; without the cookie of the browser that left nothing happens."""
    provider, oidc = visit.site.provider, visit.site.settings.oidc
    if provider is None or oidc is None:
        raise HTTPException(404)
    taken = visit.request.cookies.get(COOKIE, "")
    try:
        claims, back = provider.finish(visit.request.query_params, taken, landing_of(visit), visit.now)
        answer: Response = enter(visit, let_vouched_in(visit.site.database, claims, oidc, visit.now), back)
    except ProviderDown as down:
        answer = _down(visit, down, "")
    except Refused as refused:
        status = STATUS.get(refused.kind, 400)
        answer = login_form(visit, back="", problem=f"persons_provider_{refused.kind}", status=status)
    answer.delete_cookie(COOKIE, path=LANDING, httponly=True, samesite="lax")
    return answer


def landing_of(visit: Visit) -> str:
    """Where the provider sends browsers back to: under the name the settings give this site, or the one asked for."""
    site = visit.site.settings.links.address or f"{visit.request.url.scheme}://{visit.request.headers.get('host', '')}"
    return site + LANDING


def _down(visit: Visit, down: ProviderDown, back: str) -> Response:
    log.error("the identity provider cannot be used: %s", down)
    return login_form(visit, back=back, problem="persons_provider_down", status=503)
