"""Bad combinations of Stripe's settings, as system checks with an id and a way out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning

from billing.receipt_pdf import NEEDED, is_pdf_available
from billing.stripe_gateway import API_KEY_FORM, is_live_key


@register(Tags.security)
def check_stripe(**_: Any) -> list[CheckMessage]:
    """Live keys live in production only, and production has no sandbox."""
    return [*_keys(), *_mode(), *(_webhooks() if settings.STRIPE.is_open else ())]


def _keys() -> Iterator[CheckMessage]:
    stripe = settings.STRIPE
    for name, key, is_live in (
        ("STRIPE_TEST_SECRET_KEY", stripe.test_key, False),
        ("STRIPE_LIVE_SECRET_KEY", stripe.live_key, True),
    ):
        if key and (not re.fullmatch(API_KEY_FORM, key) or is_live_key(key) is not is_live):
            kind = "live" if is_live else "test"
            yield Error(
                f"{name} is no secret {kind} key.",
                hint=f"It begins with sk_{kind}_ or rk_{kind}_ and goes on with 24 letters or more.",
                id="billing.E001",
            )
    if stripe.live_key and not settings.PRODUCTION:
        yield Error(
            "A live Stripe key is set outside production.", hint="Unset STRIPE_LIVE_SECRET_KEY.", id="billing.E002"
        )


def _mode() -> Iterator[CheckMessage]:
    stripe = settings.STRIPE
    if stripe.live_mode and not settings.PRODUCTION:
        yield Error("STRIPE_LIVE_MODE is on outside production.", hint="Unset it.", id="billing.E003")
    if settings.PRODUCTION and stripe.is_open and not (stripe.live_key if stripe.live_mode else stripe.test_key):
        hint = "Set STRIPE_LIVE_SECRET_KEY, or STRIPE_LIVE_MODE=0 and STRIPE_TEST_SECRET_KEY to try things out."
        yield Error("Production has no Stripe key for its mode.", hint=hint, id="billing.E004")
    if settings.PRODUCTION and stripe.api_host:
        yield Error("Production talks to another host than Stripe.", hint="Unset STRIPE_API_HOST.", id="billing.E005")


def _webhooks() -> Iterator[CheckMessage]:
    if not settings.STRIPE.webhook_secrets:
        hint = "Set STRIPE_WEBHOOK_SECRET to the secret of the endpoint /stripe/webhook/; without it nothing is paid."
        yield Error("Stripe's webhooks cannot be verified.", hint=hint, id="billing.E006")
    if settings.PRODUCTION and not settings.SITE_ORIGIN.startswith("https://"):
        hint = "Set SITE_ORIGIN to where customers find the shop, as in https://shop.example"
        yield Error("SITE_ORIGIN is not https.", hint=hint, id="billing.E007")


@register(Tags.security)
def check_personal_data_keys(**_: Any) -> list[CheckMessage]:
    """Keys that encrypt, and one that indexes."""
    keys = settings.PERSONAL_DATA_KEYS
    found: list[CheckMessage] = []
    if not keys.encryption or not all(_is_fernet_key(key) for key in keys.encryption):
        hint = "Make one: python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"
        found.append(Error("FIELD_ENCRYPTION_KEYS holds something else than keys.", hint=hint, id="billing.E008"))
    if len(keys.index) < 32:
        hint = "Set FIELD_INDEX_KEY to 32 random letters or more, and never change it."
        found.append(Error("FIELD_INDEX_KEY is too short.", hint=hint, id="billing.E009"))
    return found


@register(Tags.compatibility, deploy=True)  # loading the library takes time: not at every command
def check_pdf(**_: Any) -> list[CheckMessage]:
    """Receipts go out as PDF where Pango is."""
    if is_pdf_available():
        return []
    hint = f"apt-get install {NEEDED}. Until then receipts are pages and plain mail."
    return [CheckWarning("Receipts cannot be made as PDF: Pango is missing.", hint=hint, id="billing.W001")]


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
