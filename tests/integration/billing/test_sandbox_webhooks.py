"""Deliveries, every one of them verified by stripe.Webhook.construct_event in the receiver."""

import threading
from collections.abc import Iterator

import pytest
import stripe

from billing.sandbox import ControlClient, Sandbox, SandboxRefused
from tests.integration.billing.sandboxing import (
    SECRET,
    Receiver,
    client_of,
    open_session,
    paid_charge,
    receiving,
)
from tests.waiting import wait_until

Client = stripe.StripeClient


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def sandbox(receiver: Receiver) -> Iterator[Sandbox]:
    with Sandbox(webhook_url=receiver.url, webhook_secret=SECRET) as running:
        running.controls.deliver(retry_seconds=[0.05, 0.05, 0.05])
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Client:
    return client_of(sandbox)


def states(sandbox: Sandbox) -> dict[str, int]:
    counted: dict[str, int] = sandbox.controls.counts()["deliveries"]
    return counted


def test_delivery_is_signed_and_carries_the_event_as_the_api_has_it(receiver: Receiver, client: Client) -> None:
    customer = client.v1.customers.create({"name": "Ann"})

    receiver.wait_for("customer.created")

    event = receiver.events[0]
    assert (event.data.object["id"], event.api_version) == (customer.id, stripe.api_version)
    assert event.id == client.v1.events.list().data[0].id


def test_delivery_may_call_the_api_back(receiver: Receiver, sandbox: Sandbox, client: Client) -> None:
    statuses = []

    def fetch(event: stripe.Event) -> int:
        if event.type.startswith("payment_intent"):
            statuses.append(client.v1.payment_intents.retrieve(event.data.object["id"]).status)
        return 200

    receiver.answer = fetch
    paid_charge(sandbox, client)

    receiver.wait_for("payment_intent.created", "payment_intent.succeeded")
    wait_until(lambda: len(statuses) == 2, 10)
    assert statuses == ["succeeded", "succeeded"]  # a call is seen as a whole or not at all


def test_delivery_that_fails_is_made_again_with_the_same_event(
    receiver: Receiver, sandbox: Sandbox, client: Client
) -> None:
    answers = iter([500, 404, 200])
    receiver.answer = lambda _event: next(answers)

    client.v1.customers.create({})

    wait_until(lambda: states(sandbox) == {"delivered": 1}, 10)
    delivery = sandbox.controls.deliveries()["deliveries"][0]
    assert [attempt["status"] for attempt in delivery["attempts"]] == [500, 404, 200]
    assert len(set(receiver.ids)) == 1
    assert client.v1.events.list().data[0].pending_webhooks == 0


def test_delivery_is_given_up_after_the_last_retry(receiver: Receiver, sandbox: Sandbox, client: Client) -> None:
    receiver.answer = lambda _event: 500

    client.v1.customers.create({})

    wait_until(lambda: states(sandbox) == {"failed": 1}, 10)
    assert len(receiver.events) == 4
    assert client.v1.events.list({"delivery_success": False}).data[0].pending_webhooks == 1


def test_redirect_counts_as_a_failure(receiver: Receiver, sandbox: Sandbox, client: Client) -> None:
    sandbox.controls.deliver(retry_seconds=[])
    receiver.answer = lambda _event: 302

    client.v1.customers.create({})

    wait_until(lambda: states(sandbox) == {"failed": 1}, 10)


def test_endpoint_that_is_down_gets_it_later(sandbox: Sandbox, client: Client) -> None:
    sandbox.controls.deliver(retry_seconds=[0.05])
    client.v1.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["customer.created"]})

    client.v1.customers.create({})

    wait_until(lambda: states(sandbox) == {"delivered": 1, "failed": 1}, 10)
    failed = sandbox.controls.deliveries(state="failed")["deliveries"][0]
    assert [attempt["error"].partition(":")[0] for attempt in failed["attempts"]] == ["ConnectionRefusedError"] * 2


def test_hold_then_release_keeps_a_given_order(receiver: Receiver, sandbox: Sandbox, client: Client) -> None:
    sandbox.controls.hold()
    paid_charge(sandbox, client)
    held = [each["event"] for each in sandbox.controls.deliveries(state="held")["deliveries"]]
    wanted = held[2:] + held[:2]

    sandbox.controls.release(events=wanted)

    wait_until(lambda: len(receiver.events) == len(wanted), 10)
    assert receiver.ids == wanted


@pytest.mark.parametrize("order", ["created", "reversed", "shuffled"])
def test_release_of_everything_is_in_the_order_asked_for(
    receiver: Receiver, sandbox: Sandbox, client: Client, order: str
) -> None:
    sandbox.controls.hold()
    made = [client.v1.customers.create({"name": str(number)}).id for number in range(8)]

    sandbox.controls.release(order=order, seed=1)

    wait_until(lambda: len(receiver.events) == 8, 10)
    seen = [event.data.object["id"] for event in receiver.events]
    expected = {"created": made, "reversed": made[::-1], "shuffled": seen}
    assert sorted(seen) == sorted(made)
    assert seen == expected[order]
    assert (order == "shuffled") == (seen not in (made, made[::-1]))


def test_release_may_keep_holding(receiver: Receiver, sandbox: Sandbox, client: Client) -> None:
    sandbox.controls.hold()
    client.v1.customers.create({})
    sandbox.controls.release(keep_holding=True)
    wait_until(lambda: len(receiver.events) == 1, 10)

    client.v1.customers.create({})

    assert states(sandbox) == {"delivered": 1, "held": 1}


