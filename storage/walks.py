"""From one value of a column to the next by its index, where grouping or sorting would read every row there is."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, func, select


def walk(column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> FromClause:
    """The different values of a column among the rows of these conditions, as the column `value` of a FROM.

    As quick as there are few values, where an index begins with what the conditions fix, then the column.
    """
    least = select(func.min(column).label("value")).where(column.is_not(None), *conditions)
    steps = least.cte(f"walk_{column.key}", recursive=True)
    beyond = select(func.min(column)).where(column > steps.c.value, *conditions).scalar_subquery()
    steps = steps.union_all(select(beyond).where(steps.c.value.is_not(None)))
    return select(steps.c.value).where(steps.c.value.is_not(None)).subquery()
