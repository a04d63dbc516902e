"""Business days: a digest comes on each, and carries what came on the weekend and holidays before it."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from oncu.config.problems import Problem

DAY = timedelta(days=1)
SATURDAY = 5


def is_business_day(day: date, country: str) -> bool:
    """Whether banks work on a day: no weekend and no public holiday of the country (two letters).

    Raises Problem where the country's holidays are not known.
    """
    return day.weekday() < SATURDAY and day not in _holidays(country, day.year)


def next_business_day(day: date, country: str) -> date:
    """The first business day after a day."""
    return next(later for later in _steps(day, DAY) if is_business_day(later, country))


def first_day_since(day: date, country: str) -> date:
    """The first of the days a digest of this day stands for: the one after the last business day before it."""
    return next(earlier for earlier in _steps(day, -DAY) if is_business_day(earlier, country)) + DAY


def _steps(day: date, step: timedelta) -> Iterator[date]:
    while True:
        day += step
        yield day


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # takes a sixth of a second, which most commands need not wait

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        raise Problem(f"digest.country: no holidays are known of {country!r}; write another country, like TR") from None
