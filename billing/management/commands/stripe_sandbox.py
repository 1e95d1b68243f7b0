"""``manage.py stripe_sandbox``: our own Stripe in a process of its own, until Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.sandbox import Sandbox, SandboxRefused

SECRET_VARIABLE = "STRIPE_SANDBOX_WEBHOOK_SECRET"  # noqa: S105 -- the name of a variable
TOKEN_VARIABLE = "STRIPE_SANDBOX_CONTROL_TOKEN"  # noqa: S105


class Command(BaseCommand):
    """Needs no database. Secrets may come from the environment, where other users cannot see them."""

    help = "Run a Stripe sandbox on 127.0.0.1: an API, a hosted checkout page and signed webhooks; no money moves."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen, where webhooks go, what is kept."""
        parser.add_argument("--port", type=int, default=12111, help="port to listen on (default: %(default)s)")
        parser.add_argument("--webhook", default="", metavar="URL", help="where every event goes, on this machine")
        parser.add_argument(
            "--webhook-secret",
            default=os.environ.get(SECRET_VARIABLE) or _own_secret(),
            help=f"signing secret of the webhook (default: {SECRET_VARIABLE}, else the one fsarsite checks with)",
        )
        parser.add_argument(
            "--control-token",
            default=os.environ.get(TOKEN_VARIABLE, ""),
            help=f"lets its holder use /_control/ (default: {TOKEN_VARIABLE}; without one nobody can)",
        )
        parser.add_argument(
            "--snapshot",
            type=Path,
            default=settings.DATA_DIR / "stripe-sandbox.json",
            help="where state is kept across restarts (default: %(default)s)",
        )
        parser.add_argument("--no-snapshot", action="store_true", help="keep state in memory only")

    def handle(self, *, port: int, snapshot: Path, no_snapshot: bool, **options: Any) -> None:
        """Serve until SIGTERM or SIGINT. Raises CommandError when the sandbox refuses to start."""
        ended = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: ended.set())
        try:
            sandbox = Sandbox(
                port,
                webhook_url=options["webhook"],
                webhook_secret=options["webhook_secret"] if options["webhook"] else "",
                snapshot=None if no_snapshot else snapshot,
                control_token=options["control_token"],
            ).start()
        except SandboxRefused as error:
            raise CommandError(f"{error}") from error
        self.stdout.write(f"Stripe sandbox on {sandbox.url}: no money moves (docs/stripe-sandbox.md)")
        self.stdout.flush()
        ended.wait()
        sandbox.stop()


def _own_secret() -> str:
    """What this installation verifies deliveries with, when a sandbox is what it talks to."""
    return settings.STRIPE.webhook_secrets[0] if settings.STRIPE.is_sandbox else ""
