"""Word lists of the classifiers, read from `config/lookups/*.yml` once."""

from functools import cache
from typing import Any

from oncu.config.load import HERE, read_yaml


@cache
def read_lookup(name: str) -> dict[str, Any]:
    """One lookup file as a mapping; ConfigError when it cannot be read. The result is shared: do not change it."""
    return read_yaml(HERE / "lookups" / f"{name}.yml")
