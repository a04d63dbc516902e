"""Processes that a test only pretends to start."""


class Ended:
    """One that has ended well."""

    returncode = 0

    def wait(self, timeout: float | None = None) -> int:
        return 0

    def poll(self) -> int | None:
        return 0
