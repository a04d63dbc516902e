"""The long tests share the banks of the quick ones."""

from ..trust.conftest import caged, cages

__all__ = ["caged", "cages"]
