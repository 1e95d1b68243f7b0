"""From an HTTP request below /v1/ to its answer: key, version, faults, idempotency, the call, expansion."""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from http import HTTPStatus

from billing.sandbox.api import (
    balance,
    checkout_sessions,
    coupons,
    customers,
    disputes,
    events,
    payments,
    prices,
    products,
    refunds,
)
from billing.sandbox.api.calls import Call, Route, copied
from billing.sandbox.errors import StripeError, unauthorised
from billing.sandbox.exchanges import Answer, Request
from billing.sandbox.expansion import expand
from billing.sandbox.faults import DROP, Fault, Faults, fault_body
from billing.sandbox.forms import parse_form
from billing.sandbox.idempotency import recall, remember
from billing.sandbox.params import Params
from billing.sandbox.shapes import API_VERSION, Json
from billing.sandbox.store import Store

_MODULES = (
    balance, checkout_sessions, coupons, customers, disputes, events, payments, prices, products, refunds,
)  # fmt: skip
ROUTES: tuple[Route, ...] = tuple(route for module in _MODULES for route in module.ROUTES)
_RELEASE = API_VERSION.partition(".")[2]


class Api:
    """Answers API calls, one at a time: each has the store to itself."""

    def __init__(self, store: Store, faults: Faults, base_url: str) -> None:
        self._store = store
        self._faults = faults
        self._base_url = base_url

    def answer(self, request: Request) -> Answer:
        """The answer to a call. Waits and failures that a test asked for happen here."""
        headers = {"Request-Id": self._store.new_id("req", 14), "Stripe-Version": API_VERSION}
        if self._faults.latency:
            time.sleep(self._faults.latency)
        fault = self._faults.take(request.method, request.path)
        if fault is not None and not fault.is_after:
            return _failed(fault, headers)
        try:
            _check_key(request.headers.get("authorization", ""))
            headers["Stripe-Version"] = _check_version(request.headers.get("stripe-version", ""))
            answer = self._call(request, headers)
        except StripeError as error:
            answer = Answer(error.status, json.dumps(error.body()).encode(), headers)
        return answer if fault is None else _failed(fault, headers)

    def _call(self, request: Request, headers: dict[str, str]) -> Answer:
        params = parse_form(request.text if request.method == "POST" else request.query)
        key = request.headers.get("idempotency-key", "") if request.method == "POST" else ""
        if key:
            headers["Idempotency-Key"] = key
        with self._store.lock:
            self._store.request = {"id": headers["Request-Id"], "idempotency_key": key or None}
            try:
                kept = recall(self._store, key, request.method, request.path, params) if key else None
                if kept is not None:
                    headers |= {"Idempotent-Replayed": "true", "Original-Request": kept["request"]}
                    return _answer(kept["status"], kept["body"], headers)
                body = self._handle(request, params)
                if key:
                    remember(self._store, key, request.method, request.path, params, status=200, body=body)
            finally:
                self._store.request = {"id": None, "idempotency_key": None}
        return _answer(HTTPStatus.OK, body, headers)

    def _handle(self, request: Request, params: Json) -> Json:
        route, ids = _route(request.method, request.path)
        read = Params(params)
        wanted = read.texts("expand")
        call = Call(self._store, read, request.path, ids, self._base_url)
        body = copied(route.handler(call))
        expand(self._store, body, wanted)
        return body


def _answer(status: int, body: Json, headers: dict[str, str]) -> Answer:
    return Answer(status, json.dumps(body, indent=2).encode(), headers)


def _failed(fault: Fault, headers: dict[str, str]) -> Answer:
    if fault.status == DROP:
        return Answer.dropped()
    return _answer(fault.status, fault_body(fault.status), headers)


def _route(method: str, path: str) -> tuple[Route, dict[str, str]]:
    for route in ROUTES:
        ids = route.match(path) if route.method == method else None
        if ids is not None:
            return route, ids
    raise StripeError(
        f"Unrecognized request URL ({method}: {path}), or a part of Stripe's API that the sandbox does not emulate "
        "(docs/stripe-sandbox.md).",
        status=HTTPStatus.NOT_FOUND,
    )


def _check_key(authorization: str) -> None:
    """Raise StripeError 401 unless the header carries a secret test key, Basic or Bearer."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            value = base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            value = ""
    if not value or scheme.lower() not in {"basic", "bearer"}:
        raise unauthorised("You did not provide an API key. Give it in the Authorization header, Bearer or Basic.")
    if value.startswith(("sk_live_", "rk_live_")):
        raise unauthorised("This is a sandbox: it refuses live keys. Roll the key if it was sent here by mistake.")
    if not re.fullmatch(r"sk_test_[A-Za-z0-9_]{1,200}", value):
        raise unauthorised(f"Invalid API Key provided: {value[:8]}***")


def _check_version(version: str) -> str:
    """The version to answer with. Raises StripeError for one whose shapes the sandbox does not know."""
    if not version:
        return API_VERSION
    if not re.fullmatch(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}\.{_RELEASE}", version):
        raise StripeError(f"Invalid Stripe API version: {version[:40]}; the sandbox knows {API_VERSION}.")
    return version
