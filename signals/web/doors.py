"""The doors: no page is shown before it was asked who reads, and whether the page is for them."""

from collections.abc import Callable, Sequence

from .site import NOBODY, Visitor


class NotLoggedIn(Exception):
    """Nobody has logged in, and the page is not for everybody."""


class PasswordNotTheirs(Exception):
    """Somebody else chose the password they came in with: they choose their own first."""


def door(roles: Sequence[str] | None) -> Callable[[Visitor], None]:
    """What lets only these roles in, or, with None, everybody. Raises NotLoggedIn, PasswordNotTheirs or NotForThem."""

    def ask(visit: Visitor) -> None:
        if roles is None:
            return
        if visit.person == NOBODY:
            raise NotLoggedIn
        if visit.person.password_until is not None:
            raise PasswordNotTheirs
        visit.as_role(*roles)

    return ask
