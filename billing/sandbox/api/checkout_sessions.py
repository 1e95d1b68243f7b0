"""/v1/checkout/sessions: payments on the hosted page."""

from __future__ import annotations

from urllib.parse import urlsplit

from billing.sandbox.api.calls import Call, Route, listing, metadata_only, retrieving
from billing.sandbox.api.line_items import keep_line, read_lines
from billing.sandbox.discounts import coupon_of, find_coupon, find_promotion_code, set_totals
from billing.sandbox.errors import StripeError
from billing.sandbox.listing import page
from billing.sandbox.money import discount_of, least_amount, readable
from billing.sandbox.objects.session import build_session
from billing.sandbox.params import Params
from billing.sandbox.sessions import expire_session, require_open
from billing.sandbox.shapes import Json

_SHORTEST_SECONDS, _LONGEST_SECONDS = 30 * 60, 24 * 3600
_GRACE_SECONDS = 60  # clocks differ, and the call takes a moment
_MOST_AMOUNT = 99_999_999


def _create(call: Call) -> Json:
    params = call.params
    params.text("mode", required=True, among=("payment",))
    lines = read_lines(call)
    fields = _read_fields(call, lines[0].currency)
    intent_data = _read_intent_data(params.child("payment_intent_data"))
    discounts = [(each.text("coupon"), each.text("promotion_code")) for each in params.children("discounts", most=1)]
    _refuse_unemulated(params)
    params.finish()
    session = build_session(key=call.store.new_id("cs_test", 58), created=call.store.now(), **fields)
    session["amount_subtotal"] = sum(line.amount * line.quantity for line in lines)
    session["discounts"] = [_check_discount(call, session, *each) for each in discounts]
    _require_chargeable(call, session)
    store = call.store
    session["url"] = f"{call.base_url}/c/pay/{session['id']}"
    kept = [keep_line(call, line) for line in lines]
    store.note(session["id"]).update(lines=kept, payment_intent_data=intent_data)
    store.add(session)
    set_totals(store, session)
    return session


def _read_fields(call: Call, currency: str) -> Json:
    params = call.params
    customer, email = params.text("customer"), params.text("customer_email", most=800)
    if customer is not None and email is not None:
        raise StripeError("You may only specify one of these parameters: customer, customer_email.", param="customer")
    if email is not None and "@" not in email:
        raise StripeError(f"Invalid email address: {email}", code="email_invalid", param="customer_email")
    creation = params.text("customer_creation", among=("always", "if_required"))
    return {
        "allow_promotion_codes": params.boolean("allow_promotion_codes"),
        "billing_address_collection": params.text("billing_address_collection", among=("auto",)),
        "cancel_url": _read_url(params, "cancel_url"),
        "client_reference_id": params.text("client_reference_id", most=200),
        "currency": currency,
        "customer": call.store.get("customer", customer, "customer")["id"] if customer else None,
        "customer_creation": None if customer else creation or "if_required",
        "customer_email": email,
        "expires_at": _read_expiry(call),
        "locale": params.text("locale", most=10),
        "metadata": params.metadata(),
        "submit_type": params.text("submit_type", among=("auto", "pay", "book", "donate")),
        "success_url": _read_url(params, "success_url", required=True),
    }


def _read_url(params: Params, name: str, *, required: bool = False) -> str | None:
    url = params.text(name, required=True) if required else params.text(name)
    if url is not None and not (urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname):
        raise StripeError("Not a valid URL", code="url_invalid", param=name)
    return url


def _read_expiry(call: Call) -> int:
    now = call.store.now()
    wanted = call.params.integer("expires_at")
    if wanted is None:
        return now + _LONGEST_SECONDS
    if not now + _SHORTEST_SECONDS - _GRACE_SECONDS <= wanted <= now + _LONGEST_SECONDS + _GRACE_SECONDS:
        raise StripeError(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.",
            param="expires_at",
        )
    return wanted


def _read_intent_data(params: Params) -> Json:
    read: Json = {
        "capture_method": params.text("capture_method", among=("automatic", "automatic_async")) or "automatic_async",
        "description": params.text("description"),
        "metadata": params.metadata(),
        "receipt_email": params.text("receipt_email"),
        "statement_descriptor_suffix": params.text("statement_descriptor_suffix", most=22),
    }
    return read


def _refuse_unemulated(params: Params) -> None:
    """Read what may be said and changes nothing; raise StripeError where it would change something."""
    params.text("ui_mode", among=("hosted_page", "hosted"))
    params.currency("currency", required=False)
    if set(params.texts("payment_method_types")) - {"card"}:
        raise StripeError("The sandbox takes cards only.", param="payment_method_types")
    for name in ("automatic_tax", "invoice_creation", "phone_number_collection", "adaptive_pricing"):
        if params.child(name).boolean("enabled"):
            raise StripeError(f"The sandbox does not emulate {name}.", param=name)


def _check_discount(call: Call, session: Json, coupon: str | None, code: str | None) -> Json:
    if (coupon is None) == (code is None):
        raise StripeError("Give either a coupon or a promotion_code.", param="discounts[0]")
    if session["allow_promotion_codes"]:
        raise StripeError(
            "You may only specify one of these parameters: allow_promotion_codes, discounts.", param="discounts"
        )
    if coupon is not None:
        return {
            "coupon": find_coupon(call.store, coupon, session["currency"], "discounts[0][coupon]")["id"],
            "promotion_code": None,
        }
    found = find_promotion_code(call.store, code or "", session, "discounts[0][promotion_code]")
    return {"coupon": None, "promotion_code": found["id"]}


def _require_chargeable(call: Call, session: Json) -> None:
    currency, subtotal = session["currency"], session["amount_subtotal"]
    coupon = coupon_of(call.store, session)
    total = subtotal - (discount_of(subtotal, coupon) if coupon else 0)
    if subtotal > _MOST_AMOUNT:
        raise StripeError("The total amount due is too large.", code="amount_too_large", param="line_items")
    if 0 < total < least_amount(currency):
        least = readable(least_amount(currency), currency)
        raise StripeError(
            f"The Checkout Session's total amount due must add up to at least {least}", code="amount_too_small"
        )


def _expire(call: Call) -> Json:
    session = call.store.get("checkout.session", call.key)
    call.params.finish()
    require_open(call.store, session)
    expire_session(call.store, session)
    return session


def _update(call: Call) -> Json:
    """Metadata only, and without an event: Stripe has none for it."""
    session = call.store.get("checkout.session", call.key)
    changes = metadata_only(call, session)
    call.params.finish()
    call.store.update(session, changes)
    return session


def _list_items(call: Call) -> Json:
    session = call.store.get("checkout.session", call.key)
    answer = page(call.params, call.store.note(session["id"])["items"], call.path)
    call.params.finish()
    return answer


_FILTERS = ("payment_intent", "customer", "status")

ROUTES = (
    Route("POST", "/v1/checkout/sessions", _create),
    Route("GET", "/v1/checkout/sessions", listing("checkout.session", _FILTERS)),
    Route("GET", "/v1/checkout/sessions/{id}", retrieving("checkout.session")),
    Route("POST", "/v1/checkout/sessions/{id}", _update),
    Route("POST", "/v1/checkout/sessions/{id}/expire", _expire),
    Route("GET", "/v1/checkout/sessions/{id}/line_items", _list_items),
)
