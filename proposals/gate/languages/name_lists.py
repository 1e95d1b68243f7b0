"""Lists of names kept as text beside the code: a kind on a line of its own, its names indented below it."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=4)
def name_list(file_name: str) -> dict[str, frozenset[str]]:
    """The names of each kind in one of the text files of this package."""
    kinds: dict[str, set[str]] = {}
    kind = ""
    for line in files(__package__).joinpath(file_name).read_text("ascii").splitlines():
        if line.startswith(" "):
            kinds[kind].update(line.split())
        else:
            kind = line.strip()
            kinds[kind] = set()
    return {name: frozenset(words) for name, words in kinds.items()}
