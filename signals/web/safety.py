"""What no page may do: run foreign scripts, be framed, be changed from another site."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import PlainTextResponse

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
# Over https: for a year only over https. Not for names beside or below this one, which are the bank's to decide on.
ONLY_HTTPS = ("Strict-Transport-Security", "max-age=31536000")
READING = frozenset(("GET", "HEAD", "OPTIONS"))
API = "/api/"  # asked with a token, which no other site's page has; the session's cookie does not count there

Next = Callable[[Request], Awaitable[Response]]


async def guard(request: Request, call_next: Next) -> Response:
    """Refuse a change asked for by another site's page, and a foreign name for this site; add the headers that keep
    every answer to itself."""
    if not is_known_host(request):
        answer: Response = PlainTextResponse("this site is not known by that name", status_code=421)
    elif request.method not in READING and not is_own(request):
        answer = PlainTextResponse("this change was not asked for by a page of this site", status_code=403)
    else:
        answer = await call_next(request)
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if request.url.scheme == "https":
        answer.headers.setdefault(*ONLY_HTTPS)
    if not request.url.path.startswith("/static/"):
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def is_own(request: Request) -> bool:
    """Did a page of this site send it? Every browser says so with Sec-Fetch-Site or, where that is missing, Origin."""
    if request.url.path.startswith(API):
        return True
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == request.headers.get("host")


def is_known_host(request: Request) -> bool:
    """Is the site asked for by a name of its own? Else a foreign name that leads here would pass for the same site."""
    known: frozenset[str] = request.app.state.site.hosts
    return not known or host_name(request.headers.get("host", "")) in known


def host_name(place: str) -> str:
    """The name in host:port."""
    try:
        return urlsplit(f"//{place}").hostname or ""
    except ValueError:  # brackets that hold no IPv6 address
        return ""
