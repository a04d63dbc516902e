"""The one kind of error a user is meant to read."""


class Problem(Exception):
    """Something a person can mend; its text says what was found, where, and what to do, a line a fault."""
