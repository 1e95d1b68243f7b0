"""dj-stripe takes every event of the sandbox and fetches every object it asks for."""

import json

import pytest
import stripe
from django.conf import settings
from djstripe import models

from billing.sandbox import Sandbox
from tests.integration.billing.sandboxing import client_of, open_session


@pytest.mark.django_db
def test_mirror_takes_every_event_and_holds_what_the_sandbox_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox() as sandbox:
        monkeypatch.setattr(stripe, "api_base", sandbox.url)
        client = client_of(sandbox, settings.STRIPE_TEST_SECRET_KEY)
        coupon = client.v1.coupons.create({"percent_off": 10, "duration": "once"})
        code = client.v1.promotion_codes.create({"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "TEN"})
        customer = client.v1.customers.create({"email": "a@example.com"})
        for number in ("4242424242424242", "4000000000000259", "4000000000000002"):
            session = open_session(client, customer=customer.id, discounts=[{"promotion_code": code.id}])
            sandbox.controls.pay(session=session.id, number=number)
        client.v1.refunds.create({"charge": client.v1.charges.list().data[-1].id, "amount": 100})
        sandbox.controls.close_dispute(dispute=client.v1.disputes.list().data[0].id, won=True)
        sandbox.controls.advance(seconds=90_000)

        for event in reversed(list(client.v1.events.list({"limit": 100}).auto_paging_iter())):
            models.Event.process(json.loads(str(event)))

        held = sandbox.controls.counts()["objects"]
    mirrored = {
        "charge": models.Charge,
        "checkout.session": models.Session,
        "coupon": models.Coupon,
        "customer": models.Customer,
        "dispute": models.Dispute,
        "event": models.Event,
        "payment_intent": models.PaymentIntent,
        "price": models.Price,
        "product": models.Product,
        "promotion_code": models.PromotionCode,
    }
    assert {kind: model.objects.count() for kind, model in mirrored.items()} == {kind: held[kind] for kind in mirrored}
    assert sorted(models.Session.objects.values_list("stripe_data__status", flat=True)) == [
        "complete",
        "complete",
        "expired",
    ]
