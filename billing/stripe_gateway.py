"""Everything that we ask of Stripe. No other module of ours imports `stripe`; callers meet our errors only.

Each call takes at most `TIMEOUT_SECONDS` a try and is tried `RETRIES` times more. What creates something carries an
idempotency key, so that calling again is the same call. Never call it inside a transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings

TIMEOUT_SECONDS = 10
RETRIES = 2
TOLERANCE_SECONDS = 300
API_KEY_FORM = r"(sk|rk)_(test|live)_[A-Za-z0-9]{24,}"
Json = dict[str, Any]


class StripeUnavailable(Exception):
    """Stripe did not answer, or not in time; asking again later may help."""


class StripeRefused(Exception):
    """Stripe understood and said no; the message is Stripe's own. `code` is its error code, maybe empty."""

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class CheckoutLine:
    """What is paid for: a name as the hosted page shows it, minor units, ISO 4217."""

    name: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class CheckoutPage:
    """A hosted page. Amounts are minor units, after the coupon."""

    session_id: str
    url: str
    amount_subtotal: int
    amount_discount: int
    amount_total: int


def install_defaults() -> None:
    """Bound what dj-stripe does through stripe's module: it would wait 80 s, and ask the real host in development."""
    stripe.default_http_client = stripe.RequestsClient(timeout=TIMEOUT_SECONDS)
    stripe.max_network_retries = RETRIES
    stripe.api_base = settings.STRIPE.api_host or stripe.DEFAULT_API_BASE


def is_live_key(key: str) -> bool:
    """Whether money would move."""
    return "_live_" in key


def api_key() -> str:
    """The secret key of the mode we run in. Raises StripeRefused for none, and for a live one outside production."""
    key: str = settings.STRIPE.live_key if settings.STRIPE.live_mode else settings.STRIPE.test_key
    if not key:
        raise StripeRefused("no Stripe key is set for this mode")
    if is_live_key(key) and not settings.PRODUCTION:
        raise StripeRefused("a live Stripe key does nothing outside production")
    return key


@lru_cache(maxsize=8)
def _client_of(key: str, host: str) -> stripe.StripeClient:
    addresses: Any = {"base_addresses": {"api": host}} if host else {}  # StripeClient ignores STRIPE_API_HOST
    return stripe.StripeClient(
        key,
        stripe_version=settings.STRIPE_API_VERSION,
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        **addresses,
    )


def _client() -> stripe.StripeClient:
    return _client_of(api_key(), settings.STRIPE.api_host)


@contextmanager
def our_errors() -> Iterator[None]:
    """What Stripe's client raises inside, as errors of ours."""
    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError) as error:
        raise StripeUnavailable(f"Stripe cannot be reached: {error.user_message or type(error).__name__}") from error
    except stripe.InvalidRequestError as error:
        raise StripeRefused(error.user_message or str(error), error.code or "") from error
    except stripe.StripeError as error:
        if error.http_status is None or error.http_status >= 500:
            raise StripeUnavailable(f"Stripe answered {error.http_status or 'nothing'}") from error
        raise StripeRefused(error.user_message or str(error), error.code or "") from error


def create_customer(*, reference: str, email: str, name: str) -> str:
    """Make a customer at Stripe and return its id. The same reference gives the same customer."""
    with our_errors():
        made = _client().v1.customers.create(
            {"email": email, "name": name, "metadata": {"customer": reference}},
            {"idempotency_key": f"customer:{reference}"},
        )
    return made.id


def delete_customer(customer_id: str) -> None:
    """Delete a customer at Stripe for good; does nothing for one that is not there any more."""
    try:
        with our_errors():
            _client().v1.customers.delete(customer_id)
    except StripeRefused as error:
        if error.code != "resource_missing":
            raise


def find_promotion_code(code: str) -> str | None:
    """The id of the active promotion code that a customer typed, or None."""
    with our_errors():
        found = _client().v1.promotion_codes.list({"code": code, "active": True, "limit": 1})
    return found.data[0].id if found.data else None


