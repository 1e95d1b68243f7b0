"""Our books against the sandbox's: every order, every fulfilment, every movement of money."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from bench.torture.buyers import Bought
from bench.torture.fates import Stripe
from billing.models import Dispute, LedgerEntry, Order, OrderEvent, Refund, WebhookDelivery
from billing.states import SETTLED, DeliveryStatus

_KEPT = frozenset({"failed", "canceled"})  # refunds whose money came back


@dataclass(frozen=True, slots=True)
class Balance:
    """Sums of one currency in minor units, ours and Stripe's, each as (rows, gross, fee, net)."""

    currency: str
    ours: tuple[int, int, int, int]
    theirs: tuple[int, int, int, int]


def wrong_orders(at: Stripe, bought: Sequence[Bought]) -> Iterator[str]:
    """What is wrong with each order, in words; nothing for one that is right."""
    orders = {order.pk: order for order in Order.objects.filter(pk__in=[each.order for each in bought])}
    refunds, disputes = _by_payment(at.api.v1.refunds), _by_payment(at.api.v1.disputes)
    sessions = {each["id"]: each for each in _all(at.api.v1.checkout.sessions)}
    for each in bought:
        order, session = orders[each.order], sessions[each.session]
        paid_by = session["payment_intent"] or ""
        returned = sum(one["amount"] for one in refunds.get(paid_by, ()) if one["status"] not in _KEPT)
        facts = {
            "status": (order.status, each.fate.ends),
            "total": (order.amount_total, session["amount_total"]),
            "currency": (order.currency, session["currency"].upper()),
            "payment": (order.stripe_payment_intent_id or "", paid_by),
            "refunded": (order.amount_refunded, returned),
            "fulfilled": (order.fulfilled_at is not None, each.fate.ends in SETTLED),
            "refunds": (_told(Refund, order), {one["id"]: one["status"] for one in refunds.get(paid_by, ())}),
            "disputes": (_told(Dispute, order), {one["id"]: one["status"] for one in disputes.get(paid_by, ())}),
        }
        for name, (ours, theirs) in facts.items():
            if ours != theirs:
                yield f"{order} ({each.fate.name}, {each.currency}): {name} is {ours}, not {theirs}"


def wrong_fulfilments() -> Iterator[str]:
    """Orders that were handed out another number of times than once, or than never when nothing was paid."""
    is_done = Q(events__kind=OrderEvent.Kind.FULFILLED)
    for order in Order.objects.annotate(times=Count("events", filter=is_done)):
        if order.times != int(order.status in SETTLED):
            yield f"{order} ({order.status}) was fulfilled {order.times} times"


def wrong_entries(at: Stripe) -> Iterator[str]:
    """Movements that only one side has, or that differ in a minor unit."""
    fields = ("external_id", "gross", "fee", "net", "currency")
    ours = {row[0]: row for row in LedgerEntry.objects.values_list(*fields)}
    theirs = {row[0]: row for row in map(_movement, _all(at.api.v1.balance_transactions))}
    for key in sorted(ours.keys() | theirs.keys()):
        if ours.get(key) != theirs.get(key):
            yield f"{key}: ours {ours.get(key)}, Stripe's {theirs.get(key)}"


def balances(at: Stripe) -> list[Balance]:
    """The sums by currency."""
    sums: dict[str, list[int]] = {}
    for _, gross, fee, net, currency in map(_movement, _all(at.api.v1.balance_transactions)):
        sums[currency] = [
            have + more for have, more in zip(sums.get(currency, [0] * 4), (1, gross, fee, net), strict=True)
        ]
    entries = LedgerEntry.objects.values("currency").order_by("currency")
    ours = {
        row["currency"]: (row["rows"], row["gross_sum"], row["fee_sum"], row["net_sum"])
        for row in entries.annotate(rows=Count("pk"), gross_sum=Sum("gross"), fee_sum=Sum("fee"), net_sum=Sum("net"))
    }
    nothing = (0, 0, 0, 0)
    return [
        Balance(currency, ours.get(currency, nothing), tuple(sums.get(currency, nothing)))  # type: ignore[arg-type]
        for currency in sorted(ours.keys() | sums.keys())
    ]


def wrong_deliveries(at: Stripe) -> Iterator[str]:
    """Events that were not kept, kept twice, or not processed in the end."""
    kept = Counter(WebhookDelivery.objects.values_list("event_id", flat=True))
    for event in _all(at.api.v1.events):
        if kept[event["id"]] != 1:
            yield f"{event['type']} {event['id']} was kept {kept[event['id']]} times"
    for delivery in WebhookDelivery.objects.exclude(status=DeliveryStatus.PROCESSED):
        yield f"{delivery} is {delivery.status}: {delivery.error}"


def unsent_receipts() -> Iterator[str]:
    """Paid orders whose receipt did not go out."""
    for order in Order.objects.filter(status__in=SETTLED, receipt_sent_at=None):
        yield f"{order} ({order.status}) has no receipt"


def _told(model: Any, order: Order) -> dict[str, str]:
    return dict(model.objects.filter(order=order).values_list("stripe_id", "status"))


def _by_payment(service: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for each in _all(service):
        found.setdefault(each["payment_intent"], []).append(each)
    return found


def _all(service: Any) -> Iterator[Any]:
    yield from service.list({"limit": 100}).auto_paging_iter()


def _movement(told: Any) -> tuple[str, int, int, int, str]:
    return told["id"], told["amount"], told["fee"], told["net"], told["currency"].upper()
