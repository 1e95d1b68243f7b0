"""A server that speaks the chat-completions API, for as long as a test lasts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, Self

from tests.factories.receivers import serving

Reply = Callable[[dict[str, Any]], tuple[int, Any]]


@dataclass
class ChatServer:
    """Answers with what ``reply`` makes of a request; ``requests`` and ``keys`` keep what came."""

    reply: Reply
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append({"path": self.path, **asked})
                outer.keys.append(self.headers["Authorization"])
                status, answer = outer.reply(asked)
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                pass

        self._serving = serving(Handler)
        self._address = self._serving.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._serving.__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        """The base address to register."""
        return f"{self._address}/v1"


def says(text: str, *, tokens: tuple[int, int] = (1200, 300)) -> Reply:
    """A reply of one choice."""
    answer = {
        "id": "chat-1",
        "object": "chat.completion",
        "created": 1,
        "model": "any",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)},
    }
    return lambda _asked: (200, answer)


def drafts_a_file(path: str = "shop/gift_cards.html", content: str = "<p>Gift cards</p>\n") -> Reply:
    """A reply with a draft of one file."""
    return says(
        json.dumps({"path": path, "content": content, "risks": ["Nobody buys one."], "mitigations": ["Revert it."]})
    )
