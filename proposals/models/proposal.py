"""The stored change that a report asks for."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q

from proposals.gate import Band
from proposals.gate.measurements import Measurement
from proposals.models.assessment import Assessment
from proposals.models.opportunity import Opportunity
from proposals.models.repetition import RequestGroup
from proposals.reports import FileFrame, Form, ProposalType, Report, parse_file_frame, parse_report
from proposals.states import ENDED, OPEN, WAITING, Status


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """Reads of the queue."""

    def waiting(self) -> ProposalQuerySet:
        """Those that wait for a person's decision."""
        return self.filter(status__in=WAITING)

    def for_review(self) -> ProposalQuerySet:
        """With all that a list row shows, in one query."""
        return self.select_related("assessment__policy", "opportunity", "group", "submitted_by", "claimed_by")


class Proposal(models.Model):
    """One report that came in, as received, and where it stands.

    ``received`` is the report byte for byte, but for secrets: a report that held one is stored rendered again with the
    secret masked, under the hashes of what came. ``text`` and ``path`` are for reading and searching only: PostgreSQL
    cannot hold NUL, so it stands there as ``␀``; what is judged and executed is parsed from ``received``.
    """

    class Source(models.TextChoices):
        API = "api", "API"
        COMMAND = "command", "Import command"
        ADMIN = "admin", "Admin upload"
        PRODUCER = "producer", "Own producer"

    class Type(models.TextChoices):
        IDEA_IMPLEMENTATION = ProposalType.IDEA_IMPLEMENTATION.value, "Idea implementation"
        SELF_IMPROVEMENT = ProposalType.SELF_IMPROVEMENT.value, "Self improvement"
        IMPLEMENT_IDEA = ProposalType.IMPLEMENT_IDEA.value, "Implement idea"
        UNKNOWN = "unknown", "Unknown"

    report_id = models.CharField("report id", max_length=100, unique=True)
    type = models.CharField(max_length=20, choices=Type)
    title = models.CharField(max_length=200)
    text = models.TextField()
    path = models.TextField(blank=True)
    reported_at = models.DateTimeField()
    reported_severity = models.PositiveSmallIntegerField()
    reported_block = models.BooleanField()

    received = models.BinaryField()
    received_form = models.CharField(max_length=10, choices=[(form.value, form.value) for form in Form])
    report_hash = models.CharField(max_length=80)
    content_hash = models.CharField(max_length=80)
    duplicate_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates")
    measurements = models.JSONField(
        default=list, blank=True, help_text="What was measured of it outside of its text before it was judged."
    )
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="submissions")
    submitted_at = models.DateTimeField(auto_now_add=True)
    source = models.CharField(max_length=10, choices=Source)
    opportunity = models.ForeignKey(Opportunity, null=True, blank=True, on_delete=models.PROTECT)
    group = models.ForeignKey(RequestGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="proposals")

    status = models.CharField(max_length=20, choices=Status, default=Status.RECEIVED)
    status_changed_at = models.DateTimeField()
    assessment = models.ForeignKey(Assessment, null=True, on_delete=models.PROTECT, related_name="proposals")
    band = models.CharField(max_length=10, blank=True, choices=[(band.value, band.value) for band in Band])
    severity = models.PositiveSmallIntegerField(null=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="claims"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody should have decided: reminders and Leads go by it."
    )
    expires_at = models.DateTimeField(null=True, blank=True, help_text="When it ends undecided.")
    reminded_of = models.DateTimeField(null=True, blank=True, help_text="The deadline that people were reminded of.")
    overdue_since = models.DateTimeField(null=True, blank=True, help_text="The deadline that Leads were told of.")
    end_told_of = models.DateTimeField(null=True, blank=True, help_text="The end that people were warned of.")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        permissions = [
            ("decide_proposal", "Can approve, reject, send back and reopen proposals"),
            ("claim_proposal", "Can claim proposals for review"),
            ("assign_proposal", "Can give proposals to people, release their claims and move the day to decide by"),
        ]
        indexes = [
            models.Index(  # the queue: what waits, worst first
                name="proposal_queue", fields=["-severity", "id"], condition=Q(status__in=sorted(WAITING))
            ),
            models.Index(name="proposal_by_status", fields=["status", "-id"]),  # a tab of the changelist, newest first
            models.Index(name="proposal_by_content", fields=["content_hash"]),  # is it a duplicate?
            models.Index(  # what became of a producer's last ones
                name="proposal_by_producer", fields=["submitted_by", "-id"], condition=Q(status__in=sorted(ENDED))
            ),
            models.Index(  # the sweep that reminds
                name="proposal_due", fields=["due_at"], condition=Q(status__in=sorted(WAITING))
            ),
            models.Index(  # the expiry sweep
                name="proposal_expiring", fields=["expires_at"], condition=Q(status__in=sorted(OPEN))
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="proposal_assessed_past_received",
                condition=Q(status=Status.RECEIVED) | Q(assessment__isnull=False, severity__isnull=False) & ~Q(band=""),
            ),
            models.CheckConstraint(
                name="proposal_duplicate_links",
                condition=Q(status=Status.DUPLICATE, duplicate_of__isnull=False)
                | ~Q(status=Status.DUPLICATE) & Q(duplicate_of__isnull=True),
            ),
            models.CheckConstraint(
                name="proposal_claim_paired",
                condition=Q(claimed_by__isnull=True, claimed_at__isnull=True)
                | Q(claimed_by__isnull=False, claimed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def deadline(self) -> datetime | None:
        """By when somebody should decide, else when it ends undecided; None when there is nothing to decide."""
        return self.due_at or self.expires_at

    @cached_property
    def report(self) -> Report:
        """The report, parsed again from what was received."""
        return parse_report(bytes(self.received), Form(self.received_form))

    @property
    def measured_before(self) -> tuple[Measurement, ...]:
        """What was measured of it before it was judged the first time."""
        return tuple(Measurement.from_dict(each) for each in self.measurements)

    @cached_property
    def frame(self) -> FileFrame | None:
        """The file that the proposal asks for, exactly; None for a plan or an idea."""
        return parse_file_frame(self.report.proposal)
