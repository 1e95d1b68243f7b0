"""What every operation's description has in common."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction, OpenApiParameter

from proposals.api.endpoint import FIELDS
from proposals.api.idempotency import HEADER
from proposals.api.problems import KEY_REUSED, MEDIA_TYPE, STILL_RUNNING, THROTTLED, problem_responses
from proposals.api.scopes import SAFE

_KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="Up to 255 visible ASCII characters, for this request only. Sent again within 24 hours, it has no "
    "second effect and gets the same answer, with the header `Idempotency-Replayed: true`.",
)

_FIELDS = OpenApiParameter(
    FIELDS, str, description="Names of the fields wanted of each row, with commas between. All, unless given."
)


class OperationSchema(AutoSchema):
    """Every operation may be throttled; every write minds the header, and may be refused for it."""

    def get_override_parameters(self) -> list[Any]:
        """The header, for a write; for a read of rows, which fields of them."""
        if self.method not in SAFE:
            return [_KEY]
        return [_FIELDS] if getattr(self.view, "takes_fields", False) else []

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        """Those of the operation, and these."""
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        ours = problem_responses(THROTTLED, *(() if self.method in SAFE else (KEY_REUSED, STILL_RUNNING)))
        for (status, media_type), each in ours.items():
            said = self._get_response_for_code(each, str(status), [media_type], direction)  # type: ignore[no-untyped-call]
            there = bodies.setdefault(str(status), said)
            if there is not said:
                _add(there, said)
        return bodies


def _add(there: dict[str, Any], said: dict[str, Any]) -> None:
    """The words and examples of another problem of the same status."""
    examples = there["content"][MEDIA_TYPE].setdefault("examples", {})
    fresh = {name: each for name, each in said["content"][MEDIA_TYPE]["examples"].items() if name not in examples}
    if fresh:
        there["description"] = f"{there['description']} {said['description']}"
        examples.update(fresh)
