"""One side of the bank as it was drawn: clients, sources, stories, and how they ended."""

from dataclasses import dataclass

from ..judge.tables import FloatArray, IntArray
from .chances import Course
from .ends import Ends
from .outlets import Outlets
from .population import BASE_HAZARD, Population
from .stories import Stories
from .wishes import Wishes


@dataclass(frozen=True)
class Side:
    """Everything a side is made of, and so all that is true of it."""

    name: str
    wishes: Wishes
    people: Population
    outlets: Outlets
    course: Course
    stories: Stories
    ends: Ends

    @property
    def base(self) -> FloatArray:
        """Hazard a day of each story's client without a story."""
        return BASE_HAZARD[self.name] * self.people.ease[self.stories.client]

    @property
    def weight(self) -> IntArray:
        """Episodes each story makes: one a type."""
        return 1 + (self.stories.second_type >= 0)
