"""Switch the language and stay where one is."""

from fastapi import APIRouter, HTTPException
from fastapi.responses import RedirectResponse

from ..forms import go_to, own_page
from ..site import COOKIE, LANGUAGES, Visitor

router = APIRouter()
OPEN_TO = None
YEAR = 365 * 24 * 3600


@router.get("/language/{language}")
def switch(visit: Visitor, language: str, back: str = "/") -> RedirectResponse:
    """Remember the language for a year and go back; only to a page of this site."""
    if language not in LANGUAGES:
        raise HTTPException(404)
    answer = go_to(own_page(back))
    answer.set_cookie(COOKIE, language, max_age=YEAR, samesite="lax", httponly=True)
    return answer
