"""What an identity provider says of a person, and how it can fail."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from oncu.config.provider import OidcSettings

LONGEST = 255  # letters of what a person is called


class ProviderDown(Exception):
    """The provider does not answer, or not as one: nobody can come in through it now."""


class Refused(Exception):
    """Who came back is not let in; `kind` names the text `provider_<kind>`."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def subject_of(claims: Mapping[str, Any], settings: OidcSettings) -> str:
    """Who somebody is to the provider, as people are kept by. Raises Refused where it does not say so for certain."""
    subject = claims.get(settings.claim)
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST or not subject.isprintable():
        raise Refused("nameless")
    if settings.claim == "email" and claims.get("email_verified") is not True:
        raise Refused("nameless")
    return subject


def host_of(issuer: str) -> str:
    """The name of the provider's host, for people who must know where they are sent."""
    return urlsplit(issuer).hostname or issuer
