"""Signed texts with a time, under a clock that is given."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from itsdangerous import TimestampSigner, URLSafeTimedSerializer


class SignerAt(TimestampSigner):
    """A signer whose clock is given."""

    def __init__(self, *args: Any, moment: datetime, **more: Any) -> None:
        super().__init__(*args, **more)
        self.moment = moment

    def get_timestamp(self) -> int:
        return int(self.moment.timestamp())


def serializer(key: str, salt: str, now: datetime) -> URLSafeTimedSerializer:
    """What writes and reads signed texts of one kind (`salt`) at a moment."""
    kinds = {"moment": now, "digest_method": sha256, "key_derivation": "hmac"}
    return URLSafeTimedSerializer(key, salt=salt, signer=SignerAt, signer_kwargs=kinds)
