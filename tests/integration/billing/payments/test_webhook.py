"""The webhook's door: what is let in, and that nothing else leaves a row anywhere."""

from __future__ import annotations

import copy
import gzip
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import requests
from django.db import connection
from django.test import Client
from django_q.models import OrmQ
from pytest_django import DjangoAssertNumQueries

from billing.models import WebhookDelivery
from billing.sandbox.signatures import sign
from billing.views.webhook import MOST_BYTES
from tests.factories.shop import SECRET

pytestmark = pytest.mark.django_db
HOOK = "/stripe/webhook/"
OLD_SECRET = "whsec_old"
EVENT: dict[str, Any] = {
    "id": "evt_1",
    "object": "event",
    "type": "payment_intent.succeeded",
    "livemode": False,
    "data": {"object": {"id": "pi_1", "object": "payment_intent"}},
}
TIMES = {"now": 0, "stale": -400, "future": 400, "far future": 10**10}


@pytest.fixture(autouse=True)
def secrets(settings: Any) -> None:
    """One is being rolled."""
    settings.STRIPE = replace(settings.STRIPE, webhook_secrets=[OLD_SECRET, SECRET])


def event_of(**changes: Any) -> bytes:
    return json.dumps(copy.deepcopy(EVENT) | changes).encode()


def about(**fields: Any) -> bytes:
    return event_of(data={"object": EVENT["data"]["object"] | fields})


def post(body: bytes, signature: str | None = None, *, url: str = HOOK, at: int | None = None, **headers: str) -> int:
    """Signed by us, now, unless told otherwise. Returns the status."""
    signature = sign(body, SECRET, int(time.time()) if at is None else at) if signature is None else signature
    given = {"Content-Type": "application/json"} | ({"Stripe-Signature": signature} if signature else {}) | headers
    kind = given.pop("Content-Type")
    return Client(raise_request_exception=False).post(url, body, content_type=kind, headers=given).status_code


def rows() -> dict[str, int]:
    """How many rows every table has, whosever it is."""
    with connection.cursor() as cursor:
        counts = (f"SELECT '{table}', count(*) FROM {table}" for table in connection.introspection.table_names(cursor))
        cursor.execute(" UNION ALL ".join(counts))
        return dict(cursor.fetchall())


@pytest.mark.parametrize(
    "signature",
    [
        "", ",", "nonsense", "t=1,v1=", "t=x,v1=00", "t=,v1=00", "v1={v1}", "t={at}", "t={at},v0={v1}",
        "t={at},v1={forged}", "t={at},v1={forged},v1={forged}", "t={at},v1={v1},t=x ", "t={at},v1=\xe9{v1}",
        "t={at}0,v1={v1}", "t={old},v1={v1}", "t=-{at},v1={v1}", "v1={v1},t={at}",
        "t={at}," + "v1={forged}," * 40 + "v1={v1}", "t={at},v1={v1}" + "0" * 100_000, "t=" + "9" * 5000 + ",v1={v1}",
    ],
)  # fmt: skip
def test_webhook_refuses_any_other_signature_than_ours(signature: str) -> None:
    body, at = event_of(), int(time.time())
    forged, v1 = (sign(body, secret, at).rpartition("=")[2] for secret in ("whsec_forged", SECRET))
    before = rows()

    assert post(body, signature.format(at=at, old=at - 1, v1=v1, forged=forged)) == 400
    assert rows() == before


