"""The one door for reports: API, command, admin upload and our own producers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import connection, transaction
from django.utils import timezone

from proposals.actors import Actor
from proposals.gate.measurements import Measurement
from proposals.gate.redaction import redact_report, redacted_kinds
from proposals.measurements import measure_report
from proposals.models import Opportunity, Proposal, User
from proposals.reports import (
    Form,
    Report,
    content_hash,
    decode_report,
    opportunity_of,
    parse_file_frame,
    parse_report,
    render_json,
    render_markdown,
    report_hash,
    sniff_form,
    split_type,
)
from proposals.services.assessment import assess_content, record_assessment
from proposals.services.repetition import add_voice, join_group
from proposals.services.status import write_event
from proposals.services.storable import storable, storable_json
from proposals.states import SUPERSEDABLE, Status

_RENDER = {Form.MARKDOWN: render_markdown, Form.JSON: render_json}


class SubmissionOutcome(StrEnum):
    """What became of a submission."""

    CREATED = "created"
    REPEATED = "repeated"  # the same id and content came before: the first answer again
    DUPLICATE = "duplicate"  # the same content came under another id: linked, not queued


@dataclass(frozen=True, slots=True)
class Submission:
    """The stored proposal and how it came to be."""

    proposal: Proposal
    outcome: SubmissionOutcome


class ReportConflict(Exception):
    """A report with this id but other content came before. Nothing was changed."""

    def __init__(self, existing: Proposal) -> None:
        self.existing = existing
        super().__init__(
            f"{existing.report_id} was submitted before with other content; give the changed report a new id"
        )


def submit_report(
    *, received: bytes, submitted_by: User, source: Proposal.Source, form: Form | None = None
) -> Submission:
    """Take in one report and judge it. Idempotent by report id and content.

    Raises ReportError (not a report; nothing is stored) and ReportConflict. Takes a lock per report id and per
    content until the transaction ends, so that two at once give one row.

    What is stored holds no secret that the gate knows: each is masked, and an event says so. The hashes are those
    of the report as it came, so a repetition is still known for one.
    """
    form = form or sniff_form(decode_report(received))
    report = parse_report(received, form)
    measurements = _measured(report)
    with transaction.atomic():
        _lock(report)
        existing = Proposal.objects.for_review().filter(report_id=report.id).first()
        if existing:
            return _again(existing, report)
        assessment = assess_content(report, measurements=measurements)
        first = _first_with_content(report)
        proposal = _create(report, received, form, submitted_by, source, measurements=measurements)
        if first is None:
            join_group(proposal, proposal.report, assessment.policy.rules)
            record_assessment(proposal, assessment)
            return Submission(proposal, SubmissionOutcome.CREATED)
        _link(proposal, first)
        return Submission(proposal, SubmissionOutcome.DUPLICATE)


def _lock(report: Report) -> None:
    keys = sorted((report.id, content_hash(report)))
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _again(existing: Proposal, report: Report) -> Submission:
    if existing.report_hash != report_hash(report):
        raise ReportConflict(existing)
    return Submission(existing, SubmissionOutcome.REPEATED)


def _first_with_content(report: Report) -> Proposal | None:
    same = Proposal.objects.filter(content_hash=content_hash(report), duplicate_of=None)
    return same.exclude(status__in=SUPERSEDABLE).order_by("id").first()


def _measured(report: Report) -> tuple[Measurement, ...]:
    """Before the transaction, for a database that runs SQL takes its time; nothing for what is decided elsewhere."""
    if Proposal.objects.filter(report_id=report.id).exists() or _first_with_content(report):
        return ()
    return measure_report(report)


def _create(
    report: Report,
    received: bytes,
    form: Form,
    by: User,
    source: Proposal.Source,
    *,
    measurements: tuple[Measurement, ...],
) -> Proposal:
    """A row that shows the report without its secrets, under the hashes of the report as it came."""
    kept = redact_report(report)
    kind, _ = split_type(kept.proposal)
    frame = parse_file_frame(kept.proposal)
    proposal = Proposal.objects.create(
        report_id=kept.id,
        type=kind.value if kind else Proposal.Type.UNKNOWN,
        title=_title(kept),
        text=storable(kept.proposal),
        path=storable(frame.path) if frame else "",
        reported_at=datetime.fromisoformat(kept.timestamp),
        reported_severity=kept.severity,
        reported_block=kept.block_execution,
        received=received if kept is report else _RENDER[form](kept).encode(),
        received_form=form,
        report_hash=report_hash(report),
        content_hash=content_hash(report),
        measurements=[storable_json(each.to_dict()) for each in measurements],
        submitted_by=by,
        source=source,
        opportunity=_opportunity(kept),
        status_changed_at=timezone.now(),
    )
    write_event(proposal, name="submitted", by=Actor.of(by), source=source)
    if kept is not report:
        kinds = redacted_kinds(kept)
        note = f"Masked before it was stored: {', '.join(kinds)}. The hashes are those of the report as it came."
        write_event(proposal, name="redacted", before=proposal.status, by=Actor.system(), note=note, kinds=list(kinds))
    return proposal


def _link(proposal: Proposal, first: Proposal) -> None:
    if first.group:
        add_voice(proposal, first.group)
    proposal.duplicate_of = first
    proposal.assessment, proposal.band, proposal.severity = first.assessment, first.band, first.severity
    proposal.status, before = Status.DUPLICATE, proposal.status
    proposal.save(update_fields=["duplicate_of", "assessment", "band", "severity", "status"])
    write_event(
        proposal,
        name="linked",
        before=before,
        by=Actor.system(),
        first=first.pk,
        note=f"The same content came before as {first.report_id}; it is decided there.",
    )


def _opportunity(report: Report) -> Opportunity | None:
    name = storable(opportunity_of(report.proposal) or "").strip()[:200]
    return Opportunity.objects.get_or_create(name=name)[0] if name else None


def _title(report: Report) -> str:
    frame = parse_file_frame(report.proposal)
    if frame:
        return storable(frame.path.strip() or "(no path)")[:200]
    _, body = split_type(report.proposal)
    first_line = next((line.strip(" #*\r\t") for line in body.split("\n") if line.strip(" #*\r\t")), "(empty)")
    return storable(first_line)[:200]
