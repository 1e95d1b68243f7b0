"""Secrets never reach the database: not the columns, not what was received, not the findings or the history."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from django.core import serializers
from django.test import Client
from django.urls import reverse

from proposals.models import Assessment, Finding, Opportunity, Proposal, ProposalEvent
from proposals.reports import Form, content_hash, render_json, render_markdown, report_hash
from proposals.services import ReportConflict, SubmissionOutcome
from proposals.states import Status
from tests.factories import create_report, create_user, file_proposal, submit

pytestmark = pytest.mark.django_db

# Put together here, so that no scanner takes this file for a leak.
KEY = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"
TWICE = base64.b64encode(base64.b64encode(KEY.encode())).decode()
LEAKS = [
    pytest.param(KEY, id="plain"),
    pytest.param(base64.b64encode(KEY.encode()).decode(), id="encoded-once"),
    pytest.param(TWICE, id="encoded-twice"),
]


def all_rows() -> str:
    """Every row that a submission writes, binary columns decoded."""
    rows = [*Assessment.objects.all(), *Finding.objects.all(), *Opportunity.objects.all(), *ProposalEvent.objects.all()]
    proposals = Proposal.objects.all()
    texts = [bytes(proposal.received).decode() for proposal in proposals]
    return json.dumps([serializers.serialize("json", [*rows, *proposals]), *texts])


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("secret", LEAKS)
def test_submit_report_stores_no_secret(secret: str, form: Form) -> None:
    code = f"// key {secret}\nmodule.exports = {{ key: '{secret}' }};\n"
    report = replace(create_report(proposal=file_proposal("src/till.js", code, f"Shop {secret}")), risks=(secret,))

    proposal = submit(report, form=form).proposal

    assert proposal.status == Status.RETURNED
    assert secret not in all_rows()
    assert (proposal.report_hash, proposal.content_hash) == (report_hash(report), content_hash(report))
    assert "REDACTED_stripe_live_key" in Proposal.objects.get().report.proposal


def test_submit_report_with_a_secret_says_so_in_its_history() -> None:
    proposal = submit(create_report(proposal=f"self_improvement: Use {KEY}.")).proposal

    event = proposal.events.get(name="redacted")

    assert "stripe live key" in event.note
    assert event.data["kinds"] == ["stripe live key"]


def test_submit_report_with_a_secret_is_still_idempotent() -> None:
    report = create_report(proposal=f"self_improvement: Use {KEY}.")
    submit(report)

    again, other = submit(report), submit(replace(report, id="fsar_other"))

    assert again.outcome is SubmissionOutcome.REPEATED
    assert other.proposal.content_hash == again.proposal.content_hash
    with pytest.raises(ReportConflict):
        submit(replace(report, proposal=f"self_improvement: Use {KEY[:-1]}X."))


def test_submit_report_without_a_secret_is_kept_byte_for_byte() -> None:
    report = create_report()

    proposal = submit(report, form=Form.MARKDOWN).proposal

    assert bytes(proposal.received) == render_markdown(report).encode()
    assert not proposal.events.filter(name="redacted").exists()


@pytest.mark.parametrize("form", ["received", "md", "json"])
def test_download_of_a_report_holds_no_secret(form: str, client: Client) -> None:
    report = create_report(proposal=f"self_improvement: Use {TWICE}.")
    proposal = submit(report, form=Form.JSON).proposal
    client.force_login(create_user("operator", groups=("Operators",)))

    page = client.get(reverse("admin:proposals_proposal_download", args=[proposal.pk, form]))

    assert TWICE in render_json(report)
    assert TWICE not in page.content.decode()
