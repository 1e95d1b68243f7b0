"""The whole of `python -m bench webhooks`, inside Django, on premises of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from os import cpu_count, getloadavg
from statistics import median
from typing import Any

import stripe
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.urls import reverse
from djstripe.models import Event, WebhookEndpoint
from rich.console import Console
from rich.table import Table

from bench.measure import ROOT
from bench.premises import running, sandbox_program, stop_when_told, wait_healthy, web_program, worker_program
from bench.torture.buyers import buy_many, open_shop
from bench.torture.fates import Stripe
from bench.webhooks.burst import Burst, run_burst
from billing.models import Offer, WebhookDelivery
from billing.sandbox import ControlClient
from billing.states import DeliveryStatus
from billing.stripe_gateway import api_key
from fsarsite.djstripe_schema import migrate_empty_database

LATENCIES = (0.0, 0.15)
OURS, THEIRS = "ours", "dj-stripe"


class Command(BaseCommand):
    """Both take the same kinds of events about the same kinds of orders, each event once."""

    help = "Measure webhooks: ours, then dj-stripe's own view, with a quick and a slow Stripe."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """How much to measure."""
        parser.add_argument(
            "--orders", type=int, default=29, help="orders per burst, about 8 events each (%(default)s)"
        )
        parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts (%(default)s)")

    def handle(self, *, orders: int, rounds: int, **_: Any) -> None:
        """Prepare, measure in turn, print, keep."""
        self.console = Console(highlight=False, soft_wrap=True)
        self.orders, self.bought = orders, 0
        stop_when_told()
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
        migrate_empty_database()
        call_command("migrate", verbosity=0)
        self.worker = worker_program(settings.DATA_DIR)
        with running(sandbox_program(settings.DATA_DIR, ""), web_program(settings.DATA_DIR)):
            for url in (settings.STRIPE.api_host, settings.SITE_ORIGIN):
                wait_healthy(url)
            self.stripe = _stripe()
            self.offer = open_shop(self.stripe)
            results = self._measure(rounds)
        _show(results, self.console)
        _keep(results, self.console)

    def _measure(self, rounds: int) -> dict[tuple[str, float], list[Burst]]:
        urls = {OURS: reverse("stripe-webhook"), THEIRS: _endpoint_path()}
        results: dict[tuple[str, float], list[Burst]] = {}
        for number in range(1, rounds + 1):
            for latency in LATENCIES:
                for name, path in urls.items():
                    burst = self._burst(name, settings.SITE_ORIGIN + path, latency)
                    results.setdefault((name, latency), []).append(burst)
                    self.console.print(f"[dim]round {number}, {latency * 1000:g} ms, {name}: {burst}[/]")
        return results

    def _burst(self, name: str, url: str, latency: float) -> Burst:
        events = self._new_events(self.offer)
        with running(*([self.worker] if name == OURS else [])):
            run_burst(url, events[:1], _counter(name, events[:1]))  # warm, and the worker is up
            self.stripe.controls.call("latency", seconds=latency)
            try:
                return run_burst(url, events[1:], _counter(name, events[1:]))
            finally:
                self.stripe.controls.call("latency", seconds=0)

    def _new_events(self, offer: Offer) -> list[dict[str, Any]]:
        """Those of new orders, the oldest first."""
        known = {each["id"] for each in self._events()}
        bought = list(
            buy_many(self.stripe, settings.SITE_ORIGIN, offer, self.orders, first=self.bought, is_flaky=False)
        )
        self.bought += len(bought)
        return [each for each in reversed(self._events()) if each["id"] not in known]

    def _events(self) -> list[dict[str, Any]]:
        return [json.loads(str(each)) for each in self.stripe.api.v1.events.list({"limit": 100}).auto_paging_iter()]


def _stripe() -> Stripe:
    host = settings.STRIPE.api_host
    client = stripe.StripeClient(api_key(), base_addresses={"api": host}, http_client=stripe.RequestsClient(timeout=20))
    return Stripe(host, client, ControlClient(host, os.environ["STRIPE_SANDBOX_CONTROL_TOKEN"]))


def _endpoint_path() -> str:
    endpoint = WebhookEndpoint.objects.create(
        id="we_bench",
        livemode=False,
        url=settings.SITE_ORIGIN,
        enabled_events=["*"],
        status="enabled",
        secret=settings.STRIPE.webhook_secrets[0],
    )
    return reverse("djstripe:djstripe_webhook_by_uuid", args=[endpoint.djstripe_uuid])


def _counter(name: str, events: Sequence[dict[str, Any]]) -> Any:
    keys = [each["id"] for each in events]
    done = (
        WebhookDelivery.objects.filter(event_id__in=keys, status=DeliveryStatus.PROCESSED)
        if name == OURS
        else Event.objects.filter(id__in=keys)
    )
    return done.count


def _show(results: dict[tuple[str, float], list[Burst]], console: Console) -> None:
    table = Table("Stripe's latency", "view", title="Webhooks, median of the rounds")
    for heading in ("acknowledged/s", "processed/s", "not taken at first", "longest wait, s"):
        table.add_column(heading, justify="right")
    for (name, latency), bursts in sorted(results.items(), key=lambda item: item[0][1]):
        cells = (median(getattr(each, field) for each in bursts) for field in Burst.__slots__)
        table.add_row(f"{latency * 1000:g} ms", name, *(f"{cell:,.1f}" for cell in cells))
    console.print(table)
    for latency in LATENCIES:
        ratios = (_ratio(results, latency, field) for field in ("acknowledged", "processed"))
        shown = ", ".join(
            f"{name} {ratio:.2f}" for name, ratio in zip(("acknowledged", "processed"), ratios, strict=True)
        )
        console.print(f"ours ÷ dj-stripe's at {latency * 1000:g} ms: {shown}")


def _ratio(results: dict[tuple[str, float], list[Burst]], latency: float, field: str) -> float:
    ours, theirs = (median(getattr(each, field) for each in results[name, latency]) for name in (OURS, THEIRS))
    return float(ours / theirs)


def _keep(results: dict[tuple[str, float], list[Burst]], console: Console) -> None:
    folder = ROOT / "bench" / "results"
    folder.mkdir(exist_ok=True)
    now = datetime.now(UTC)
    path = folder / f"webhooks-{now:%Y%m%dT%H%M%SZ}.json"
    document = {
        "measured_at": now.isoformat(timespec="seconds"),
        "machine": {"cpus": cpu_count(), "load": getloadavg()},
        "bursts": {
            f"{name} {latency:g} s": [asdict(each) for each in bursts] for (name, latency), bursts in results.items()
        },
    }
    path.write_text(json.dumps(document, indent=2) + "\n")
    console.print(f"[dim]{path.relative_to(ROOT)}[/]")
