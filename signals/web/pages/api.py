"""The API for a person to read: what it is, how to get a token, every operation and an example."""

from itertools import groupby
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from ..api.app import PREFIX, VERSION, openapi_of
from ..api.describe import operations_of
from ..show import show
from ..site import Visitor

router = APIRouter()
OPEN_TO = None  # it holds nothing of the bank's


@router.get(PREFIX)
def page(visit: Visitor) -> HTMLResponse:
    """The description, in the reader's language."""
    described = openapi_of(visit.request.app.state.api, visit.words.language)
    operations = operations_of(described, visit.words, PREFIX)
    groups = [(tag, list(own)) for tag, own in groupby(operations, key=lambda operation: operation.tag)]
    more: dict[str, Any] = {"groups": groups, "base": f"{PREFIX}/{VERSION}", "example": _example(visit)}
    return show(visit, "api.html.j2", **more)


def _example(visit: Visitor) -> str:
    """What a person types to get a token and to ask with it, at the address under which the pages are read."""
    place = f"{visit.request.url.scheme}://{visit.request.url.netloc}{PREFIX}/{VERSION}"
    who = visit.person.name or "ayse.demir"
    return (
        f"TOKEN=$(oncu users token {who} --for crm)\n"
        f'curl -s -H "Authorization: Bearer $TOKEN" "{place}/alerts?days=7&side=risk"'
    )
