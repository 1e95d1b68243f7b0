"""The types and functions that an empty PostgreSQL 18 database knows, from its bootstrap catalogue."""

from __future__ import annotations

from proposals.gate.languages.name_lists import name_list

_FILE = "postgres_names.txt"
_SERIALS = frozenset({"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"})


def is_builtin_type(name: str) -> bool:
    return name in name_list(_FILE)["types"] or name in _SERIALS


def is_builtin_function(name: str) -> bool:
    return name in name_list(_FILE)["functions"]