def create_checkout(
    *,
    order: str,
    customer: str,
    line: CheckoutLine,
    promotion_code: str | None,
    success_url: str,
    cancel_url: str,
    locale: str = "auto",
) -> CheckoutPage:
    """Make the hosted page of an order, once: the same order gives the same page. `order` is its reference."""
    price = {
        "currency": line.currency.lower(),
        "unit_amount": line.amount,
        "product_data": {"name": line.name},
    }
    asked: Any = {
        "mode": "payment",
        "customer": customer,
        "client_reference_id": order,
        "line_items": [{"quantity": 1, "price_data": price}],
        "metadata": {"order": order},
        "payment_intent_data": {"metadata": {"order": order}},
        "success_url": success_url,
        "cancel_url": cancel_url,
        "locale": locale,
    }
    if promotion_code:
        asked["discounts"] = [{"promotion_code": promotion_code}]
    with our_errors():
        made = _client().v1.checkout.sessions.create(asked, {"idempotency_key": f"checkout:{order}"})
    return _page(made)


def retrieve_checkout(session_id: str) -> Json:
    """A session as Stripe has it now."""
    with our_errors():
        return _plain(_client().v1.checkout.sessions.retrieve(session_id))


def create_refund(*, reference: str, payment_intent: str, amount: int) -> Json:
    """Give money back, in minor units. The same reference refunds once."""
    with our_errors():
        made = _client().v1.refunds.create(
            {"payment_intent": payment_intent, "amount": amount, "metadata": {"refund": reference}},
            {"idempotency_key": f"refund:{reference}"},
        )
    return _plain(made)


def list_balance_transactions(*, since: int, until: int) -> Iterator[Json]:
    """Every balance transaction made in [since, until), seconds since 1970; the newest first, its source whole."""
    asked: Any = {"created": {"gte": since, "lt": until}, "limit": 100, "expand": ["data.source"]}
    with our_errors():
        page = _client().v1.balance_transactions.list(asked)
        for each in page.auto_paging_iter():
            yield _plain(each)


def retrieve_payment_intent(intent_id: str) -> Json:
    """A payment as Stripe has it now."""
    with our_errors():
        return _plain(_client().v1.payment_intents.retrieve(intent_id))


def list_of_payment(intent_id: str) -> list[tuple[str, str]]:
    """Kind and id of everything that Stripe has of a payment: it, its session, charges, refunds and disputes."""
    v1 = _client().v1
    asked: Any = {"payment_intent": intent_id, "limit": 100}
    with our_errors():
        pages = (
            v1.checkout.sessions.list(asked),
            v1.charges.list(asked),
            v1.refunds.list(asked),
            v1.disputes.list(asked),
        )
        found = [(each.object, each.id) for page in pages for each in page.auto_paging_iter()]
    return [("payment_intent", intent_id), *found]


def list_events(*, since: int) -> Iterator[Json]:
    """Every event since then, the newest first. Stripe keeps 30 days."""
    with our_errors():
        for each in _client().v1.events.list({"created": {"gte": since}, "limit": 100}).auto_paging_iter():
            yield _plain(each)


def has_signature(text: str, signature: str) -> bool:
    """Whether one of our webhook secrets signed the text within the tolerance; times in the future pass."""
    for secret in settings.STRIPE.webhook_secrets:
        with suppress(stripe.SignatureVerificationError, ValueError):
            return bool(stripe.WebhookSignature.verify_header(text, signature, secret, TOLERANCE_SECONDS))
    return False


def _page(session: Any) -> CheckoutPage:
    found = _plain(session)
    return CheckoutPage(
        session_id=found["id"],
        url=found.get("url") or "",
        amount_subtotal=found["amount_subtotal"],
        amount_discount=found["total_details"]["amount_discount"],
        amount_total=found["amount_total"],
    )


def _plain(thing: Any) -> Json:
    plain: Mapping[str, Any] = json.loads(str(thing))  # StripeObject is no dict
    return dict(plain)
