"""JavaScript by a real engine: compiled, never run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import quickjs

from proposals.gate.languages.identity import Language
from proposals.gate.languages.javascript_jsx import without_jsx
from proposals.gate.languages.trees import first_error, line_of, parse_tree, said_of, walk

_MEMORY_BYTES = 64 * 1024 * 1024
_SECONDS = 2
_STACK_BYTES = 512 * 1024
_LINE = re.compile(r"<input>:(\d+)")
_HASHBANG = re.compile(r"\A#![^\n]*")
# The throw stands first on the first line, so the engine compiles the whole text and runs none of it.
_SCRIPT_GUARD = 'throw "compiled";'
# An import is resolved before a module runs, and no module has this name, so linking always ends here.
_MODULE_GUARD = 'import "fsar:never";'
_MODULE_WORDS = re.compile(r"^\s*(?:import|export)\b", re.MULTILINE)
_FUNCTIONS = {
    "function_declaration",
    "function_expression",
    "arrow_function",
    "method_definition",
    "generator_function",
    "generator_function_declaration",
    "class_static_block",
}
_LINKING = ("could not load module", "fsar:never")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the engine refuses and the 1-based line where it does."""

    reason: str
    line: int


@lru_cache(maxsize=8)
def compile_script(text: str) -> Refusal | None:
    """None when the text compiles as a sloppy script."""
    error = _error(f"{_SCRIPT_GUARD}{_HASHBANG.sub('', text)}", is_module=False)
    return None if error is None or error.startswith("compiled") else _refusal(error)


@lru_cache(maxsize=8)
def compile_module(text: str) -> Refusal | None:
    """None when the text compiles as an ES module; imports are not resolved."""
    error = _error(f"{_MODULE_GUARD}{_HASHBANG.sub('', text)}", is_module=True)
    return None if error is None or any(word in error for word in _LINKING) else _refusal(error)


def _error(text: str, *, is_module: bool) -> str | None:
    context = quickjs.Context()
    context.set_memory_limit(_MEMORY_BYTES)
    context.set_time_limit(_SECONDS)
    context.set_max_stack_size(_STACK_BYTES)
    readable = text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")
    try:
        context.module(readable) if is_module else context.eval(readable)
    except quickjs.JSException as error:
        return str(error)
    return None


def _refusal(error: str) -> Refusal:
    line = _LINE.search(error)
    return Refusal(error.split("\n", 1)[0].removeprefix("SyntaxError: "), int(line[1]) if line else 1)


@lru_cache(maxsize=8)
def refusal_of(text: str) -> Refusal | None:
    """None when the text is a script, a CommonJS module, an ES module, or JSX that a bundler would compile."""
    tree = parse_tree(text, Language.JAVASCRIPT)
    error = first_error(tree)
    if any(node.type.startswith("jsx_") for node in walk(tree.root_node)):
        if error is not None:
            return Refusal(said_of(error), line_of(error))
        text = without_jsx(text)
    as_script, as_module = compile_script(text), compile_module(_without_top_level_await(text))
    if as_script is None or as_module is None:
        return None
    # Only a text that is whole by the grammar is wrapped: "}); more(); (function () {" would close the wrapper.
    if error is None and "return not in a function" in as_script.reason and _compile_commonjs(text) is None:
        return None
    return as_module if _MODULE_WORDS.search(text) else as_script


def _without_top_level_await(text: str) -> str:
    """The engine is older than top-level await in modules, so the word is blanked where it stands in no function."""
    if "await" not in text or not _MODULE_WORDS.search(text):
        return text
    source = bytearray(text.encode("utf-8", "replace"))
    waiting = [parse_tree(text, Language.JAVASCRIPT).root_node]
    while waiting:
        node = waiting.pop()
        if node.type == "await_expression":
            source[node.start_byte : node.start_byte + 5] = b" " * 5
        if node.type not in _FUNCTIONS:
            waiting.extend(node.children)
    return source.decode("utf-8", "replace")


def _compile_commonjs(text: str) -> Refusal | None:
    """As Node wraps a file: inside a function, where a return may stand."""
    wrapped = f"(function (exports, require, module) {{{_HASHBANG.sub('', text)}\n}})"
    error = _error(f"{_SCRIPT_GUARD}{wrapped}", is_module=False)
    return None if error is None or error.startswith("compiled") else _refusal(error)
