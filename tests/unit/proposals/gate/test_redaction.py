"""Reports without their secrets: masked before anything is judged, stored or shown."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proposals.gate import DEFAULT, Outcome, assess
from proposals.gate.as_json import verdict_as_dict
from proposals.gate.languages.redaction import redacted
from proposals.gate.redaction import redact_report, redacted_kinds
from proposals.gate.sarif import to_sarif

from .proposed import file_of, plan_of

# Put together here, so that no scanner takes this file for a leak.
KEY = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"
AWS = "wJalrXUtnFEMIK7MDENGbPxRfiCYzT3q" + "0aB4cD8e"
PEM_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw\nggSjAgEAAoIBAQC7"
PEM = f"{'-----BEGIN'} PRIVATE KEY-----\n{PEM_BODY}\n-----END PRIVATE KEY-----"
CUT_PEM = "-----BEGIN RSA PRIVATE " + "KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw"


def encoded(text: str, times: int) -> str:
    for _ in range(times):
        text = base64.b64encode(text.encode()).decode()
    return text


SECRETS = [
    pytest.param(f"const key = '{KEY}';", KEY, "stripe live key", id="stripe"),
    pytest.param(f"key: {encoded(KEY, 1)}", encoded(KEY, 1), "stripe live key base64 encoded once", id="once"),
    pytest.param(f"key: {encoded(KEY, 2)}", encoded(KEY, 2), "stripe live key base64 encoded twice", id="twice"),
    pytest.param(f"aws_secret_access_key = {AWS}", AWS, "aws secret key", id="aws"),
    pytest.param("postgres://baker:Kj8sLq02xZ@db.bread.io/shop", "Kj8sLq02xZ", "password in a url", id="url"),
    pytest.param('"password": "Kj8sLq02xZw1"', "Kj8sLq02xZw1", "value for a password or key", id="assigned"),
    pytest.param(PEM, "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw", "private key", id="key"),
    pytest.param(CUT_PEM, "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw", "private key", id="cut-key"),
]


@pytest.mark.parametrize(("text", "secret", "kind"), SECRETS)
def test_redact_report_masks_every_place(text: str, secret: str, kind: str) -> None:
    report = replace(plan_of(f"Bake.\n{text}\nDone."), risks=(text,), mitigations=(text,))

    masked = redact_report(report)

    assert secret not in repr(masked)
    assert masked.proposal.count("\n") == report.proposal.count("\n")
    assert masked.proposal.startswith("self_improvement: Bake.\n")
    assert masked.proposal.endswith("\nDone.")
    assert redacted_kinds(masked) == (kind,)
    assert redact_report(masked) is masked


@pytest.mark.parametrize(("text", "secret", "kind"), SECRETS)
def test_assess_quotes_no_secret(text: str, secret: str, kind: str) -> None:
    report = file_of("a.md", f"# Bread\n\n{text}\n")

    verdict = assess(report, DEFAULT)

    told = json.dumps([verdict_as_dict(verdict, report.id), to_sarif(verdict, report)])
    assert verdict.outcome is Outcome.RETURNED
    assert f"held a {kind}" in told
    assert secret not in told


def test_assess_says_the_same_of_the_masked_report() -> None:
    report = file_of("a.js", f"const key = '{KEY}';\nmodule.exports = key;\n")

    first, again = assess(report, DEFAULT), assess(redact_report(report), DEFAULT)

    assert again == first


def test_redacted_tells_two_secrets_apart() -> None:
    text = redacted(f"{KEY} {KEY[:-1]}X {KEY}")

    first, second, third = text.split()
    assert first == third != second


def test_redact_report_leaves_a_clean_report_alone() -> None:
    report = plan_of("Read the key from process.env.STRIPE_SECRET_KEY.")

    assert redact_report(report) is report


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=30), st.sampled_from([KEY, PEM, encoded(KEY, 2), "\n", "'"])), max_size=12))
def test_redacted_keeps_lines_and_settles(parts: list[str]) -> None:
    text = " ".join(parts)

    once = redacted(text)

    assert KEY not in once
    assert once.count("\n") == text.count("\n")
    assert redacted(once) == once
