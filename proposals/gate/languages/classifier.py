"""What a text looks like, by magika: a small model that its wheel carries."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import onnxruntime
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


class _OneThread(Magika):
    """Magika on one thread: its pool would spin on every core for 5 ms of work, beside everything else that runs.

    Overrides a private hook, so the pin of magika in requirements.txt matters.
    """

    def _init_onnx_session(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        onnxruntime.disable_telemetry_events()
        return onnxruntime.InferenceSession(self._model_path, options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=1)
def _model() -> Magika:
    """Loaded at the first use: half a second and 50 MB that a process without files need not pay."""
    return _OneThread()


@lru_cache(maxsize=4)
def likeness_of(text: str) -> Likeness:
    """About 5 ms; reads the text's beginning and end only, so its length does not matter."""
    result = _model().identify_bytes(text.encode("utf-8", "replace"))
    return Likeness(_LABELS.get(str(result.output.label), ""), float(result.score))
