"""Bad combinations of Stripe's settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from billing import stripe_gateway
from billing.checks import check_personal_data_keys, check_stripe
from billing.stripe_gateway import StripeRefused
from fsarsite.stripe_settings import PersonalDataKeys, StripeSettings

_TEST, _LIVE = "sk_test_" + "a" * 24, "sk_live_" + "a" * 24
_PRODUCTION = StripeSettings(
    live_mode=True, test_key="", live_key=_LIVE, webhook_secrets=["whsec_x"], api_host="", is_sandbox=False
)
_DEVELOPMENT = replace(_PRODUCTION, live_mode=False, test_key=_TEST, live_key="")


def _ids(settings: Any, stripe: StripeSettings, *, production: bool) -> list[str]:
    settings.STRIPE, settings.PRODUCTION, settings.SITE_ORIGIN = stripe, production, "https://shop.example"
    return [str(found.id) for found in check_stripe()]


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({}, []),
        ({"live_key": _TEST}, ["billing.E001"]),
        ({"live_key": "sk_live_short"}, ["billing.E001"]),
        ({"live_key": "", "test_key": _TEST}, ["billing.E004"]),
        ({"live_key": "", "webhook_secrets": []}, []),
        ({"live_mode": False, "live_key": "", "test_key": _TEST}, []),
        ({"api_host": "http://127.0.0.1:12111"}, ["billing.E005"]),
        ({"webhook_secrets": []}, ["billing.E006"]),
    ],
)
def test_check_stripe_in_production(settings: Any, changes: dict[str, Any], ids: list[str]) -> None:
    assert _ids(settings, replace(_PRODUCTION, **changes), production=True) == ids


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({}, []),
        ({"live_key": _LIVE}, ["billing.E002"]),
        ({"test_key": _LIVE}, ["billing.E001"]),
        ({"live_mode": True}, ["billing.E003"]),
    ],
)
def test_check_stripe_in_development(settings: Any, changes: dict[str, Any], ids: list[str]) -> None:
    assert _ids(settings, replace(_DEVELOPMENT, **changes), production=False) == ids


@pytest.mark.parametrize("changes", [{"test_key": _LIVE}, {"live_mode": True, "live_key": _LIVE}, {"test_key": ""}])
def test_api_key_is_never_a_live_one_outside_production(settings: Any, changes: dict[str, Any]) -> None:
    settings.STRIPE = replace(_DEVELOPMENT, **changes)

    with pytest.raises(StripeRefused):
        stripe_gateway.api_key()


def test_check_stripe_wants_https_for_links_in_mail(settings: Any) -> None:
    settings.STRIPE, settings.PRODUCTION, settings.SITE_ORIGIN = _PRODUCTION, True, "http://shop.example"

    assert [found.id for found in check_stripe()] == ["billing.E007"]


@pytest.mark.parametrize(
    ("encryption", "index", "ids"),
    [
        (["short"], "i" * 32, ["billing.E008"]),
        ([], "i" * 32, ["billing.E008"]),
        (["A" * 43 + "="], "short", ["billing.E009"]),
        (["A" * 43 + "="], "i" * 32, []),
    ],
)
def test_check_personal_data_keys(settings: Any, encryption: list[str], index: str, ids: list[str]) -> None:
    settings.PERSONAL_DATA_KEYS = PersonalDataKeys(encryption, index)

    assert [found.id for found in check_personal_data_keys()] == ids
