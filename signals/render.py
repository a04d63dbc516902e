"""A digest as plain text, HTML or JSON: the same content in each."""

import json
import textwrap
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from .digest import DigestView
from .words import Words

WIDTH = 88


def render_digest(digest: DigestView, words: Words, form: str, *, wait_days: int) -> str:
    """The digest as `text`, `html` or `json`."""
    if form == "json":
        return json.dumps(digest_as_dict(digest), ensure_ascii=False, indent=2)
    template = _environment().get_template("digest.html.j2" if form == "html" else "digest.txt.j2")
    return template.render(digest=digest, words=words, days=wait_days)


def digest_as_dict(digest: DigestView) -> dict[str, Any]:
    """The digest as plain values, for programs."""
    return asdict(digest)


def indented(text: object, by: int) -> str:
    """Text wrapped to the width of the page and indented."""
    return textwrap.fill(str(text), WIDTH, initial_indent=" " * by, subsequent_indent=" " * by)


def is_web_link(url: str | None) -> bool:
    """Whether an address may be shown as a link: a crawled page can claim any scheme."""
    return url is not None and urlsplit(url).scheme in ("http", "https")


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
