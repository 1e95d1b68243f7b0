"""Paying a checkout session with a test card: payment intent, payment method, charge, money."""

from __future__ import annotations

from enum import StrEnum

from billing.sandbox.card_entry import CardEntry
from billing.sandbox.cards import BY_NUMBER, Card, Challenge, Decline
from billing.sandbox.disputes import open_dispute
from billing.sandbox.money import processing_fee
from billing.sandbox.objects.address import build_billing_details
from billing.sandbox.objects.balance_transaction import build_balance_transaction
from billing.sandbox.objects.charge import build_charge
from billing.sandbox.objects.customer import build_customer
from billing.sandbox.objects.payment_intent import build_payment_intent
from billing.sandbox.objects.payment_method import build_payment_method
from billing.sandbox.sessions import complete_session, require_open
from billing.sandbox.shapes import Json
from billing.sandbox.store import Store

_UNAUTHENTICATED = Decline(
    "payment_intent_authentication_failure",
    message="We are unable to authenticate your payment method. "
    "Please choose a different payment method and try again.",
)


class Outcome(StrEnum):
    """How a try to pay went. A declined one says why in the intent's `last_payment_error`."""

    PAID = "paid"
    CHALLENGE = "challenge"
    DECLINED = "declined"


def pay(store: Store, session: Json, entry: CardEntry) -> Outcome:
    """Try to pay an open session. Raises StripeError when it is not open any more."""
    require_open(store, session)
    intent = _intent_of(store, session, entry)
    method = _add_method(store, intent, entry)
    store.note(session["id"])["payer"] = {"email": entry.email, "name": entry.name}
    if entry.card.challenge is Challenge.ALWAYS:
        _ask_challenge(store, session, intent, method)
        return Outcome.CHALLENGE
    store.update(intent, {"next_action": None, "last_payment_error": None})
    return _charge(store, session, intent, method)


def answer_challenge(store: Store, session: Json, *, is_authorised: bool) -> Outcome:
    """Go on after 3-D Secure. Raises StripeError when the session is not open or waits for no answer."""
    require_open(store, session)
    intent = store.get("payment_intent", session["payment_intent"] or "")
    if intent["status"] != "requires_action":
        return Outcome.DECLINED
    method = store.get("payment_method", intent["payment_method"])
    store.update(intent, {"next_action": None})
    if is_authorised:
        return _charge(store, session, intent, method)
    _fail(store, intent, method, _UNAUTHENTICATED, charge=None)
    return Outcome.DECLINED


def settle(store: Store, charge: Json) -> None:
    """Book a charge's money, after which the charge names its balance transaction. Does nothing the second time."""
    if charge["balance_transaction"] is not None or not charge["paid"]:
        return
    card = _card_of(store, charge["payment_method"])
    transaction = build_balance_transaction(
        key=store.new_id("txn"),
        created=store.now(),
        source=charge,
        kind="charge",
        category="charge",
        amount=charge["amount"],
        fee=processing_fee(charge["amount"], charge["currency"]),
        is_available=card.is_available_at_once,
    )
    store.add(transaction)
    store.change(charge, {"balance_transaction": transaction["id"]}, "charge.updated")


def _intent_of(store: Store, session: Json, entry: CardEntry) -> Json:
    found = store.find("payment_intent", session["payment_intent"])
    if found is not None:
        return found
    customer = session["customer"]
    if customer is None and session["customer_creation"] == "always":
        customer = _add_customer(store, entry)["id"]
    intent = build_payment_intent(
        key=store.new_id("pi"),
        secret=store.new_id("x", 24)[2:],
        created=store.now(),
        amount=session["amount_total"],
        currency=session["currency"],
        customer=customer,
        **store.note(session["id"])["payment_intent_data"],
    )
    store.add(intent)
    store.update(session, {"payment_intent": intent["id"]})
    store.emit("payment_intent.created", intent)
    return intent


def _add_customer(store: Store, entry: CardEntry) -> Json:
    customer = build_customer(key=store.new_id("cus", 14), created=store.now(), email=entry.email, name=entry.name)
    store.add(customer)
    store.emit("customer.created", customer)
    return customer


def _add_method(store: Store, intent: Json, entry: CardEntry) -> Json:
    method = build_payment_method(
        key=store.new_id("pm"),
        created=store.now(),
        card=entry.card,
        exp_month=entry.exp_month,
        exp_year=entry.exp_year,
        details=build_billing_details(email=entry.email, name=entry.name),
        customer=None,
    )
    store.note(method["id"])["number"] = entry.card.number  # one of Stripe's own, never a real card's
    store.update(intent, {"payment_method": method["id"]})
    return store.add(method)


def _card_of(store: Store, method: str) -> Card:
    return BY_NUMBER[store.note(method)["number"]]


def _ask_challenge(store: Store, session: Json, intent: Json, method: Json) -> None:
    page = f"{session['url']}/challenge"
    store.update(
        intent,
        {
            "status": "requires_action",
            "payment_method": method["id"],
            "next_action": {
                "type": "redirect_to_url",
                "redirect_to_url": {"return_url": session["success_url"], "url": page},
            },
            "last_payment_error": None,
        },
    )
    store.emit("payment_intent.requires_action", intent)


def _charge(store: Store, session: Json, intent: Json, method: Json) -> Outcome:
    card = _card_of(store, method["id"])
    charge = build_charge(key=store.new_id("ch"), created=store.now(), intent=intent, method=method, card=card)
    store.add(charge)
    if card.decline is not None:
        store.emit("charge.failed", charge)
        _fail(store, intent, method, card.decline, charge=charge)
        return Outcome.DECLINED
    _succeed(store, session, intent, charge)
    if not store.is_settlement_held:
        settle(store, charge)
    if card.dispute is not None:
        open_dispute(store, charge, reason=card.dispute, is_inquiry=card.is_inquiry)
    return Outcome.PAID


def _succeed(store: Store, session: Json, intent: Json, charge: Json) -> None:
    store.emit("charge.succeeded", charge)
    store.update(
        intent,
        {
            "status": "succeeded",
            "amount_received": intent["amount"],
            "latest_charge": charge["id"],
            "last_payment_error": None,
        },
    )
    store.emit("payment_intent.succeeded", intent)
    payer = store.note(session["id"])["payer"]
    complete_session(store, session, email=payer["email"], name=payer["name"], intent=intent)


def _fail(store: Store, intent: Json, method: Json, decline: Decline, charge: Json | None) -> None:
    error = {
        "type": "card_error" if charge else "invalid_request_error",
        "code": decline.code,
        "decline_code": decline.reason,
        "charge": charge["id"] if charge else None,
        "doc_url": f"https://stripe.com/docs/error-codes/{decline.code.replace('_', '-')}",
        "message": decline.message,
        "payment_method": method,
    }
    store.update(
        intent,
        {
            "status": "requires_payment_method",
            "payment_method": None,
            "last_payment_error": {name: value for name, value in error.items() if value is not None},
            "latest_charge": charge["id"] if charge else intent["latest_charge"],
        },
    )
    store.emit("payment_intent.payment_failed", intent)
