"""A digest as plain text, HTML or JSON: the same content in each."""

import json
from dataclasses import asdict
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from oncu.storage.feedback import ANSWERS

from ..words import Words
from .digest import DigestView
from .layout import indented
from .links import is_web_link
from .signed import AnswerLink


def render_digest(
    digest: DigestView, words: Words, form: str, *, wait_days: int, answer_link: AnswerLink | None = None
) -> str:
    """The digest as `text`, `html` or `json`; with `answer_link` each alert has the links that answer it."""
    if form == "json":
        return json.dumps(digest_as_dict(digest), ensure_ascii=False, indent=2)
    template = "digest.html.j2" if form == "html" else "digest.txt.j2"
    links = {"answer_link": answer_link, "answer_codes": tuple(ANSWERS)}
    return render_page(template, words, digest=digest, days=wait_days, **links)


def render_page(template: str, words: Words, **values: object) -> str:
    """A template of ours, `.html.j2` escaped and `.txt.j2` as it is, with these values."""
    return _environment().get_template(template).render(words=words, **values)


def digest_as_dict(digest: DigestView) -> dict[str, Any]:
    """The digest as plain values, for programs."""
    return asdict(digest)


@cache  # compiling the templates takes longer than filling them
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("oncu.signals"),
        autoescape=select_autoescape(("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"indented": indented}
    environment.tests |= {"web_link": is_web_link}
    return environment
