"""Handing reports in at the admin."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from proposals.models import Proposal
from proposals.reports import MAX_REPORT_BYTES, render_json, render_markdown
from tests.factories import create_report, create_user
from tests.factories.browsers import log_in, review_url

pytestmark = pytest.mark.django_db

UPLOAD = "/admin/proposals/proposal/add/"


@pytest.mark.parametrize("render", [render_markdown, render_json])
def test_upload_of_a_file_keeps_every_byte(render: object) -> None:
    text = render(create_report(proposal="self_improvement: a\r\nb \n", block_execution=True))  # type: ignore[operator]
    operator = create_user()

    answer = log_in(operator).post(UPLOAD, {"file": SimpleUploadedFile("report.md", text.encode())})

    proposal = Proposal.objects.get()
    assert answer["Location"] == review_url(proposal)
    assert bytes(proposal.received) == text.encode()
    assert (proposal.submitted_by, proposal.source) == (operator, Proposal.Source.ADMIN)


def test_upload_of_text_undoes_the_browsers_line_ends() -> None:
    text = render_markdown(create_report(proposal="self_improvement: a\nb", block_execution=True))

    log_in().post(UPLOAD, {"text": text.replace("\n", "\r\n")})

    assert bytes(Proposal.objects.get().received) == text.encode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", b"Give a file or a text"),
        ("# FSAR Proposal Report\n- id: <b>x</b>", b"&lt;b&gt;x"),
        ('{"id": 1}', b"id"),
    ],
)
def test_upload_of_a_bad_report_keeps_what_was_typed(text: str, said: bytes) -> None:
    answer = log_in().post(UPLOAD, {"text": text})

    assert answer.status_code == 200
    assert said in answer.content
    assert answer.context["form"].errors
    assert not Proposal.objects.exists()


def test_upload_of_the_same_id_with_other_content_is_a_conflict() -> None:
    first = create_report(block_execution=True)
    client = log_in()
    client.post(UPLOAD, {"text": render_markdown(first)})

    answer = client.post(UPLOAD, {"text": render_markdown(create_report(id=first.id, block_execution=True))})

    assert b"submitted before with other content" in answer.content
    assert Proposal.objects.count() == 1


def test_upload_of_too_much_is_refused() -> None:
    answer = log_in().post(UPLOAD, {"file": SimpleUploadedFile("big.md", b"x" * (MAX_REPORT_BYTES + 1))})

    assert b"longer than" in answer.content


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00"])
def test_upload_of_a_file_that_is_no_text_is_refused(content: bytes) -> None:
    answer = log_in().post(UPLOAD, {"file": SimpleUploadedFile("evil.md", content)})

    assert answer.status_code == 200
    assert answer.context["form"].errors


def test_upload_by_a_viewer_is_forbidden() -> None:
    answer = log_in(create_user(groups=["Viewers"])).post(UPLOAD, {"text": render_markdown(create_report())})

    assert answer.status_code == 403
    assert not Proposal.objects.exists()
