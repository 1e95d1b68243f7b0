"""Where a proposed file wants to be written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import Effect, Level, Raises, Rule, Sighting
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject

_HARM = Raises(likelihood=3, damage=4)


def _unusable(name: str, title: str, what_to_do: str) -> Rule:
    return Rule(f"path/{name}", Level.ERROR, Effect.UNUSABLE, title, what_to_do)


EMPTY = _unusable("empty", "The file has no path", "Name the file by a path relative to the workspace.")
ABSOLUTE = _unusable(
    "absolute", "The path is absolute", "Write the path relative to the workspace, without a leading slash."
)
TRAVERSAL = _unusable("traversal", "The path climbs out of a folder", "Write the path without . and .. segments.")
CHARACTERS = _unusable(
    "characters",
    "The path holds characters that no path should",
    "Use printable characters and forward slashes only.",
)
AMBIGUOUS = _unusable(
    "ambiguous",
    "The path means different files on different systems",
    "Leave out trailing dots, blanks, empty segments and reserved names.",
)
TOO_LONG = _unusable("too-long", "The path is too long", "Keep the path under 400 bytes and each name under 200.")
DIRECTORY = _unusable("directory", "The path names a folder", "End the path with the name of a file.")
GIT = Rule(
    "path/git",
    Level.ERROR,
    Effect.BLOCK,
    "The path reaches into the repository's own files",
    "Nothing may be written under .git; propose the change as a commit instead.",
    _HARM,
)
PROTECTED = Rule(
    "path/protected",
    Level.ERROR,
    Effect.BLOCK,
    "The path is protected by policy",
    "Let an operator decide; the policy lists the path among protected_paths.",
    _HARM,
)

_CONTROL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_DRIVE = re.compile(r"^[A-Za-z]:")
_RESERVED = re.compile(r"^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|$)", re.IGNORECASE)
_GIT_NAME = re.compile(r"^\.?git(?:~\d+)?$|^\.git$", re.IGNORECASE)
# A blank in a name is sound; what a shell, a URL or a template reads as more than a name is not.
_EXPANDED = re.compile(r"[;|<>\"?*`]|%[0-9a-fA-F]{2}|\$[A-Z({]|&&|\{\{|\r|\n")
_MAX_PATH_BYTES = 400
_MAX_NAME_BYTES = 200


@register
class FilePath(Analyzer):
    """Catches every path that is not a plain relative one, `.git` under any spelling, and protected paths.

    Compared without case, after NFKC, and without the characters that some file systems ignore. Lets dotfiles
    through that policy does not name. Whether a symlink escapes is known only when the file is written, and checked
    there.
    """

    rules = (EMPTY, ABSOLUTE, TRAVERSAL, CHARACTERS, AMBIGUOUS, TOO_LONG, DIRECTORY, GIT, PROTECTED)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        if subject.frame is None:
            return
        path, region = subject.frame.path, subject.report_region(1)
        for rule, message in (*_shape(path), *_segments(path), *_reach(path, rules.protected_paths)):
            yield Sighting(rule, message, region)


def _shape(path: str) -> Iterable[tuple[Rule, str]]:
    if not path.strip():
        yield EMPTY, "The path is empty"
        return
    if path.startswith(("/", "~", "\\")) or _DRIVE.match(path):
        yield ABSOLUTE, f"{path!r} is absolute"
    if "\\" in path or any(unicodedata.category(char) in _CONTROL for char in path):
        yield CHARACTERS, f"{path!r} holds backslashes, control or invisible characters"
    if expanded := _EXPANDED.search(path):
        yield CHARACTERS, f"{path!r} holds {expanded[0]!r}, which a shell or a URL reads as more than a name"
    if len(path.encode("utf-8", "replace")) > _MAX_PATH_BYTES:
        yield TOO_LONG, f"The path has {len(path)} characters"
    if path.endswith(("/", "\\")):
        yield DIRECTORY, f"{path!r} ends in a slash"


def _segments(path: str) -> Iterable[tuple[Rule, str]]:
    segments = _plain(path).split("/")
    if any(segment.strip() in {".", ".."} for segment in segments):
        yield TRAVERSAL, f"{path!r} has a . or .. segment"
    names = [segment for segment in path.strip("/").split("/") if segment not in {".", ".."}]
    if path.strip() and any(_is_ambiguous(name) for name in names):
        yield AMBIGUOUS, f"{path!r} has an empty name, or one that begins or ends in a blank or ends in a dot"
    if any(_RESERVED.match(name) for name in names) or ":" in path[2:]:
        yield AMBIGUOUS, f"{path!r} uses a name or a colon that Windows reserves"
    if any(len(name.encode("utf-8", "replace")) > _MAX_NAME_BYTES for name in names):
        yield TOO_LONG, "A name in the path has more than 200 bytes"


def _is_ambiguous(name: str) -> bool:
    return not name or name != name.strip() or name.endswith(".")


def _reach(path: str, protected: tuple[str, ...]) -> Iterable[tuple[Rule, str]]:
    segments = _reached_segments(path)
    if any(_GIT_NAME.match(segment) for segment in segments):
        yield GIT, f"{path!r} lies in the repository's own folder"
    if glob := protecting_glob(path, protected):
        yield PROTECTED, f"{path!r} is protected by {glob}"


def protecting_glob(path: str, protected: Iterable[str]) -> str | None:
    """The first of the globs that protects the path, however the path is spelled; None when none does.

    A glob behind an exclamation mark takes its paths out again.
    """
    normal = "/".join(segment for segment in _reached_segments(path) if segment not in {"", "."})
    globs = tuple(protected)
    if any(glob.startswith("!") and _glob(glob[1:]).match(normal) for glob in globs):
        return None
    return next((glob for glob in globs if _glob(glob).match(normal)), None)


def _reached_segments(path: str) -> list[str]:
    return [segment.rstrip(". ").split("::")[0] for segment in _plain(path).strip("/").split("/")]


def _plain(path: str) -> str:
    """What a lenient file system makes of the path: folded case, compatible forms, ignorables gone."""
    folded = unicodedata.normalize("NFKC", path).casefold().replace("\\", "/")
    return "".join(char for char in folded if unicodedata.category(char) not in {"Cf", "Cc"})


@lru_cache(maxsize=512)
def _glob(glob: str) -> re.Pattern[str]:
    """`**/` any folders, `**` anything, `*` within a name, `?` one character; compared without case."""
    pattern = re.escape(glob.casefold())
    for written, meant in ((r"\*\*/", "(?:[^/]+/)*"), (r"\*\*", ".*"), (r"\*", "[^/]*"), (r"\?", "[^/]")):
        pattern = pattern.replace(written, meant)
    return re.compile(rf"{pattern}\Z", re.DOTALL)
