"""`bin/fsar` as a process of its own, and servers that misbehave."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from tests.factories.receivers import serving

CLIENT = Path(__file__).resolve().parents[3] / "bin" / "fsar"
Done = subprocess.CompletedProcess[bytes]


def environment(url: str, token: str) -> dict[str, str]:
    """What CI sets."""
    return os.environ | {"FSAR_URL": url, "FSAR_TOKEN": token, "NO_COLOR": "1", "no_proxy": "*"}


def run_client(url: str, token: str, *arguments: str, stdin: bytes = b"", cwd: Path | None = None) -> Done:
    """Run it to its end; the token stands in nothing that it says, and it never ends in a traceback."""
    done = subprocess.run(
        [sys.executable, str(CLIENT), *arguments],
        env=environment(url, token),
        input=stdin,
        capture_output=True,
        check=False,
        timeout=120,
        cwd=cwd,
    )
    assert not token or token.encode() not in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr
    return done


@dataclass
class Asked:
    """One request that came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Script:
    """What a server says, answer by answer, the last one for good; and what it was asked."""

    answers: list[tuple[int, dict[str, str], bytes]]
    asked: list[Asked] = field(default_factory=list)
    url: str = ""


@contextmanager
def scripted(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[Script]:
    """A real HTTP server on a free port that answers as it is told."""
    script = Script(list(answers))

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            script.asked.append(Asked(self.command, self.path, dict(self.headers), body))
            status, headers, content = script.answers.pop(0) if len(script.answers) > 1 else script.answers[0]
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(content))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, format: str, *_args: object) -> None:  # noqa: A002
            """Say nothing."""

    with serving(Handler) as script.url:
        yield script
