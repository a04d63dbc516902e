"""What every answer and question of the API is made of."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from math import isfinite
from typing import Annotated, Any, Generic, Literal, TypeVar

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from ..tame import tame

MOST = 200  # rows of a part
PLAIN = r"^[^\x00-\x1f\x7f]+$"
WORDS = r"^[^\x00]*$"

Side = Literal["opportunity", "risk"]
T = TypeVar("T")


class Shape(BaseModel):
    """A model that knows all its keys; texts come without letters that nobody sees, moments in UTC."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    @field_validator("*", mode="after")
    @classmethod
    def _cleared(cls, value: Any) -> Any:
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return tame(value) if isinstance(value, str) else value


class Asked(BaseModel):
    """What a program sends; a key nobody knows is refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Wrong(Shape):
    """One value that is wrong."""

    where: str = Field(description="The place of the value, such as body.until or query.days.")
    what: str = Field(description="What is wrong with it, in the language of the answer.")


class Fault(Shape):
    """A problem as RFC 9457 describes it."""

    type: str = Field(description="Always about:blank: the status says what kind of problem it is.")
    title: str = Field(description="The kind of problem in a few words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What was found, and what to do.")
    errors: list[Wrong] = Field(description="The values that are wrong; empty where it is no matter of values.")


class Part(Shape, Generic[T]):
    """One part of a list."""

    items: list[T] = Field(description="The rows of this part, in the order of the list.")
    next: str | None = Field(description="The cursor of the next part; null on the last one.")
    total: int | None = Field(None, description="How many rows all parts have together; null where it is not counted.")


class Changed(Shape):
    """Whether the change made a difference."""

    changed: bool = Field(description="False where it was so before: nothing was kept a second time.")


def _only_text(value: object) -> object:
    """No numbers: pydantic would take them for seconds since 1970."""
    if not isinstance(value, str):
        raise PydanticCustomError("day_text", "write it as a text")
    return value


def _known(value: object) -> object:
    """Numbers that JSON has no word for are not known."""
    return None if isinstance(value, float) and not isfinite(value) else value


Day = Annotated[date, BeforeValidator(_only_text)]
Moment = Annotated[AwareDatetime, BeforeValidator(_only_text)]
Number = Annotated[float | None, BeforeValidator(_known)]
Id = Annotated[str, Field(min_length=1, max_length=64, pattern=PLAIN)]
AlertId = Annotated[str, Field(pattern="^[0-9a-f]{1,64}$", description="The id of an alert.")]
Said = Annotated[str, Field(max_length=2000, pattern=WORDS), AfterValidator(tame)]
Reason = Annotated[str, Field(min_length=1, max_length=500, pattern=WORDS), AfterValidator(tame)]

AlertPath = Annotated[str, Path(pattern="^[0-9a-f]{1,64}$")]
IdPath = Annotated[str, Path(min_length=1, max_length=64, pattern=PLAIN)]
Manager = Annotated[str | None, Query(min_length=1, max_length=64, pattern=PLAIN)]
Limit = Annotated[int, Query(ge=1, le=MOST)]
Cursor = Annotated[str | None, Query(pattern="^[0-9]{1,7}$")]


def part_of(rows: Sequence[T], limit: int, cursor: str | None) -> tuple[Sequence[T], str | None]:
    """The rows of one part and the cursor of the next; a cursor is the place of the first row, from 0."""
    first, after = bounds_of(len(rows), limit, cursor)
    return rows[first : first + limit], after


def bounds_of(n: int, limit: int, cursor: str | None) -> tuple[int, str | None]:
    """The place of the first row of a part of `n` rows, from 0, and the cursor of the next part."""
    first = int(cursor or 0)
    return first, str(first + limit) if first + limit < n else None
