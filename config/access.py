"""Keys of sources that ask for one: a file names the environment variable, the value stands there alone."""

import base64
import os
import re
from collections.abc import Iterator, Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, model_validator

from .problems import Problem
from .values import Strict, Text

REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# Headers that are no secret by what they are; any other may be one, and is read from the environment.
PLAIN = frozenset(("accept", "accept-language", "from", "origin", "referer", "x-requested-with"))
OURS = {
    "user-agent": "set crawl.user_agent in the settings",
    "content-type": "say api.post.kind",
    **dict.fromkeys(
        ("accept-encoding", "connection", "content-length", "expect", "host", "if-modified-since", "if-none-match")
        + ("proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"),
        "remove it: the crawler sends its own",
    ),
}
LOOPBACK = re.compile(r"127(\.\d+){3}|localhost|::1")


class MissingKey(Problem):
    """A source needs an environment variable that is not set, or holds what a header cannot carry."""


def check_headers(headers: dict[str, str]) -> dict[str, str]:
    """Accept headers to send; one that may hold a secret names a variable, as in `Bearer ${TOKEN}`.

    The value found is never repeated in an error: it may be a key.
    """
    for name, value in headers.items():
        if not HEADER.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a header")
        if name.lower() in OURS:
            raise ValueError(f"{name}: {OURS[name.lower()]}")
        if not value.isascii() or not value.isprintable():
            raise ValueError(f"{name}: a header holds printable ASCII only")
        is_plain = name.lower() in PLAIN or name.lower().endswith("version")
        if not REFERENCE.search(value) and not is_plain:
            raise ValueError(f"{name}: write ${{VARIABLE}} and put the value into that environment variable, not here")
        check_references(value)
    return headers


def check_references(value: str) -> str:
    """Accept text whose every `$` begins a reference such as `${TOKEN}`."""
    if "$" in REFERENCE.sub("", value):
        raise ValueError("a $ that begins no variable; write it like ${TOKEN}")
    return value


Headers = Annotated[dict[str, str], AfterValidator(check_headers)]


class Basic(Strict):
    """HTTP basic authentication: `password` is a reference such as `${KEY}`; where it is empty, `user` is the key."""

    user: Annotated[Text, AfterValidator(check_references)]
    password: Annotated[str, AfterValidator(check_references)] = ""

    @model_validator(mode="after")
    def _names_its_secret(self) -> "Basic":
        if self.password and not REFERENCE.fullmatch(self.password):
            raise ValueError("password: write ${VARIABLE} and put the password into that environment variable")
        if not self.password and not REFERENCE.fullmatch(self.user):
            raise ValueError("user: without a password it is the key; write ${VARIABLE}, or add password")
        return self


def check_is_private(url: str) -> None:
    """Raise ValueError where a key would travel in the open; this machine's own addresses are let through."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not LOOPBACK.fullmatch(parts.hostname or ""):
        raise ValueError("a key is sent over https only; write the https address")


def variables_of(headers: Mapping[str, str], basic: Basic | None) -> list[str]:
    """The environment variables that are named, each once, in their order."""
    values = [*headers.values(), *((basic.user, basic.password) if basic else ())]
    return list(dict.fromkeys(name for value in values for name in REFERENCE.findall(value)))


def missing_variables(
    headers: Mapping[str, str], basic: Basic | None, environment: Mapping[str, str] = os.environ
) -> list[str]:
    """Those of the variables that are not set, or are empty."""
    return [name for name in variables_of(headers, basic) if not environment.get(name)]


def fill_headers(
    source: str, headers: Mapping[str, str], basic: Basic | None, environment: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The headers with their values, to be sent and not to be kept. Raises MissingKey naming source and variable."""
    filled = {name: _filled(source, value, environment) for name, value in headers.items()}
    if basic:
        pair = f"{_filled(source, basic.user, environment)}:{_filled(source, basic.password, environment)}"
        filled["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return filled


def secrets_of(
    headers: Mapping[str, str], basic: Basic | None, environment: Mapping[str, str] = os.environ
) -> list[str]:
    """The values that must appear nowhere, the longest first: those of the variables, and what basic makes of them."""
    return sorted(set(_secrets(headers, basic, environment)), key=len, reverse=True)


def _secrets(headers: Mapping[str, str], basic: Basic | None, environment: Mapping[str, str]) -> Iterator[str]:
    values = (environment.get(name, "") for name in variables_of(headers, basic))
    yield from (value for value in values if value)
    if basic and not missing_variables({}, basic, environment):
        yield fill_headers("", {}, basic, environment)["Authorization"].removeprefix("Basic ")


def _filled(source: str, value: str, environment: Mapping[str, str]) -> str:
    for name in REFERENCE.findall(value):
        found = environment.get(name, "")
        if not found:
            raise MissingKey(f"{source}: the environment variable {name} is not set; put the source's key into it")
        if not found.isascii() or not found.isprintable():
            raise MissingKey(f"{source}: {name} holds a line break or a letter no header carries; set it anew")
    return REFERENCE.sub(lambda mark: environment[mark[1]], value)