def test_deliver_in_copies_and_resend_repeat_the_same_event(
    receiver: Receiver, sandbox: Sandbox, client: Client
) -> None:
    sandbox.controls.deliver(copies=3)
    client.v1.customers.create({})
    wait_until(lambda: len(receiver.events) == 3, 10)

    sandbox.controls.resend(event=receiver.ids[0], times=2)

    wait_until(lambda: len(receiver.events) == 5, 10)
    assert len(set(receiver.ids)) == 1


def test_deliver_late_lets_later_events_overtake(receiver: Receiver, sandbox: Sandbox, client: Client) -> None:
    sandbox.controls.deliver(delay=0.5)
    slow = client.v1.customers.create({})
    sandbox.controls.deliver()
    fast = client.v1.customers.create({})

    wait_until(lambda: len(receiver.events) == 2, 10)

    assert [event.data.object["id"] for event in receiver.events] == [fast.id, slow.id]


def test_deliveries_overlap_so_a_slow_one_holds_up_no_other(
    receiver: Receiver, sandbox: Sandbox, client: Client
) -> None:
    go_on = threading.Event()
    receiver.answer = lambda event: 200 if event.data.object["name"] == "fast" or go_on.wait(10) else 500
    client.v1.customers.create({"name": "slow"})
    receiver.wait_for("customer.created")

    client.v1.customers.create({"name": "fast"})

    wait_until(lambda: states(sandbox) == {"pending": 1, "delivered": 1}, 10)
    go_on.set()
    wait_until(lambda: states(sandbox) == {"delivered": 2}, 10)


def test_endpoint_gets_only_the_events_it_wants(receiver: Receiver, sandbox: Sandbox, client: Client) -> None:
    made = client.v1.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["customer.deleted"]})
    sandbox.store.note(made.id)["secret"] = SECRET
    customer = client.v1.customers.create({})
    client.v1.customers.delete(customer.id)

    wait_until(lambda: states(sandbox) == {"delivered": 3}, 10)

    assert made.secret is not None
    assert made.secret.startswith("whsec_")
    assert sorted(receiver.types) == ["customer.created", "customer.deleted", "customer.deleted"]


@pytest.mark.parametrize(
    "url", ["http://example.com/hook", "https://127.0.0.1/", "file:///etc/passwd", "http://10.0.0.1/"]
)
def test_webhooks_never_leave_the_machine(client: Client, url: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.webhook_endpoints.create({"url": url, "enabled_events": ["*"]})
    with pytest.raises(SandboxRefused, match="on this machine only"):
        Sandbox(webhook_url=url, webhook_secret=SECRET).start()

    assert refusal.value.code == "url_invalid"


@pytest.mark.parametrize("status", [500, 429, 503, 0])
def test_fail_makes_the_next_calls_fail_and_the_client_s_retry_succeed(sandbox: Sandbox, status: int) -> None:
    patient, hasty = client_of(sandbox, retries=2), client_of(sandbox)
    sandbox.controls.fail(times=1, status=status, path="/v1/customers")

    with pytest.raises(stripe.StripeError):
        hasty.v1.customers.create({})
    sandbox.controls.fail(times=1, status=500, path="/v1/customers", method="post")
    made = patient.v1.customers.create({})

    assert [each.id for each in patient.v1.customers.list().data] == [made.id]


@pytest.mark.parametrize("status", [500, 0])
def test_fail_after_the_call_leaves_one_object_thanks_to_the_idempotency_key(sandbox: Sandbox, status: int) -> None:
    patient = client_of(sandbox, retries=2)
    sandbox.controls.fail(times=1, status=status, after=True)

    session = open_session(patient)

    assert [each.id for each in patient.v1.checkout.sessions.list().data] == [session.id]


def test_outage_closes_every_call_until_it_is_over(sandbox: Sandbox, client: Client) -> None:
    sandbox.controls.outage()

    with pytest.raises(stripe.APIConnectionError):
        client.v1.customers.list()
    sandbox.controls.outage(on=False)

    assert client.v1.customers.list().data == []


def test_reset_forgets_everything_but_the_endpoint(receiver: Receiver, sandbox: Sandbox, client: Client) -> None:
    sandbox.controls.hold()
    sandbox.controls.latency(seconds=0.01)
    paid_charge(sandbox, client)

    sandbox.controls.reset()

    assert sandbox.controls.counts() == {"objects": {"webhook_endpoint": 1}, "deliveries": {}}
    client.v1.customers.create({})
    receiver.wait_for("customer.created")


def test_controls_over_http_need_the_token(sandbox: Sandbox) -> None:
    known, stranger = ControlClient(sandbox.url, sandbox.control_token), ControlClient(sandbox.url, "guess")

    assert known.call("advance", seconds=5)["now"] > 0
    with pytest.raises(ValueError, match="give the control token"):
        stranger.call("reset")


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("advance", {"seconds": -1}, "only moves forward"),
        ("advance", {}, "seconds"),
        ("advance", {"minutes": 1}, "takes"),
        ("release", {"order": "up"}, "order is one of"),
        ("release", {"deliveries": ["whd_none"]}, "no delivery"),
        ("fail", {"status": 200}, "400 to 599"),
        ("pay", {"session": "cs_none"}, "No such checkout.session"),
        ("nothing", {}, "POST to one of"),
        ("_held_of", {}, "POST to one of"),
    ],
)
def test_controls_told_nonsense_say_what_they_take(
    sandbox: Sandbox, name: str, arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        ControlClient(sandbox.url, sandbox.control_token).call(name, **arguments)


def test_controls_without_a_token_are_shut() -> None:
    with Sandbox(control_token="") as sandbox, pytest.raises(ValueError, match="give the control token"):
        ControlClient(sandbox.url, "").call("reset")
