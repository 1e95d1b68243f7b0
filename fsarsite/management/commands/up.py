"""``manage.py up``: schema, samples, web server and worker, in one terminal, until Ctrl-C."""

from __future__ import annotations

import http.client
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from fsarsite.data import keep_data
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
                _migrate_if_needed()
            if not no_samples:
                with self._stage("samples"):
                    call_command("load_samples")
            connections.close_all()  # the children open their own
            supervisor = Supervisor([_web(host, port, workers), _worker()], self.console)
            supervisor.run(when_started=lambda: self._announce(host, port))
        self.console.print("stopped")

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.console.print(f"[green]✓[/] {name} [dim]{time.monotonic() - began:.1f} s[/]")

    def _announce(self, host: str, port: int) -> None:
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
        self.console.print(_addresses(_base_url(host, port), self.login, time.monotonic() - self.began))


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


def _migrate_if_needed() -> None:
    """Apply migrations. Finding out that there are none costs less than running the command to learn it."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def _web(host: str, port: int, workers: int) -> Child:
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options = ["--bind", bind, "--workers", str(workers), "--worker-class", "gthread", "--threads", "4"]
    options += ["--log-level", "warning", "--graceful-timeout", "5", "--no-control-socket"]
    argv = [sys.executable, "-m", "gunicorn", "fsarsite.wsgi:application", "--chdir", str(settings.BASE_DIR), *options]
    return Child("web", argv, env={"FSARSITE_PROCESS": "web"})


def _worker() -> Child:
    """With more grace than it gives its own clusters."""
    argv = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_worker"]
    grace = settings.EXECUTION_GRACE_SECONDS + 10
    return Child("worker", argv, env={"FSARSITE_PROCESS": "worker"}, grace_seconds=grace)


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


def _addresses(base: str, login: str, seconds: float) -> Panel:
    table = Table.grid(padding=(0, 2))
    table.add_row("admin queue", f"{base}/admin/")
    table.add_row("offers", f"{base}/offers/")
    table.add_row("API docs", f"{base}/api/v1/docs/")
    table.add_row("login", login)
    return Panel(table, title=f"fsarsite is up after {seconds:.1f} s", subtitle="Ctrl-C stops everything", expand=False)