@pytest.mark.parametrize("when", [name for name in TIMES if name != "now"])
def test_webhook_refuses_what_was_not_signed_about_now(when: str) -> None:
    before = rows()

    assert post(event_of(), at=int(time.time()) + TIMES[when]) == 400
    assert rows() == before


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b"\xff\xfe", b"[" * 50_000, b'{"a":' * 20_000, gzip.compress(event_of()),
        event_of(livemode=True), event_of(livemode="false"), event_of(account="acct_other"),
        event_of(object="charge"), event_of(object="v2.core.event"), event_of(data=[]), event_of(data={"object": []}),
        event_of(id="e" * 300), event_of(id=""), event_of(id=7), event_of(id="evt_\0"), event_of(type="a\nb"),
        about(status="\0"), about(status="\ud800"), about(amount=float("nan")), about(id="pi\0"),
        event_of().replace(b'"pi_1"', b"1e999"), event_of().replace(b'"pi_1"', b"1" * 5000),
        event_of().replace(b'"pi_1"', b"[" * 900 + b"]" * 900), event_of(padding="x" * MOST_BYTES),
    ],
    ids=[
        "nothing", "no-json", "null", "list", "no-text", "deep-list", "deep-object", "gzip",
        "other-mode", "odd-mode", "other-account", "no-event", "thin-event", "no-data", "no-object",
        "long-id", "no-id", "number-id", "nul-id", "odd-type",
        "nul", "half-a-letter", "nan", "nul-object-id", "infinite", "huge-number", "deep-value", "oversized",
    ],
)  # fmt: skip
def test_webhook_refuses_a_signed_body_that_is_no_event_for_us(body: bytes) -> None:
    before = rows()

    assert post(body) == 400
    assert rows() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": ""},
        {"Content-Encoding": "gzip"},
        {"Content-Length": "9" * 5000},
        {"Content-Length": "-1"},
    ],
    ids=str,
)
def test_webhook_refuses_a_signed_event_in_another_wrapping(headers: dict[str, str]) -> None:
    before = rows()

    assert post(event_of(), **headers) == 400
    assert rows() == before


@pytest.mark.parametrize("dressing", ["", ",v1=00", ",v0=00"])
def test_webhook_refuses_the_very_same_delivery_again_whatever_is_added_to_its_header(dressing: str) -> None:
    body, at = event_of(), int(time.time())
    assert post(body, at=at) == 200
    before = rows()

    assert post(body, sign(body, SECRET, at) + dressing) == 400
    assert rows() == before


def test_webhook_is_at_one_address_and_takes_posts_only() -> None:
    before = rows()

    statuses = [
        post(event_of(), url="/stripe/webhook/6e1f3a52-3f07-4a8e-9d0f-0a1b2c3d4e5f/"),
        Client().get(HOOK).status_code,
        Client().put(HOOK, event_of(), content_type="application/json").status_code,
    ]

    assert statuses == [404, 405, 405]
    assert rows() == before


def test_webhook_takes_any_of_its_secrets_and_keeps_one_row_per_event() -> None:
    body, at = event_of(), int(time.time())
    rolled = f"{sign(body, OLD_SECRET, at)},v1={sign(body, SECRET, at).rpartition('=')[2]}"
    forged = f"{sign(body, 'whsec_forged', at - 3)},v1={sign(body, SECRET, at - 3).rpartition('=')[2]},v0=00"

    answers = [
        post(body, each) for each in (sign(body, OLD_SECRET, at - 2), sign(body, SECRET, at - 1), rolled, forged)
    ]

    assert answers == [200, 200, 200, 200]
    assert WebhookDelivery.objects.get().attempts == 0


def test_webhook_acknowledges_with_few_statements(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_max_num_queries(5):  # two of them begin and end the transaction
        assert post(event_of()) == 200
    with django_assert_max_num_queries(1):
        assert post(event_of(), at=int(time.time()) - 60) == 200


@pytest.mark.django_db(transaction=True)
def test_webhook_keeps_one_row_of_an_event_that_comes_many_times_at_once() -> None:
    at = int(time.time())

    def deliver(number: int) -> int:
        try:
            return post(event_of(), at=at - number)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(deliver, range(16)))

    assert statuses == {200}
    assert (WebhookDelivery.objects.count(), OrmQ.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_webhook_takes_no_chunked_body(live_server: Any) -> None:
    kind = {"Content-Type": "application/json"}

    assert requests.post(live_server.url + HOOK, iter([b"{}"]), headers=kind, timeout=20).status_code == 400
