"""A digest as plain text, HTML or JSON: the same content in each."""

import json
from dataclasses import asdict
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from ..words import Words
from .digest import DigestView
from .layout import indented
from .links import is_web_link


def render_digest(digest: DigestView, words: Words, form: str, *, wait_days: int) -> str:
    """The digest as `text`, `html` or `json`."""
    if form == "json":
        return json.dumps(digest_as_dict(digest), ensure_ascii=False, indent=2)
    template = _environment().get_template("digest.html.j2" if form == "html" else "digest.txt.j2")
    return template.render(digest=digest, words=words, days=wait_days)


def digest_as_dict(digest: DigestView) -> dict[str, Any]:
    """The digest as plain values, for programs."""
    return asdict(digest)


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
