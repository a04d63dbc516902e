"""Logging in through the bank's identity provider (OpenID Connect)."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from .access import LOOPBACK
from .values import Strict, Text

Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


def check_issuer(value: str) -> str:
    """Accept the address of an identity provider: https, or plain http on this machine."""
    if not is_safe_place(value) or urlsplit(value).query or urlsplit(value).fragment:
        raise ValueError(f"{value!r} is no issuer; write its https address as the provider writes it")
    return value


def is_safe_place(address: str) -> bool:
    """Whether nobody on the way can read what is sent to an address, or change what it answers."""
    try:
        place = urlsplit(address)
        host = place.hostname or ""
    except ValueError:  # brackets that hold no IPv6 address
        return False
    is_here = place.scheme == "http" and LOOPBACK.fullmatch(host) is not None
    return bool(host) and "@" not in place.netloc and (place.scheme == "https" or is_here)


class OidcSettings(Strict):
    """The identity provider, and how it knows people.

    `issuer`: as the provider writes it, where `/.well-known/openid-configuration` is found. The secret stands in the
    variable `secret_env` or the file `secret_file`. `claim`: which claim of a token names the person, as kept with
    `oncu users add --subject`. `title`: what the button says. `role_of_new`: people the provider vouches for and nobody
    added are added with this role; nobody by default. `leeway_seconds`: how far its clock may be off.
    """

    issuer: Annotated[str, AfterValidator(check_issuer)]
    client_id: Text
    secret_env: Variable = "ONCU_OIDC_SECRET"
    secret_file: Path | None = None
    claim: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:/-]{1,100}$")] = "sub"
    scopes: list[Annotated[str, Field(pattern=r"^[!#-\[\]-~]+$")]] = ["openid", "profile"]
    title: str = Field("", max_length=80)
    role_of_new: Literal["deputy", "researcher", "analyst"] | None = None
    leeway_seconds: int = Field(60, ge=0, le=600)
