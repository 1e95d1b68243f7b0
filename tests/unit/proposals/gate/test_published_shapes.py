"""Credentials that are known by the shapes of detect-secrets."""

from __future__ import annotations

import base64

import pytest

from proposals.gate.languages.published_shapes import find_published
from proposals.gate.redaction import redact_report, redacted_kinds
from tests.unit.proposals.gate.proposed import file_of

# Put together here, so that no scanner takes this file for a leak.
HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
MIXED = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9nR2tV5xY8zA1cD4fG7"
SECRETS = [
    ("azure storage key", "AccountKey=" + (MIXED * 2)[:86] + "=="),
    ("discord bot token", "MTk4NjIyNDgzNDcxOTI1MjQ4" + ".Cl2FMQ." + MIXED[:27]),
    ("gitlab token", "glrt-" + MIXED[:20]),
    ("gitlab token", "glptt-" + MIXED[:40]),
    ("mailchimp key", HEX + "-us" + "14"),
    ("npm token", "//registry.bakers.dev/:_authToken=" + "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"),
    ("pypi token", "pypi-AgEIcHlwaS5vcmc" + (MIXED * 2)[:80]),
    ("slack token", "https://hooks.slack.com/services/T0AB12CD3/B0EF45GH6/" + MIXED[:24]),
    ("square secret", "sq0csp-" + MIXED[:43]),
    ("telegram bot token", "1234567890:" + "AAH" + MIXED[:32]),
    ("twilio key", "SK" + HEX),
]


@pytest.mark.parametrize(("kind", "secret"), SECRETS)
def test_redact_report_masks_published_shapes(kind: str, secret: str) -> None:
    report = file_of("notes/keys.txt", f"the key is {secret} here\n")

    masked = redact_report(report)

    assert redacted_kinds(masked) == (kind,)
    assert secret[-20:] not in masked.proposal


def test_redact_report_masks_published_shapes_in_base64() -> None:
    encoded = base64.b64encode(base64.b64encode(("sq0csp-" + MIXED[:43]).encode())).decode()

    assert encoded not in redact_report(file_of("a.txt", f"key {encoded}\n")).proposal


@pytest.mark.parametrize(
    "text",
    [
        f"sha256 {HEX * 2} of the wheel",
        f"BACKSK{HEX} and SK{HEX}0",
        "AccountKey=${STORAGE_KEY}",
        "pypi-AgEIcHlwaS5vcmc... is how a token begins",
        "https://hooks.slack.com/services/YOUR/WEBHOOK/URL",
        "at 20260301:1200 the oven-us1 was hot",
        f"integrity sha512-{MIXED}{MIXED}==",
        "new Module.method1.anotherMethodOfTheModuleThatIsLong()",
    ],
)
def test_find_published_lets_pass(text: str) -> None:
    assert not list(find_published(text))
