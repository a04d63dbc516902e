"""Long lists a page at a time: the rows of one page, and which pages there are."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Query

T = TypeVar("T")
Page = Annotated[int, Query(ge=1, le=100_000)]


@dataclass(frozen=True)
class Paged(Generic[T]):
    """The rows of page `number` of `pages`, both from 1; `n` is how many rows there are."""

    rows: Sequence[T]
    number: int
    pages: int
    n: int

    @property
    def before(self) -> int | None:
        """The page before; None on the first."""
        return self.number - 1 if self.number > 1 else None

    @property
    def after(self) -> int | None:
        """The page after; None on the last."""
        return self.number + 1 if self.number < self.pages else None


def paged(rows: Sequence[T], number: int, size: int) -> Paged[T]:
    """One page of some rows; a number beyond the last is the last."""
    return paged_by(lambda skip, most: rows[skip : skip + most], len(rows), number, size)


def paged_by(read: Callable[[int, int], Sequence[T]], n: int, number: int, size: int) -> Paged[T]:
    """One page of `n` rows of which only its own are read: those after the first so many, at most `size`."""
    pages = max(1, -(-n // size))
    number = min(max(number, 1), pages)
    return Paged(read((number - 1) * size, size), number, pages, n)
