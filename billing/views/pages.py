"""What every customer page has: one policy for what a browser may load, and nothing kept that is private."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpResponse

View = Callable[..., HttpResponse]


def content_security_policy() -> str:
    """Nothing inline and nothing from elsewhere; forms lead to us and, by our redirect, to the hosted checkout page.

    One page has a script: the order's, while it asks whether the payment has come.
    """
    return (
        "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {settings.STRIPE.checkout_origin}"
    )


def customer_page(view: View) -> View:
    """A view whose answers carry the policy and are not cached: they hold a form's own id, or a person's order."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        response["Content-Security-Policy"] = content_security_policy()
        response["Cache-Control"] = "no-store"
        return response

    return answer


def private_page(view: View) -> View:
    """A customer page behind an unguessable address: not for search engines, and its address told to nobody."""

    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> HttpResponse:
        response = customer_page(view)(*args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "no-referrer" if response.status_code >= 300 else "same-origin"
        return response

    return answer
