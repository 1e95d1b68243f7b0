"""HTTP on loopback: a thread per connection, handed to the API, the hosted page or the controls."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from billing.sandbox.exchanges import Answer, Request
from billing.sandbox.posting import LOOPBACK

MOST_BODY = 1024 * 1024
IDLE_SECONDS = 60
_NOT_LOOPBACK = Answer(HTTPStatus.FORBIDDEN, b'{"error": {"message": "The sandbox answers on loopback only."}}')
_TOO_LARGE = Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b'{"error": {"message": "The body is too large."}}')
_BROKEN = {"error": {"type": "api_error", "message": "The sandbox has a fault of its own; its log says more."}}
logger = logging.getLogger(__name__)


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1; knows its connections, so that stopping ends them too. Raises OSError for a busy port."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, answer: Callable[[Request], Answer]) -> None:
        self.answer = answer
        self._connections: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection before a thread takes it."""
        with self._guard:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection as it closes."""
        with self._guard:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """A caller that went away is no news."""
        logger.debug("connection from %s ended", client_address, exc_info=True)  # noqa: LOG014 -- called while handling it

    def end_connections(self) -> None:
        """Close what clients keep open: a pooled connection must not reach a sandbox that was stopped."""
        with self._guard:
            for connection in self._connections:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "fsarsite-stripe-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one packet
    timeout = IDLE_SECONDS
    server: Server

    def _answer(self) -> None:
        answer = self._answer_to()
        if answer.is_dropped:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value.replace("\r", "").replace("\n", ""))
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _answer_to(self) -> Answer:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MOST_BODY or "Transfer-Encoding" in self.headers:
            self.close_connection = True
            return _TOO_LARGE
        body = self.rfile.read(int(length))
        parts = urlsplit(self.path)
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in LOOPBACK:  # a name rebound to 127.0.0.1
            return _NOT_LOOPBACK
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            return self.server.answer(Request(self.command, parts.path, parts.query, headers, body))
        except Exception:  # the last resort: a client is owed an answer, and the log the reason
            logger.exception("%s %s", self.command, parts.path)
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, json.dumps(_BROKEN).encode())

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        logger.debug(format, *args)
