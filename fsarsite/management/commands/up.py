"""``manage.py up``: schema, samples, web server and worker, in one terminal, until Ctrl-C."""

from __future__ import annotations

import http.client
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections
from django.urls import reverse
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from billing.management.commands.stripe_sandbox import SECRET_VARIABLE
from fsarsite.data import keep_data
from fsarsite.djstripe_schema import migrate_if_needed
from fsarsite.stripe_settings import sandbox_port
from fsarsite.supervisor import Child, Supervisor

HEALTH_SECONDS = 60
EVERY_INTERFACE = ("0.0.0.0", "::", "")  # noqa: S104


class Command(BaseCommand):
    """Prepares everything, then keeps web and worker running. The embedded server is manage.py's affair."""

    help = "Run the whole of fsarsite here: migrate, load the samples, serve the web and work on tasks until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen, with how many web workers, and whether to load samples."""
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
        parser.add_argument("--workers", type=int, default=2, help="web worker processes (default: %(default)s)")
        parser.add_argument("--no-samples", action="store_true", help="load no sample reports and offers")

    def handle(self, *, host: str, port: int, workers: int, no_samples: bool, **_: Any) -> None:
        """Run until a signal. Exit code 1 when the port is busy or a stage fails."""
        self.console = Console(soft_wrap=True, highlight=False)
        self.began = time.monotonic()
        self.login = "manage.py createsuperuser" if no_samples else "operator (lost: manage.py changepassword operator)"
        _refuse_busy_port(host, port)
        with keep_data():
            with self._stage("database schema"):
                migrate_if_needed()
            if not no_samples:
                with self._stage("samples"):
                    call_command("load_samples")
            connections.close_all()  # the children open their own
            base, sandbox = _base_url(host, port), _sandbox_port()
            surroundings = {"SITE_ORIGIN": base} | ({"STRIPE_API_HOST": _sandbox_url(sandbox)} if sandbox else {})
            children = [_web(host, port, workers, surroundings), _worker(surroundings)]
            if sandbox:
                children.append(_sandbox(sandbox, port))
            supervisor = Supervisor(children, self.console)
            supervisor.run(when_started=lambda: self._announce(host, port, sandbox))
        self.console.print("stopped")

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.console.print(f"[green]✓[/] {name} [dim]{time.monotonic() - began:.1f} s[/]")

    def _announce(self, host: str, port: int, sandbox: int) -> None:
        """Once the web server answers, say where everything is."""
        began = time.monotonic()
        while not _is_healthy(host, port):
            if time.monotonic() - began > HEALTH_SECONDS:
                self.console.print(
                    f"[red]nothing answers on port {port} after {HEALTH_SECONDS} s: see the lines above[/]"
                )
                return
            time.sleep(0.1)
        self.console.print(f"[green]✓[/] web and worker [dim]{time.monotonic() - began:.1f} s[/]")
        self.console.print(_addresses(_base_url(host, port), self.login, sandbox, time.monotonic() - self.began))


def _refuse_busy_port(host: str, port: int) -> None:
    """Raise CommandError before anything is started when the web server could not listen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CommandError(f"cannot listen on {host} port {port} ({reason}): choose another with --port") from error


def _web(host: str, port: int, workers: int, surroundings: dict[str, str]) -> Child:
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = ["--bind", bind, "--workers", str(workers), "--worker-class", "gthread", "--threads", "4"]
    options += ["--log-level", "warning", "--graceful-timeout", "5", "--no-control-socket"]
    argv = [sys.executable, "-m", "gunicorn", "fsarsite.wsgi:application", "--chdir", str(settings.BASE_DIR), *options]
    return Child("web", argv, env=surroundings | {"FSARSITE_PROCESS": "web"})


def _worker(surroundings: dict[str, str]) -> Child:
    """With more grace than it gives its own clusters."""
    argv = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_worker"]
    grace = settings.EXECUTION_GRACE_SECONDS + 10
    return Child("worker", argv, env=surroundings | {"FSARSITE_PROCESS": "worker"}, grace_seconds=grace)


def _sandbox_port() -> int:
    """Where the Stripe sandbox is to listen: its usual port, else any; 0 when a key or a host for Stripe is set."""
    if not settings.STRIPE.is_sandbox or os.environ.get("STRIPE_API_HOST"):
        return 0
    for port in (sandbox_port(settings.DATA_DIR), 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise CommandError("no port is free for the Stripe sandbox")


def _sandbox_url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _sandbox(port: int, web_port: int) -> Child:
    """Our own Stripe, which tells the web server of every event."""
    argv = [sys.executable, str(settings.BASE_DIR / "manage.py"), "stripe_sandbox", "--port", str(port)]
    argv += ["--webhook", f"http://127.0.0.1:{web_port}{reverse('stripe-webhook')}"]
    argv += ["--snapshot", str(settings.DATA_DIR / "sandbox" / "state.json")]
    return Child("stripe", argv, env={SECRET_VARIABLE: settings.STRIPE.webhook_secrets[0]})


def _base_url(host: str, port: int) -> str:
    shown = "localhost" if host in EVERY_INTERFACE else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"


def _is_healthy(host: str, port: int) -> bool:
    client = http.client.HTTPConnection("localhost" if host in EVERY_INTERFACE else host, port, timeout=5)
    try:
        client.request("GET", "/healthz", headers={"Host": f"localhost:{port}"})
        return client.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


def _addresses(base: str, login: str, sandbox: int, seconds: float) -> Panel:
    table = Table.grid(padding=(0, 2))
    table.add_row("admin queue", f"{base}/admin/")
    table.add_row("offers", f"{base}/offers/")
    table.add_row("API docs", f"{base}/api/v1/docs/")
    table.add_row("login", login)
    if sandbox:
        table.add_row("Stripe", f"sandbox on {_sandbox_url(sandbox)}; pay with 4242 4242 4242 4242")
    return Panel(table, title=f"fsarsite is up after {seconds:.1f} s", subtitle="Ctrl-C stops everything", expand=False)
