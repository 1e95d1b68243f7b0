"""Policy as data: what an operator may change without a release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

_MAX_SEVERITY = 75
_BANDS = ("block", "mitigate", "clear", "returned")
# Migrations are what proposals are for, so they are open; what runs us, ships us or holds secrets is not.
_PROTECTED = (
    ".github/**",
    ".gitlab/**",
    ".gitlab-ci.yml",
    ".circleci/**",
    ".ci/**",
    ".husky/**",
    ".vscode/**",
    ".gitmodules",
    ".gitattributes",
    "**/.env",
    "**/.env.*",
    "!**/.env.example",
    "!**/.env.sample",
    "!**/.env.template",
    "!**/.env.dist",
    "**/.netrc",
    "**/.npmrc",
    "**/.pypirc",
    "**/.pgpass",
    "**/.ssh/**",
    "**/.aws/**",
    "**/*.pem",
    "**/*.key",
    "**/id_rsa*",
    "**/secrets/**",
    "**/credentials*",
    "Jenkinsfile",
    "fsarsite/settings.py",
    "proposals/gate/**",
)


class PolicyError(Exception):
    """The policy's field {field} cannot be used: {reason}."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"The policy's field {field} cannot be used: {reason}.")
        self.field = field
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rules:
    """Thresholds and switches. Severities are 1..75, `approvals` counts people per band.

    `decide_within_hours` is when a decision is due, by band; `expires_after_days` when nobody may decide any more.
    """

    block_at: int = 45
    mitigate_at: int = 25
    floors: bool = True
    block_marker_severity: int = 50
    review_marker_severity: int = 30
    auto_execute: bool = True
    approvals: Mapping[str, int] = field(
        default_factory=lambda: {"block": 1, "mitigate": 1, "clear": 1, "returned": 1},
    )
    protected_paths: tuple[str, ...] = _PROTECTED
    decide_within_hours: Mapping[str, int] = field(
        default_factory=lambda: {"block": 24, "mitigate": 72, "clear": 168, "returned": 72},
    )
    expires_after_days: int = 14
    max_content_bytes: int = 262_144

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Rules:
        """The rules that `given` names, defaults for the rest. Raises PolicyError naming the first bad field."""
        if not isinstance(given, Mapping):
            raise PolicyError("(whole)", "give a JSON object of fields")
        known = {item.name for item in fields(cls)}
        for name in given:
            if name not in known:
                raise PolicyError(str(name), f"unknown; known are {', '.join(sorted(known))}")
        values = {name: _CHECKS[name](name, value) for name, value in given.items()}
        rules = cls(**values)
        if rules.mitigate_at > rules.block_at:
            raise PolicyError("mitigate_at", f"{rules.mitigate_at} is above block_at, which is {rules.block_at}")
        return rules

    def to_dict(self) -> dict[str, Any]:
        """JSON types only; `from_dict` reads it back to an equal value."""
        mappings = {"approvals": dict(self.approvals), "decide_within_hours": dict(self.decide_within_hours)}
        return {**asdict(self), **mappings, "protected_paths": list(self.protected_paths)}


def _whole_number(low: int, high: int) -> Any:
    def check(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise PolicyError(name, f"give a whole number from {low} to {high}")
        return value

    return check


def _switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise PolicyError(name, "give true or false")
    return value


def _by_band(low: int, high: int, defaults: Mapping[str, int]) -> Any:
    def check(name: str, value: Any) -> dict[str, int]:
        if not isinstance(value, Mapping) or not set(value) <= set(_BANDS):
            raise PolicyError(name, f"give an object with the keys {', '.join(_BANDS)}")
        numbers = {band: _whole_number(low, high)(f"{name}.{band}", number) for band, number in value.items()}
        return {**defaults, **numbers}

    return check


def _globs(name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise PolicyError(name, "give a list of path globs")
    for glob in value:
        if not isinstance(glob, str) or not glob.strip() or glob.startswith("/") or len(glob) > 200:
            raise PolicyError(name, f"{glob!r} is not a relative path glob of 1 to 200 characters")
    return tuple(value)


DEFAULT = Rules()
_CHECKS: dict[str, Any] = {
    "block_at": _whole_number(1, _MAX_SEVERITY),
    "mitigate_at": _whole_number(1, _MAX_SEVERITY),
    "floors": _switch,
    "block_marker_severity": _whole_number(1, _MAX_SEVERITY),
    "review_marker_severity": _whole_number(1, _MAX_SEVERITY),
    "auto_execute": _switch,
    "approvals": _by_band(1, 10, DEFAULT.approvals),
    "protected_paths": _globs,
    "decide_within_hours": _by_band(1, 24 * 365, DEFAULT.decide_within_hours),
    "expires_after_days": _whole_number(1, 3650),
    "max_content_bytes": _whole_number(1024, 1_048_576),
}
