"""`manage.py stripe_sandbox`: a process of its own whose state outlives it."""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from django.core.management import CommandError, call_command

from billing.sandbox import Sandbox, SandboxRefused
from tests.integration.billing.sandboxing import KEY, SECRET, client_of, open_session, receiving
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]
Start = Callable[..., subprocess.Popen[str]]
PRODUCTION = {
    "FSARSITE_ENV": "production",
    "SECRET_KEY": "x" * 50,
    "ALLOWED_HOSTS": "shop.example",
    "FIELD_ENCRYPTION_KEYS": base64.urlsafe_b64encode(bytes(32)).decode(),
    "FIELD_INDEX_KEY": "y" * 50,
}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started = []

    def run(*options: str, **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "stripe_sandbox", *options],
            env=os.environ | {"FSARSITE_DATA": str(tmp_path)} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().split()[3].rstrip(":")


def test_command_serves_until_told_to_stop_keeps_its_state_and_tells_the_webhook(start: Start, tmp_path: Path) -> None:
    with receiving() as receiver:
        first = start("--port", "0", "--webhook", receiver.url, STRIPE_SANDBOX_WEBHOOK_SECRET=SECRET)
        made = requests.post(f"{url_of(first)}/v1/customers", {"name": "Ann"}, auth=(KEY, ""), timeout=20).json()
        receiver.wait_for("customer.created")
    first.send_signal(signal.SIGTERM)
    _, said = first.communicate(timeout=30)
    second = start("--port", "0")
    again = requests.get(f"{url_of(second)}/v1/customers/{made['id']}", auth=(KEY, ""), timeout=20)
    second.send_signal(signal.SIGINT)
    _, said_again = second.communicate(timeout=30)

    assert (first.returncode, said, second.returncode, said_again) == (0, "", 0, "")
    assert again.json() == made
    assert (tmp_path / "stripe-sandbox.json").stat().st_mode & 0o777 == 0o600


def test_command_in_production_says_why_not_in_one_line(start: Start) -> None:
    output, error = (process := start(**PRODUCTION)).communicate(timeout=60)

    assert (process.returncode, output) == (1, "")
    assert "not run in production" in error
    assert len(error.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "99999"], "cannot listen on 127.0.0.1 port 99999"),
        (["--webhook", "http://127.0.0.1:1/", "--webhook-secret", ""], "both its URL and its secret"),
        (["--webhook", "http://example.com/", "--webhook-secret", "x"], "on this machine only"),
    ],
)
def test_command_that_cannot_run_says_why(options: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # ours stay ours

    with pytest.raises(CommandError, match=said):
        call_command("stripe_sandbox", "--no-snapshot", *options)


def test_snapshot_brings_back_sessions_clock_keys_and_undelivered_events(tmp_path: Path) -> None:
    snapshot = tmp_path / "below" / "state.json"
    with Sandbox(snapshot=snapshot, webhook_url="http://127.0.0.1:9/", webhook_secret=SECRET) as before:
        client = client_of(before)
        session = open_session(client, options={"idempotency_key": "one"})
        before.controls.pay(session=session.id)
        now = before.controls.advance(seconds=1000)["now"]
        types = sorted(event.type for event in client.v1.events.list().data)

    with (
        receiving() as receiver,
        Sandbox(snapshot=snapshot, webhook_url=receiver.url, webhook_secret=SECRET) as after,
    ):
        wait_until(lambda: len(receiver.events) == len(types), 20)
        resumed = sorted(receiver.types)
        again = client_of(after)
        paid = again.v1.checkout.sessions.retrieve(session.id)
        refund = again.v1.refunds.create({"payment_intent": str(paid.payment_intent)})
        repeated = open_session(again, options={"idempotency_key": "one"})

        assert resumed == types
        assert (paid.status, refund.status, repeated.id) == ("complete", "succeeded", session.id)
        assert again.v1.customers.create({}).created >= now


def test_snapshot_is_written_while_running(tmp_path: Path) -> None:
    snapshot = tmp_path / "state.json"
    with Sandbox(snapshot=snapshot) as sandbox:
        customer = client_of(sandbox).v1.customers.create({})

        wait_until(lambda: snapshot.exists() and customer.id in snapshot.read_text(), 10)

    assert list(tmp_path.iterdir()) == [snapshot]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", json.dumps({"format": 99})])
def test_damaged_snapshot_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    snapshot = tmp_path / "state.json"
    snapshot.write_text(text)

    with pytest.raises(SandboxRefused, match="delete it to start afresh"):
        Sandbox(snapshot=snapshot).start()

    assert snapshot.read_text() == text


def test_sandbox_does_not_start_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSARSITE_ENV", "production")

    with pytest.raises(SandboxRefused, match="production"):
        Sandbox().start()


def test_sandbox_on_a_busy_port_says_so() -> None:
    with Sandbox() as running, pytest.raises(SandboxRefused, match="cannot listen"):
        Sandbox(int(running.url.rpartition(":")[2])).start()


def test_stopped_sandbox_closes_the_connections_clients_keep() -> None:
    sandbox = Sandbox().start()
    with requests.Session() as session:
        session.get(f"{sandbox.url}/healthz", timeout=20)
        sandbox.stop()

        with pytest.raises(requests.ConnectionError):
            session.get(f"{sandbox.url}/healthz", timeout=20)
