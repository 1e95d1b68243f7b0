"""What every analyzer is, and how it is found."""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import lru_cache
from typing import ClassVar

from proposals.gate.findings import Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject, is_too_large

_PACKAGE = "proposals.gate.analyzers"
_registered: dict[str, type[Analyzer]] = {}


class Analyzer(ABC):
    """One way of looking at a content. Deterministic, without side effects, and bounded in time and memory."""

    rules: ClassVar[tuple[Rule, ...]]

    @abstractmethod
    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        """What is seen, each a sighting of one of `self.rules`. `rules` is the policy."""


class RuleCollision(Exception):
    """Two analyzers declare one rule id."""


def register(analyzer: type[Analyzer]) -> type[Analyzer]:
    """Class decorator. Raises RuleCollision when another analyzer owns one of its rule ids."""
    taken = {rule.id: name for name, other in _registered.items() for rule in other.rules}
    name = f"{analyzer.__module__}.{analyzer.__qualname__}"
    for rule in analyzer.rules:
        if taken.get(rule.id, name) != name:
            raise RuleCollision(f"{rule.id} of {name} already belongs to {taken[rule.id]}")
    _registered[name] = analyzer
    return analyzer


@lru_cache(maxsize=1)
def all_analyzers() -> tuple[Analyzer, ...]:
    """One of each analyzer in analyzers/, by module name, so that findings come in the same order everywhere."""
    package = importlib.import_module(_PACKAGE)
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{_PACKAGE}.{module.name}")
    return tuple(_registered[name]() for name in sorted(_registered) if name.startswith(f"{_PACKAGE}."))


def catalogue() -> tuple[Rule, ...]:
    """Every rule of every analyzer, by id."""
    return tuple(sorted((rule for item in all_analyzers() for rule in item.rules), key=lambda rule: rule.id))


class FileAnalyzer(Analyzer):
    """An analyzer of framed files in some languages; an empty set means any file.

    Files above the policy's size are not read: content/too-large returns those.
    """

    languages: ClassVar[frozenset[Language]] = frozenset()

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        if subject.frame is None or is_too_large(subject.frame.content, rules):
            return ()
        if self.languages and subject.language not in self.languages:
            return ()
        return self.examine_file(subject, subject.frame.content)

    @abstractmethod
    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        """What is seen in `content`, which is within the policy's size."""
