"""What comes in and what goes out, free of any server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from billing.sandbox.errors import StripeError


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. Header names are in lower case."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def text(self) -> str:
        """The body as text. Raises StripeError when it is not UTF-8."""
        try:
            return self.body.decode()
        except UnicodeDecodeError as error:
            raise StripeError("The request body is not UTF-8.") from error


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; with `is_dropped`, the connection closes without one."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    is_dropped: bool = False

    @classmethod
    def dropped(cls) -> Answer:
        """No answer at all."""
        return cls(0, b"", is_dropped=True)
