"""The hosted page: where the customer types a test card. Plain HTML, no script, nothing from elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.template.loader import render_to_string

from billing.sandbox.card_entry import read_email, read_entry
from billing.sandbox.cards import SHOWN
from billing.sandbox.discounts import coupon_of, find_promotion_code, set_totals
from billing.sandbox.errors import StripeError
from billing.sandbox.exchanges import Answer, Request
from billing.sandbox.forms import parse_form
from billing.sandbox.money import readable
from billing.sandbox.payments import Outcome, answer_challenge, pay
from billing.sandbox.sessions import complete_session, expire_session
from billing.sandbox.shapes import Json
from billing.sandbox.store import Store

_PATH = re.compile(r"/c/pay/(?P<key>cs_test_[A-Za-z0-9]+)(?P<challenge>/challenge)?")
_STYLE = "/c/sandbox.css"
_HEADERS = {
    # No form-action: browsers apply it to the redirect that follows a form, and the shop is another origin.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class _Typed:
    """What to show again after a mistake: never the card."""

    email: str = ""
    name: str = ""
    code: str = ""
    errors: dict[str, str] = field(default_factory=dict)


class CheckoutPage:
    """Answers requests below /c/."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def answer(self, request: Request) -> Answer:
        """The page, a redirect, or 404."""
        if request.path == _STYLE:
            return Answer(HTTPStatus.OK, _rendered("sandbox.css", {}), _HEADERS, "text/css; charset=utf-8")
        match = _PATH.fullmatch(request.path)
        with self._store.lock:
            session = self._store.find("checkout.session", match["key"]) if match else None
            if match is None or session is None:
                return _page("missing.html", {}, HTTPStatus.NOT_FOUND)
            if session["status"] == "open" and session["expires_at"] <= self._store.now():
                expire_session(self._store, session)
            if session["status"] == "expired":
                return _page("expired.html", {"session": session}, HTTPStatus.GONE)
            if session["status"] == "complete":
                return _redirect(_success_url(session)) if request.method == "POST" else _paid(session)
            if match["challenge"]:
                return self._challenge(session, request)
            return self._pay(session, request)

    def _pay(self, session: Json, request: Request) -> Answer:
        if request.method != "POST":
            return self._form(session, _Typed(errors=self._last_error(session)))
        form = _fields(request)
        try:
            if "promotion" in form:
                return self._apply_code(session, form)
            return self._try_pay(session, form)
        except StripeError as error:
            where = error.error.get("param") or "number"
            errors = {where: str(error.error["message"])}
            return self._form(
                session, _Typed(form.get("email", ""), form.get("name", ""), form.get("code", ""), errors)
            )

    def _try_pay(self, session: Json, form: dict[str, str]) -> Answer:
        known = self._email_of(session)
        if session["amount_total"] == 0:
            complete_session(self._store, session, email=known or read_email(form), name=None, intent=None)
            return _redirect(_success_url(session))
        outcome = pay(self._store, session, read_entry(form, email=known, now=self._store.now()))
        if outcome is Outcome.PAID:
            return _redirect(_success_url(session))
        if outcome is Outcome.CHALLENGE:
            return _redirect(f"/c/pay/{session['id']}/challenge")
        return self._form(session, _Typed(form.get("email", ""), form.get("name", ""), "", self._last_error(session)))

    def _apply_code(self, session: Json, form: dict[str, str]) -> Answer:
        """Put a promotion code on the session, or take it off when the field is empty."""
        if not session["allow_promotion_codes"] or session["payment_intent"] is not None:
            raise StripeError("This payment takes no promotion code any more.", param="code")
        typed = form.get("code", "").strip()
        found = find_promotion_code(self._store, typed, session, "code") if typed else None
        discounts = [{"coupon": None, "promotion_code": found["id"]}] if found else []
        self._store.update(session, {"discounts": discounts})
        set_totals(self._store, session)
        return _redirect(f"/c/pay/{session['id']}")

    def _challenge(self, session: Json, request: Request) -> Answer:
        if request.method != "POST":
            total = readable(session["amount_total"], session["currency"])
            return _page("challenge.html", {"session": session, "total": total})
        is_authorised = _fields(request).get("answer") == "authorise"
        outcome = answer_challenge(self._store, session, is_authorised=is_authorised)
        return _redirect(_success_url(session) if outcome is Outcome.PAID else f"/c/pay/{session['id']}")

    def _email_of(self, session: Json) -> str | None:
        customer = self._store.find("customer", session["customer"])
        email: str | None = session["customer_email"] or (customer["email"] if customer else None)
        return email

    def _last_error(self, session: Json) -> dict[str, str]:
        intent = self._store.find("payment_intent", session["payment_intent"])
        error = intent["last_payment_error"] if intent else None
        return {"number": error["message"]} if error else {}

    def _form(self, session: Json, typed: _Typed) -> Answer:
        currency = session["currency"]
        coupon = coupon_of(self._store, session)
        context = {
            "session": session,
            "lines": [
                item | {"shown": readable(item["amount_subtotal"], currency)}
                for item in self._store.note(session["id"])["items"]
            ],
            "coupon": coupon and (coupon["name"] or coupon["id"]),
            "discount": readable(-session["total_details"]["amount_discount"], currency),
            "total": readable(session["amount_total"], currency),
            "known_email": self._email_of(session),
            "typed": typed,
            "cards": SHOWN,
        }
        return _page("pay.html", context, HTTPStatus.PAYMENT_REQUIRED if typed.errors else HTTPStatus.OK)


def _fields(request: Request) -> dict[str, str]:
    return {name: value for name, value in parse_form(request.text).items() if isinstance(value, str)}


def _success_url(session: Json) -> str:
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def _paid(session: Json) -> Answer:
    return _page("paid.html", {"session": session, "success_url": _success_url(session)})


def _rendered(name: str, context: dict[str, Any]) -> bytes:
    return render_to_string(f"billing/sandbox/{name}", context).encode()


def _page(name: str, context: dict[str, Any], status: int = HTTPStatus.OK) -> Answer:
    return Answer(int(status), _rendered(name, context | {"style": _STYLE}), _HEADERS, "text/html; charset=utf-8")


def _redirect(url: str) -> Answer:
    return Answer(HTTPStatus.SEE_OTHER, b"", _HEADERS | {"Location": url})
