"""What a text looks like, by magika: a small model that its wheel carries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from magika import Magika

from proposals.gate.languages.identity import Language

PROSE = "prose"
_LABELS: dict[str, Language | str] = {
    "sql": Language.SQL,
    "javascript": Language.JAVASCRIPT,
    "typescript": Language.TYPESCRIPT,
    "css": Language.CSS,
    "html": Language.HTML,
    "json": Language.JSON,
    "yaml": Language.YAML,
    "python": Language.PYTHON,
    "ruby": Language.RUBY,
    "shell": Language.SHELL,
    "dockerfile": Language.DOCKERFILE,
    "hcl": Language.HCL,
    "vue": Language.VUE,
    "toml": Language.TOML,
    "xml": Language.XML,
    "txt": PROSE,
    "markdown": PROSE,
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """`looks_like` is a Language, PROSE, or "" for what none of our rules knows; `score` is 0..1."""

    looks_like: Language | str
    score: float


@lru_cache(maxsize=1)
def _model() -> Magika:
    """Loaded at the first use: half a second and 50 MB that a process without files need not pay."""
    return Magika()


@lru_cache(maxsize=4)
def likeness_of(text: str) -> Likeness:
    """About 5 ms; reads the text's beginning and end only, so its length does not matter."""
    result = _model().identify_bytes(text.encode("utf-8", "replace"))
    return Likeness(_LABELS.get(str(result.output.label), ""), float(result.score))
