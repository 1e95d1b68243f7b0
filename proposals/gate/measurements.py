"""What was measured of a proposal outside of its text: by a database that ran it, by the workspace that it goes to.

The gate reads nothing but content. Whoever can ask the world (see `proposals.measurements`) hands in what it
answered, and the gate judges by it as by anything that an analyzer saw.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Measurement:
    """`rule_id` of the rule that it speaks for, `message` in one sentence, `line` of the framed file; 0 for none.

    `message` may quote what the content holds: hand in nothing that was measured with the secrets in it.
    """

    rule_id: str
    message: str
    line: int = 0

    def to_dict(self) -> dict[str, Any]:
        """JSON types; `from_dict` reads it back to an equal value."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Measurement:
        """Raises KeyError, TypeError, ValueError."""
        return cls(str(stored["rule_id"]), str(stored["message"]), int(stored["line"]))


def digest_of(measurements: Iterable[Measurement]) -> str:
    """``sha256:`` and the hex digest of what was measured, in any order; empty for nothing."""
    rows = sorted(json.dumps(each.to_dict(), sort_keys=True) for each in measurements)
    return f"sha256:{hashlib.sha256(','.join(rows).encode()).hexdigest()}" if rows else ""
