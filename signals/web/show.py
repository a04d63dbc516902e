"""Pages as HTML: one environment for all templates, and the small things every page needs."""

from functools import cache
from typing import Any
from urllib.parse import urlencode

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from oncu.storage.feedback import ANSWERS

from ..faces.links import domain_of, is_web_link
from ..review.desk import REASONS, RESULTS
from .cases import SNOOZES
from .rooms import rooms_of
from .site import LANGUAGES, Visit
from .tame import tame_value


def show(visit: Visit, template: str, *, room: str = "", status: int = 200, **values: Any) -> HTMLResponse:
    """A page; templates get `words`, the rooms of the site with the open one, and `with_query` for links."""
    common = {
        "words": visit.words,
        "rooms": rooms_of(visit.person),
        "room": room,
        "languages": LANGUAGES,
        "person": visit.person,
        "actor": visit.actor,
        "is_open": visit.is_open,
        "path": visit.request.url.path,
        "query": visit.request.url.query,
        "with_query": lambda **changed: with_query(visit, **changed),
    }
    return HTMLResponse(environment().get_template(template).render(common | values), status_code=status)


def with_query(visit: Visit, **changed: str | None) -> str:
    """The address of this page with some parts of its query changed; None takes a part away."""
    kept = dict(visit.request.query_params) | changed
    query = urlencode({key: value for key, value in kept.items() if value not in (None, "")})
    return f"{visit.request.url.path}?{query}" if query else visit.request.url.path


@cache
def environment() -> Environment:
    """The templates; everything written into them is escaped, and rid of letters that nobody sees."""
    made = Environment(
        loader=PackageLoader("oncu.signals.web"),
        autoescape=select_autoescape(("html.j2",), default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=tame_value,
        auto_reload=False,  # the templates come with the program: asking the disk costs a tenth of a page
    )
    made.globals |= {"answer_codes": tuple(ANSWERS), "dismiss_reasons": REASONS, "desk_results": RESULTS}
    made.globals |= {"snooze_days": SNOOZES}
    made.tests |= {"web_link": is_web_link}
    made.filters |= {"domain": domain_of, "pair": lambda value: (value, value)}
    return made
