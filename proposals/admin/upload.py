"""Handing a report in by hand."""

from __future__ import annotations

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from proposals.models import Proposal, User
from proposals.reports import MAX_REPORT_BYTES, ReportError
from proposals.services import ReportConflict, Submission, SubmissionOutcome, submit_report

OUTCOMES = {
    SubmissionOutcome.CREATED: "Taken in as {report_id}; it is {status}.",
    SubmissionOutcome.REPEATED: "{report_id} was here before, with the same content; it is {status}.",
    SubmissionOutcome.DUPLICATE: "The same content was here before; {report_id} is linked to it and not queued again.",
}


class UploadForm(forms.Form):
    """A report as a file or as text: one of the two, in either form."""

    file = forms.FileField(
        label="File",
        required=False,
        help_text="A .md or .json report, at most 2 MB.",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".md,.json,.markdown,text/markdown,application/json"}),
    )
    text = forms.CharField(
        label="Or its text",
        required=False,
        strip=False,
        help_text="Line ends arrive as line feeds; upload a file to keep carriage returns.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 18, "spellcheck": "false", "class": "fs-mono"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        file, text = given.get("file"), given.get("text") or ""
        if bool(file) == bool(text.strip()):
            raise forms.ValidationError("Give a file or a text, one of the two.")
        if file and file.size > MAX_REPORT_BYTES:
            self.add_error("file", f"The file is longer than the {MAX_REPORT_BYTES} bytes that are taken.")
        return given

    def received(self) -> bytes:
        """The report, byte for byte; browsers send a text's line feeds as CRLF, which is undone."""
        if file := self.cleaned_data["file"]:
            return bytes(file.read())
        return str(self.cleaned_data["text"]).replace("\r\n", "\n").encode()

    def submit(self, by: User) -> Submission | None:
        """Hand it in; None when it was refused, with the reason beside the field."""
        field = "file" if self.cleaned_data["file"] else "text"
        try:
            return submit_report(received=self.received(), submitted_by=by, source=Proposal.Source.ADMIN)
        except (ReportError, ReportConflict) as error:
            self.add_error(field, str(error))
            return None


def outcome_message(submission: Submission) -> str:
    """What became of the upload, in words."""
    proposal = submission.proposal
    return OUTCOMES[submission.outcome].format(
        report_id=proposal.report_id, status=proposal.get_status_display().lower()
    )
