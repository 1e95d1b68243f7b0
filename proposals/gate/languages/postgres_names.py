"""The types and functions that an empty PostgreSQL 18 database knows, from its bootstrap catalogue."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

_SERIALS = frozenset({"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"})


@lru_cache(maxsize=1)
def _names() -> dict[str, frozenset[str]]:
    kinds: dict[str, set[str]] = {}
    kind = ""
    for line in files(__package__).joinpath("postgres_names.txt").read_text("ascii").splitlines():
        if line.startswith(" "):
            kinds[kind].update(line.split())
        else:
            kind = line.strip()
            kinds[kind] = set()
    return {name: frozenset(words) for name, words in kinds.items()}


def is_builtin_type(name: str) -> bool:
    return name in _names()["types"] or name in _SERIALS


def is_builtin_function(name: str) -> bool:
    return name in _names()["functions"]
