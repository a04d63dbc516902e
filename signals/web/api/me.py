"""Who the caller is, and what the token may do."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field

from ..rooms import rooms_of
from .caller import Caller, token_of_visit
from .faults import documented
from .shapes import Shape

router = APIRouter(tags=["me"])


class TokenShape(Shape):
    """The token with which the caller came."""

    purpose: str
    may_act: bool = Field(description="Whether it may also change what its person may change.")
    expires_at: datetime


class MeShape(Shape):
    """The person in whose name the caller asks."""

    name: str = Field(description="The login name, by which changes are signed.")
    display: str
    roles: list[str]
    team: str | None
    manager: str | None = Field(description="The code of the portfolio that is theirs.")
    language: str
    rooms: list[str] = Field(description="What they may enter; each operation belongs to one of them.")
    token: TokenShape


@router.get("/me", responses=documented())
def read_me(visit: Caller) -> MeShape:
    """The person and the token."""
    person, token = visit.person, token_of_visit(visit)
    kept = ("name", "display", "team", "manager", "language")
    return MeShape.model_validate(
        {name: getattr(person, name) for name in kept}
        | {"roles": sorted(person.roles), "rooms": list(rooms_of(person)), "token": TokenShape.model_validate(token)}
    )
