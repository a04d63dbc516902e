"""The bank's identity provider (OpenID Connect): the way there, the way back, and what it says of who came.

Authorization code with PKCE, state and nonce. What must be remembered on the way stands signed in a cookie of the
browser that went, so that an answer is good in that browser alone and no server needs to keep anything.
"""

import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from itsdangerous import BadSignature, SignatureExpired
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from oncu.config.problems import Problem
from oncu.config.provider import OidcSettings, is_safe_place

from .claims import ProviderDown, Refused
from .signing import serializer

Claims = Mapping[str, Any]
WELL_KNOWN = "/.well-known/openid-configuration"
SALT = "oncu.provider"
JOURNEY_SECONDS = 600  # from our door to the provider's and back
TIMEOUT = 10.0
KEPT = timedelta(hours=1)  # what the provider says of itself
SOONEST = timedelta(minutes=1)  # between two looks for new keys
# Signatures only the provider can make: with a shared secret, or with none, others could.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]


@dataclass(frozen=True)
class Journey:
    """What a browser takes along: what the answer must hold, and where the person was going."""

    state: str
    nonce: str
    verifier: str
    back: str


@dataclass(frozen=True)
class Known:
    """What the provider says of itself, its keys, and when each was asked."""

    metadata: Mapping[str, Any]
    keys: KeySet
    asked_at: datetime
    keys_at: datetime


class Provider:
    """One identity provider; what it says of itself is kept for a while."""

    def __init__(self, settings: OidcSettings, secret: str) -> None:
        self.settings = settings
        self._secret = secret
        self._known: Known | None = None

    def start(self, back: str, landing: str, now: datetime) -> tuple[str, str]:
        """Where to send a browser, and what it must bring back (for a cookie). Raises ProviderDown.

        `landing`: the address of ours to which the provider sends it back.
        """
        made = Journey(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), back)
        metadata = self._look(now).metadata
        with self._client(metadata, landing) as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"], state=made.state, code_verifier=made.verifier, nonce=made.nonce
            )
        return address, str(serializer(self._secret, SALT, now).dumps(astuple(made)))

    def finish(self, answer: Mapping[str, str], brought: str, landing: str, now: datetime) -> tuple[Claims, str]:
        """What the provider says of who came back, and where they were going. Raises Refused or ProviderDown."""
        made = self._read_journey(brought, now)
        if not hmac.compare_digest(answer.get("state", "").encode(), made.state.encode()):
            raise Refused("forged")
        if answer.get("iss", self.settings.issuer) != self.settings.issuer:
            raise Refused("forged")
        if not answer.get("code"):
            raise Refused("denied")
        known = self._look(now)
        try:
            with self._client(known.metadata, landing) as client:
                token = client.fetch_token(
                    known.metadata["token_endpoint"], code=answer["code"], code_verifier=made.verifier
                )
        except OAuthError:
            raise Refused("stale") from None
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderDown(str(error)) from error
        return self._read_token(token, made.nonce, now), made.back

    def ask(self, now: datetime) -> None:
        """Ask it what it says of itself. Raises ProviderDown where that is not what logins need."""
        self._look(now)

    def _read_journey(self, brought: str, now: datetime) -> Journey:
        try:
            return Journey(*serializer(self._secret, SALT, now).loads(brought, max_age=JOURNEY_SECONDS))
        except SignatureExpired:
            raise Refused("stale") from None
        except BadSignature:
            raise Refused("forged") from None

    def _read_token(self, token: Mapping[str, Any], nonce: str, now: datetime) -> Claims:
        """The checked claims of an ID token."""
        settings = self.settings
        wanted = {"iss": {"essential": True, "value": settings.issuer}}
        wanted |= {"aud": {"essential": True, "value": settings.client_id}}
        params = {"nonce": nonce, "client_id": settings.client_id, "access_token": token.get("access_token")}
        try:
            found = self._decode(str(token.get("id_token", "")), now)
            claims = CodeIDToken(found.claims, found.header, options=wanted, params=params)
            claims.validate(now=int(now.timestamp()), leeway=settings.leeway_seconds)
        except (JoseError, ValueError, TypeError):
            raise Refused("forged") from None
        return dict(claims)

    def _decode(self, token: str, now: datetime) -> jwt.Token:
        """A token whose signature is the provider's; where it is not, its keys may be new ones. Raises JoseError."""
        known = self._look(now)
        try:
            return jwt.decode(token, known.keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            if now - known.keys_at < SOONEST:
                raise
        self._known = Known(known.metadata, self._fetch_keys(known.metadata), known.asked_at, now)
        return jwt.decode(token, self._known.keys, algorithms=ALGORITHMS)

    def _look(self, now: datetime) -> Known:
        """What the provider says of itself. Raises ProviderDown."""
        if self._known is None or now - self._known.asked_at > KEPT:
            metadata = self._fetch(self.settings.issuer.rstrip("/") + WELL_KNOWN)
            self._check(metadata)
            self._known = Known(metadata, self._fetch_keys(metadata), now, now)
        return self._known

    def _check(self, metadata: Mapping[str, Any]) -> None:
        if metadata.get("issuer") != self.settings.issuer:
            raise ProviderDown(f"it calls itself {metadata.get('issuer')!r}, not {self.settings.issuer!r}")
        for place in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe_place(str(metadata.get(place, ""))):
                raise ProviderDown(f"its {place} is no https address")

    def _fetch_keys(self, metadata: Mapping[str, Any]) -> KeySet:
        try:
            return KeySet.import_key_set(self._fetch(metadata["jwks_uri"]))  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise ProviderDown(f"its keys cannot be read: {error}") from error

    def _fetch(self, address: str) -> Mapping[str, Any]:
        try:
            answer = httpx2.get(address, timeout=TIMEOUT).raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderDown(str(error)) from error
        if not isinstance(answer, dict):
            raise ProviderDown(f"{address} answers no object")
        return answer

    def _client(self, metadata: Mapping[str, Any], landing: str) -> OAuth2Client:
        ways = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        way = "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"
        return OAuth2Client(
            self.settings.client_id,
            self._secret,
            token_endpoint_auth_method=way,
            code_challenge_method="S256",
            scope=" ".join(dict.fromkeys(["openid", *self.settings.scopes])),
            redirect_uri=landing,
            timeout=TIMEOUT,
        )


def provider_of(settings: OidcSettings | None, environment: Mapping[str, str] = os.environ) -> Provider | None:
    """The provider that the settings name; None where they name none. Raises Problem where its secret is missing."""
    if settings is None:
        return None
    secret = environment.get(settings.secret_env, "").strip()
    if not secret and settings.secret_file is not None:
        try:
            secret = settings.secret_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            said = getattr(error, "strerror", None) or "no text"
            raise Problem(f"oidc.secret_file {settings.secret_file} cannot be read ({said}); mend it") from None
    if not secret:
        raise Problem(f"the identity provider has no secret; put it into the variable {settings.secret_env}")
    return Provider(settings, secret)
