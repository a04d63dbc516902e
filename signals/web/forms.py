"""What a form sends, and where the reader goes afterwards: always to a page of this site, read with GET."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request
from fastapi.responses import RedirectResponse

MOST_BYTES = 200_000
MOST_FIELDS = 100
LONGEST_REASON = 500
SENT = "application/x-www-form-urlencoded"


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of a form; of one named twice the last. Refuses (413, 415) what is too long or no form."""
    if request.headers.get("content-type", "").split(";")[0].strip() != SENT:
        raise HTTPException(415)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise HTTPException(413)
    try:
        text = body.decode("utf-8")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict"))
    except ValueError:  # no UTF-8, or too many fields
        raise HTTPException(400) from None


Form = Annotated[Mapping[str, str], Depends(read_form)]


def line_in(form: Mapping[str, str], key: str) -> str:
    """What stands in a field, without line breaks and spaces too many."""
    return " ".join(form.get(key, "").split())


def reason_in(form: Mapping[str, str]) -> str:
    """Why somebody does something, as long as the trail takes it."""
    return line_in(form, "reason")[:LONGEST_REASON]


def needed_reason(form: Mapping[str, str]) -> str:
    """The same where nothing is done without one. Raises HTTPException (400)."""
    if reason := reason_in(form):
        return reason
    raise HTTPException(400, "web_reason_missing")


def lines_in(form: Mapping[str, str], key: str) -> list[str]:
    """The lines of a field that hold something."""
    return [" ".join(line.split()) for line in form.get(key, "").splitlines() if line.strip()]


def number_in(text: str) -> int | float | str:
    """A number as either language writes it; what is none is left for a check to name."""
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def own_page(back: str, otherwise: str = "/") -> str:
    """The path where it is one of this site, else another."""
    is_own = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    return back if is_own else otherwise


def go_to(place: str) -> RedirectResponse:
    """Read a page after a change, so that reading it again changes nothing."""
    return RedirectResponse(place, status_code=303)
