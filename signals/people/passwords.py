"""Passwords: what is refused, and how they are kept (argon2id)."""

import re
from functools import cache
from typing import TYPE_CHECKING

from oncu.config.problems import Problem

if TYPE_CHECKING:
    from pwdlib import PasswordHash

MOST_LETTERS = 256  # argon2 reads all of them, and nobody needs more
FEW_LETTERS = 5  # different ones
ROWS = ("1234567890", "0987654321", "qwertyuıopğü", "qwertyuiop", "asdfghjklşi", "asdfghjkl", "abcçdefgğhıijklmnoöpr")


def check_password(password: str, name: str, least: int) -> None:
    """Refuse a password that is guessed first. Raises Problem saying why."""
    plain = password.casefold()
    if len(password) < least:
        raise Problem(f"the password has {len(password)} characters; take at least {least}, several words are fine")
    if len(password) > MOST_LETTERS:
        raise Problem(f"the password has {len(password)} characters; take at most {MOST_LETTERS}")
    if name.casefold() in plain:
        raise Problem("the password holds the login name; take another")
    if len(set(plain)) < FEW_LETTERS or _is_walk(plain):
        raise Problem("the password repeats a few characters or walks along the keys; take another")


def hash_password(password: str) -> str:
    """What is kept of a password."""
    return _hasher().hash(password)


def is_password(password: str, kept: str | None) -> bool:
    """Whether this is the password of which `kept` is kept; takes as long where none is kept."""
    right = _hasher().verify(password[:MOST_LETTERS], kept or _nobodys())
    return right and kept is not None


def _is_walk(plain: str) -> bool:
    """Is all but a letter or two of it a part of a row of keys, once or several times, with digits behind it or not?"""
    word = re.sub(r"\d+$", "", plain) or plain
    pieces = (word[start : start + 4] for start in range(0, len(word) - 3, 4))
    walked = sum(any(piece in row + row for row in ROWS) for piece in pieces)
    return walked > 0 and walked >= len(word) // 4


@cache
def _hasher() -> "PasswordHash":
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    return PasswordHash((Argon2Hasher(),))


@cache
def _nobodys() -> str:
    return _hasher().hash("the password of nobody")
