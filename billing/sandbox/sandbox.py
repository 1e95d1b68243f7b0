"""The sandbox as a whole."""

from __future__ import annotations

import os
import secrets
import threading
from pathlib import Path
from typing import Self

from django.conf import settings

from billing.sandbox.api.dispatch import Api
from billing.sandbox.checkout_page import CheckoutPage
from billing.sandbox.control_api import PREFIX, ControlApi
from billing.sandbox.controls import Controls
from billing.sandbox.errors import SandboxRefused, StripeError
from billing.sandbox.exchanges import Answer, Request
from billing.sandbox.faults import Faults
from billing.sandbox.objects.webhook_endpoint import build_webhook_endpoint
from billing.sandbox.posting import require_loopback
from billing.sandbox.server import Server
from billing.sandbox.snapshot import Snapshot
from billing.sandbox.store import Store
from billing.sandbox.upkeep import Upkeep
from billing.sandbox.webhooks import Webhooks

CONFIGURED_ENDPOINT = "we_1SandboxConfigured000000"


class Sandbox:
    """A Stripe of our own on 127.0.0.1, in threads of this process; a context manager.

    `port` 0 takes a free one. Events go to `webhook_url`, signed with `webhook_secret`. State is kept in the file
    `snapshot` across restarts, else in memory. `controls` are for this process; `control_token` lets others use them
    over HTTP, and is made up when None is given; empty text shuts them out. It starts once and stops once.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        webhook_url: str = "",
        webhook_secret: str = "",
        snapshot: Path | None = None,
        control_token: str | None = None,
        webhook_workers: int = 4,
    ) -> None:
        if bool(webhook_url) != bool(webhook_secret):
            raise SandboxRefused("a webhook needs both its URL and its secret")
        self.control_token = secrets.token_urlsafe(24) if control_token is None else control_token
        self.store = Store()
        self.url = ""
        self._port = port
        self._webhook = (webhook_url, webhook_secret)
        self._faults = Faults()
        self._webhooks = Webhooks(self.store, webhook_workers)
        self.controls = Controls(self.store, self._webhooks, self._faults)
        self._control_api = ControlApi(self.controls, self.control_token)
        self._page = CheckoutPage(self.store)
        self._upkeep = Upkeep(self.store)
        self._snapshot = Snapshot(self.store, snapshot) if snapshot else None
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> Self:
        """Listen, deliver, keep. Raises SandboxRefused in production, for a busy port and for a damaged snapshot."""
        refuse_production()
        if self._webhook[0]:
            require_loopback(self._webhook[0])
        if self._snapshot:
            self._snapshot.load()
        try:
            self._server = Server(self._port, self._answer)
        except (OSError, OverflowError) as error:
            raise SandboxRefused(f"cannot listen on 127.0.0.1 port {self._port} ({error})") from error
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._api = Api(self.store, self._faults, self.url)
        self._configure_webhook()
        self._webhooks.start()
        self._upkeep.start()
        if self._snapshot:
            self._snapshot.start()
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="sandbox-server", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """End every thread and connection, and write the snapshot a last time. Does nothing when not started."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.end_connections()
        self._server.server_close()
        self._upkeep.stop()
        self._webhooks.stop()
        if self._snapshot:
            self._snapshot.stop()
        self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _configure_webhook(self) -> None:
        """The endpoint of this start takes the place of an earlier start's, and inherits what was not delivered."""
        url, secret = self._webhook
        if not url:
            return
        endpoint = build_webhook_endpoint(
            key=CONFIGURED_ENDPOINT, created=self.store.now(), url=url, enabled_events=["*"]
        )
        with self.store.lock:
            self.store.add(endpoint)
            self.store.note(CONFIGURED_ENDPOINT)["secret"] = secret

    def _answer(self, request: Request) -> Answer:
        if request.path.startswith(PREFIX):
            return self._control_api.answer(request)
        if request.path.startswith("/c/"):
            try:
                return self._page.answer(request)
            except StripeError as error:
                return Answer(error.status, str(error).encode(), content_type="text/plain; charset=utf-8")
        if request.path == "/healthz":
            return Answer(200, b'{"status": "ok"}')
        return self._api.answer(request)


def refuse_production() -> None:
    """Raise SandboxRefused in production, however the process came to be there."""
    if getattr(settings, "PRODUCTION", True) or os.environ.get("FSARSITE_ENV") == "production":
        raise SandboxRefused("the Stripe sandbox does not run in production: set a Stripe key instead")
