"""What happens, one thing after the other: a storm, a steady pace, the calm after it."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import OperationalError, close_old_connections, connection
from django.db.models import Sum
from django.urls import reverse
from django_q.models import OrmQ
from rich.console import Console

from bench.premises import Program
from bench.torture.buyers import Bought, buy_many, disturb_catalogue, open_shop
from bench.torture.fates import Stripe
from bench.torture.pace import COPIES, Answers, deliver_at_pace
from bench.torture.trouble import LATENCY_SECONDS, Trouble
from billing.models import Order, WebhookDelivery
from billing.services import replay_delivery, request_refund, sweep_deliveries
from billing.states import DeliveryStatus, OrderStatus
from billing.stripe_gateway import StripeUnavailable
from proposals.models import User

AT_PACE_SHARE = 1 / 4  # of the orders, told at a steady pace; the rest are told in the storm
RETRY_SECONDS = (0.2, 0.5, 1, 2, 3, 5, 5, 5, 5, 10, 10, 10)
SWEEP_SECONDS = 1.0  # a minute in the product
PATIENCE_SECONDS = 1800.0
STORM_SHARE = 0.8  # of what was delivered is tried once at least before the storm ends
REFUNDS = 6
_OPEN = (DeliveryStatus.RECEIVED, DeliveryStatus.FAILED)


class CourseFailed(Exception):
    """It did not come to an end: what was left is in the message."""


class Course:
    """Runs once; afterwards its fields say what was done."""

    def __init__(self, at: Stripe, console: Console, *, web: Program, worker: Program) -> None:
        self.at = at
        self.bought: list[Bought] = []
        self.trouble: Counter[str] = Counter()
        self.answers: Answers | None = None
        self.cpu_per_delivery = 0.0
        self.dead = 0
        self.seconds: dict[str, float] = {}
        self._console = console
        self._programs = web, worker

    def run(self, *, orders: int, storm_seconds: float, per_second: float) -> None:
        """Everything. Raises CourseFailed when work is left over."""
        self.at.controls.call("hold")
        self.at.controls.call("deliver", copies=COPIES, retry_seconds=RETRY_SECONDS)
        offer = open_shop(self.at)
        at_pace = int(orders * AT_PACE_SHARE)
        with self._stage("orders placed while calls fail and answers get lost"):
            self.bought += buy_many(self.at, settings.SITE_ORIGIN, offer, orders - at_pace, first=0)
            disturb_catalogue(self.at)
        with self._stage("storm"):
            self._storm(storm_seconds)
        self.at.controls.call("deliver", copies=1, retry_seconds=RETRY_SECONDS)
        with self._stage("more orders"):
            self.bought += buy_many(self.at, settings.SITE_ORIGIN, offer, at_pace, first=orders - at_pace)
        with self._stage("steady pace"):
            self._keep_pace(per_second)
        with self._stage("calm"):
            self._calm_down()
        with self._stage("refunds by an operator, answers lost"):
            self._refund()
            self._calm_down()

    def _stage(self, name: str) -> Any:
        return _Stage(name, self.seconds, self._console)

    def _storm(self, least_seconds: float) -> None:
        """Each event three times: in order, in reverse and shuffled, all at the same time."""
        ends = time.monotonic() + least_seconds
        with Trouble(self.at.controls, *self._programs, _count_attempts) as trouble:
            for batch in _batches(self.at.controls.call("deliveries", state="held")["deliveries"]):
                self.at.controls.call("release", deliveries=batch, keep_holding=True)
            self._sweep_until(
                lambda: time.monotonic() > ends and not self._is_pending() and _share_tried() > STORM_SHARE,
                "deliveries in the storm",
            )
        self.trouble = trouble.counted
        self.trouble["handlers and fetches that failed"] = sum(
            attempts - (status == DeliveryStatus.PROCESSED)
            for attempts, status in WebhookDelivery.objects.values_list("attempts", "status")
        )

    def _is_pending(self) -> bool:
        return bool(self.at.controls.call("counts")["deliveries"].get("pending"))

    def _keep_pace(self, per_second: float) -> None:
        """New events, with workers at work and Stripe's usual slowness; then the same once more from the sandbox."""
        known = set(WebhookDelivery.objects.values_list("event_id", flat=True))
        events = [json.loads(str(each)) for each in self.at.api.v1.events.list({"limit": 100}).auto_paging_iter()]
        new = [each for each in events if each["id"] not in known]
        self.at.controls.call("latency", seconds=LATENCY_SECONDS)
        web, before = self._programs[0], self._programs[0].cpu_seconds()
        self.answers = deliver_at_pace(settings.SITE_ORIGIN + reverse("stripe-webhook"), new, per_second)
        self.cpu_per_delivery = (web.cpu_seconds() - before) / len(self.answers.waits)
        self.at.controls.call("latency", seconds=0)
        self.at.controls.call("release", order="shuffled", seed=random.randrange(1000))
        self._sweep_until(lambda: not self._is_pending(), "deliveries after the pace")

    def _calm_down(self) -> None:
        """Until nothing is left to do. What is dead, an operator has processed again."""
        self._sweep_until(lambda: not self._is_pending() and not _left(), "processing")
        dead = list(WebhookDelivery.objects.filter(status=DeliveryStatus.DEAD).values_list("pk", flat=True))
        self.dead += len(dead)
        for key in dead:
            replay_delivery(delivery_id=key, by=_operator())
        self._sweep_until(lambda: not _left() and not OrmQ.objects.exists(), "replays and receipts")

    def _refund(self) -> None:
        """In part and in full; Stripe makes each refund, and its answer gets lost three times."""
        chosen = [each for each in self.bought if each.fate.name == "paid"][:REFUNDS]
        for number, each in enumerate(chosen):
            order = Order.objects.get(pk=each.order)
            is_whole = bool(number % 2)
            asked: dict[str, Any] = {"order_id": order.pk, "amount": order.amount_total if is_whole else 100}
            asked |= {"by": _operator(), "reference": uuid.uuid4()}  # a form sent again, whatever came in meanwhile
            self.at.controls.call("fail", times=3, status=0, method="POST", path="/v1/refunds", after=True)
            for _ in range(2):
                try:
                    request_refund(**asked, reason="Given back for the bench.")
                    break
                except StripeUnavailable:
                    self.trouble["refunds whose answer was lost for good"] += 1
            ends = OrderStatus.REFUNDED if is_whole else OrderStatus.PARTIALLY_REFUNDED
            self.bought[self.bought.index(each)] = replace(each, fate=replace(each.fate, ends=ends))

    def _sweep_until(self, is_done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                sweep_deliveries()
                if is_done():
                    return
            except OperationalError:  # our own connection may be cut as well
                close_old_connections()
            if time.monotonic() > deadline:
                raise CourseFailed(f"{what}: not done after {PATIENCE_SECONDS:g} s, {_left()} left")
            time.sleep(SWEEP_SECONDS)


class _Stage:
    def __init__(self, name: str, seconds: dict[str, float], console: Console) -> None:
        self._name, self._seconds, self._console = name, seconds, console

    def __enter__(self) -> None:
        self._began = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._seconds[self._name] = round(time.monotonic() - self._began, 1)
        self._console.print(f"[dim]{self._name}: {self._seconds[self._name]:g} s[/]")


def _batches(held: Sequence[dict[str, Any]]) -> list[list[str]]:
    """One batch per copy: the first in order, the second in reverse, the third shuffled."""
    by_event: dict[str, list[str]] = {}
    for each in held:
        by_event.setdefault(each["event"], []).append(each["id"])
    created, backwards, shuffled = (list(batch) for batch in zip(*by_event.values(), strict=True))
    random.shuffle(shuffled)
    return [created, backwards[::-1], shuffled]


def _count_attempts() -> int:
    """How many were made so far. From any thread, also while connections are cut."""
    try:
        return WebhookDelivery.objects.aggregate(made=Sum("attempts"))["made"] or 0
    except OperationalError:
        return 0
    finally:
        connection.close()


def _share_tried() -> float:
    tried = WebhookDelivery.objects.filter(attempts__gt=0).count()
    return tried / max(1, WebhookDelivery.objects.count())


def _left() -> int:
    return WebhookDelivery.objects.filter(status__in=_OPEN).count()


def _operator() -> User:
    found = User.objects.filter(username="torture").first()
    return found or User.objects.create_superuser("torture", "torture@example.com", "unused")
