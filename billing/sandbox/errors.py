"""Errors as Stripe's API tells them, and the sandbox's own refusals."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from billing.sandbox.shapes import Json


class SandboxRefused(Exception):
    """The sandbox will not start: production, an address that is not loopback, a busy port or a damaged snapshot."""


class StripeError(Exception):
    """An answer that is not a success. `body()` is the JSON document Stripe would send."""

    def __init__(
        self,
        message: str,
        *,
        status: int = HTTPStatus.BAD_REQUEST,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = int(status)
        self.error: Json = {"message": message, "type": kind, **more}
        if code is not None:
            self.error |= {"code": code, "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"}
        if param is not None:
            self.error["param"] = param

    def body(self) -> Json:
        """`{"error": {...}}`."""
        return {"error": self.error}


def missing(kind: str, key: str, param: str = "id") -> StripeError:
    """404 `resource_missing`. `kind` is an object name such as ``checkout.session``."""
    noun = {"payment_intent": "payment_intent", "payment_method": "PaymentMethod"}.get(kind, kind)
    return StripeError(f"No such {noun}: '{key}'", status=HTTPStatus.NOT_FOUND, code="resource_missing", param=param)


def missing_param(path: str) -> StripeError:
    """400 for a parameter that has to be there."""
    return StripeError(f"Missing required param: {path}.", code="parameter_missing", param=path)


def unknown_param(path: str) -> StripeError:
    """400 for a parameter that Stripe has not, or that this sandbox does not emulate."""
    return StripeError(
        f"Received unknown parameter: {path} (the sandbox emulates a part of Stripe's API: docs/stripe-sandbox.md)",
        code="parameter_unknown",
        param=path,
    )


def unauthorised(message: str) -> StripeError:
    """401: no key, or not one for a sandbox."""
    return StripeError(message, status=HTTPStatus.UNAUTHORIZED)
