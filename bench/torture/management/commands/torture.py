"""The whole of `python -m bench torture`, inside Django, on premises of its own."""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path
from typing import Any

import stripe
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from rich.console import Console

from bench.measure import ROOT
from bench.premises import (
    Program,
    running,
    sandbox_program,
    stop_when_told,
    wait_healthy,
    web_program,
    worker_program,
)
from bench.torture.course import Course
from bench.torture.fates import Stripe
from bench.torture.tally import show
from billing.sandbox import ControlClient
from billing.stripe_gateway import api_key
from fsarsite.djstripe_schema import migrate_empty_database


class Command(BaseCommand):
    """Exit code 1 when anything is off."""

    help = "Let a shop live through failing handlers, outages and kills, and compare its books with the sandbox's."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """How many orders, how much trouble, how many deliveries a second."""
        parser.add_argument(
            "--orders", type=int, default=145, help="orders; 29 is one of each fate (default: %(default)s)"
        )
        parser.add_argument(
            "--storm", type=float, default=60, help="seconds of trouble at least (default: %(default)s)"
        )
        parser.add_argument("--pace", type=float, default=50, help="deliveries a second (default: %(default)s)")
        parser.add_argument("--seed", type=int, default=0, help="of what is random here (default: the clock's)")

    def handle(self, *, orders: int, storm: float, pace: float, seed: int, **_: Any) -> None:
        """Live through it, then judge."""
        seed = seed or int(time.time())
        random.seed(seed)
        console = Console(highlight=False, soft_wrap=True)
        console.print(f"[dim]seed {seed}, logs in {settings.DATA_DIR} while it runs[/]")
        stop_when_told()
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        migrate_empty_database()
        call_command("migrate", verbosity=0)
        programs = _programs(settings.DATA_DIR)
        with running(*programs):
            for url in (settings.STRIPE.api_host, settings.SITE_ORIGIN):
                wait_healthy(url)
            course = Course(_stripe(), console, web=programs[1], worker=programs[2])
            course.run(orders=orders, storm_seconds=storm, per_second=pace)
            is_right = show(course, console)
        if not is_right:
            _keep_logs(settings.DATA_DIR, console)
            raise CommandError("something is off: see above")


def _keep_logs(folder: Path, console: Console) -> None:
    kept = ROOT / "bench" / "results" / "torture-logs"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(folder, kept, ignore=lambda _, names: [name for name in names if not name.endswith(".log")])
    console.print(f"[dim]{kept.relative_to(ROOT)}[/]")


def _programs(folder: Path) -> list[Program]:
    hook = settings.SITE_ORIGIN + reverse("stripe-webhook")
    return [sandbox_program(folder, hook), web_program(folder), worker_program(folder)]


def _stripe() -> Stripe:
    host = settings.STRIPE.api_host
    client = stripe.StripeClient(
        api_key(),
        base_addresses={"api": host},
        max_network_retries=8,
        http_client=stripe.RequestsClient(timeout=20),
    )
    return Stripe(host, client, ControlClient(host, os.environ["STRIPE_SANDBOX_CONTROL_TOKEN"]))
