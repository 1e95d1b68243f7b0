"""What a customer may ask of us: all their data, or that it be gone."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from billing import mirror, stripe_gateway
from billing.dossier import dossier_of
from billing.models import Customer, CustomerEvent, Order, OrderEvent, Refund, WebhookDelivery
from billing.personal_data import without_personal_data
from billing.states import OrderStatus
from billing.stripe_gateway import Json
from proposals.models import User

REASON_LENGTH = 10
_UNFINISHED = (OrderStatus.PENDING, OrderStatus.PROCESSING, OrderStatus.DISPUTED)


class PrivacyRefused(Exception):
    """Why a customer's data is neither given out nor erased; the message says it in words."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What erasing does, or did. `mentions` are texts of operators that name the customer: nobody can change those."""

    orders: int
    emptied: int
    mentions: int
    stripe_id: str
    obstacle: str


@transaction.atomic
def export_customer(*, customer_id: int, reason: str, by: User | None) -> Json:
    """All that is kept about a customer; that it was asked for is kept too. `by` is None for a command.

    Raises PrivacyRefused.
    """
    _require(by, "export_customer", reason)
    customer = _locked(customer_id)
    _note(customer, CustomerEvent.Kind.EXPORTED, reason, by)
    return dossier_of(customer)


@transaction.atomic
def plan_erasure(customer_id: int) -> Erasure:
    """What `erase_customer` would do; changes nothing. Raises PrivacyRefused."""
    customer = _locked(customer_id)
    planned = _erase(customer)
    transaction.set_rollback(True)
    return planned


def erase_customer(*, customer_id: int, reason: str, by: User | None, at_stripe: bool = False) -> Erasure:
    """Take the person out of everything we keep; orders and the ledger stay. Not inside a transaction.

    Idempotent. With `at_stripe` the customer is deleted there as well, afterwards: when that raises StripeUnavailable
    or StripeRefused, all is erased here, and calling again goes on there. Raises PrivacyRefused, with nothing changed.
    """
    _require(by, "erase_customer", reason)
    with transaction.atomic():
        customer = _locked(customer_id)
        was_erased = customer.is_erased
        done = _erase(customer)
        if done.obstacle:
            raise PrivacyRefused(done.obstacle)
        if not was_erased:
            _note(customer, CustomerEvent.Kind.ERASED, reason, by)
    if at_stripe and customer.stripe_id:
        stripe_gateway.delete_customer(customer.stripe_id)
        _note(customer, CustomerEvent.Kind.ERASED_AT_STRIPE, reason, by)
    return done


def _erase(customer: Customer) -> Erasure:
    orders = list(customer.orders.all())
    obstacle = _obstacle(orders)
    mentions = _count_mentions(customer)
    emptied = 0 if obstacle else _empty_rows(customer, orders)
    if not obstacle and not customer.is_erased:
        customer.name = customer.email = ""
        customer.email_index, customer.anonymised_at = None, timezone.now()
        customer.save(update_fields=["name", "email", "email_index", "anonymised_at", "updated_at"])
    return Erasure(len(orders), emptied, mentions, customer.stripe_id or "", obstacle)


def _obstacle(orders: list[Order]) -> str:
    """Whoever is still paying, or argues with the bank about it, is still needed."""
    for order in orders:
        if order.status in _UNFINISHED:
            state = order.get_status_display().lower()
            return f"{order} is not finished: {state}. What nobody pays closes by itself within two days"
    return ""


def _empty_rows(customer: Customer, orders: list[Order]) -> int:
    """What was stored before we took the person out at the door. Returns how many rows changed."""
    references = [str(order.reference) for order in orders]
    about = Q(order_reference__in=references)
    if customer.stripe_id:
        about |= Q(object_id=customer.stripe_id) | Q(payload__data__object__customer=customer.stripe_id)
    emptied = 0
    for delivery in WebhookDelivery.objects.filter(about).iterator():
        payload = without_personal_data(delivery.payload)
        if payload != delivery.payload:
            delivery.payload = payload
            delivery.save(update_fields=["payload"])
            emptied += 1
    intents = [order.stripe_payment_intent_id or "" for order in orders]
    return emptied + (mirror.empty_rows_of(customer.stripe_id, intents) if customer.stripe_id else 0)


def _count_mentions(customer: Customer) -> int:
    """Texts that operators wrote, and that name the customer."""
    if customer.is_erased:
        return 0
    of_orders, mine = Q(order__customer=customer), Q(customer=customer)
    texts = [
        *OrderEvent.objects.filter(of_orders).values_list("note", flat=True),
        *Refund.objects.filter(of_orders).values_list("reason", flat=True),
        *CustomerEvent.objects.filter(mine).values_list("reason", flat=True),
    ]
    names = [each.casefold() for each in (customer.name, customer.email) if each]
    return sum(any(name in text.casefold() for name in names) for text in texts)


def _require(by: User | None, right: str, reason: str) -> None:
    if by is not None and not by.may(f"billing.{right}"):
        raise PrivacyRefused("you may not do this; ask for the Leads group")
    if len(reason.strip()) < REASON_LENGTH:
        raise PrivacyRefused(f"give a reason of at least {REASON_LENGTH} characters")


def _locked(customer_id: int) -> Customer:
    customer = Customer.objects.select_for_update().filter(pk=customer_id).first()
    if customer is None:
        raise PrivacyRefused(f"there is no customer {customer_id}")
    return customer


def _note(customer: Customer, kind: CustomerEvent.Kind, reason: str, by: User | None) -> None:
    CustomerEvent.objects.create(customer=customer, kind=kind, reason=reason.strip()[:500], by=by)
