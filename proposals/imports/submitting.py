"""From a document through the one door to an outcome."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import DataError, IntegrityError, transaction

from proposals.imports.documents import Document
from proposals.imports.outcomes import Imported, Problem, Result
from proposals.models import Finding, Proposal, User
from proposals.reports import Report, ReportError, content_hash, parse_report, report_hash
from proposals.services import ReportConflict, Submission, SubmissionOutcome, service_account, submit_report

ACCOUNT = "importer"


@dataclass(slots=True)
class Importer:
    """Submits documents for one account: the one named, or the service account of imports."""

    username: str | None = None

    def account(self) -> User:
        """The account, the service account made if missing.

        Raises User.DoesNotExist for an unknown or inactive name and ValueError when a person has the service's name.
        """
        return User.objects.get(username=self.username, is_active=True) if self.username else service_account(ACCOUNT)

    def submit(self, document: Document) -> Imported | Problem:
        """Submit one document; a report that is refused is a Problem and leaves nothing behind. Idempotent."""
        try:
            return self._take(document)
        except ReportError as error:
            line = document.first_line - 1 + error.line if error.line else document.first_line
            return Problem(document.source, line, error.field, error.reason)
        except ReportConflict as error:
            return Problem(document.source, document.first_line, "id", str(error))
        except (DataError, IntegrityError) as error:
            return Problem(document.source, document.first_line, "report", f"the database refuses it: {error}")

    def _take(self, document: Document) -> Imported:
        submission = submit_report(
            received=document.received,
            submitted_by=self.account(),
            source=Proposal.Source.COMMAND,
            form=document.form,
        )
        return _imported(submission)


@dataclass(slots=True)
class Rehearsal(Importer):
    """The same, with every submission rolled back at once.

    One transaction around a whole import would hold its locks until the end, and PostgreSQL has room for some
    thousands; so what came earlier in the same run is remembered here instead.
    """

    _reports: dict[str, str] = field(default_factory=dict)
    _contents: set[str] = field(default_factory=set)

    def _take(self, document: Document) -> Imported:
        report = parse_report(document.received, document.form)
        earlier = self._earlier(report)
        if earlier:
            return Imported(report.id, earlier, "", ())
        with transaction.atomic():
            imported = super(Rehearsal, self)._take(document)
            transaction.set_rollback(True)
        self._reports[report.id] = report_hash(report)
        self._contents.add(content_hash(report))
        return imported

    def _earlier(self, report: Report) -> Result | None:
        if report.id in self._reports:
            if self._reports[report.id] == report_hash(report):
                return Result.REPEATED
            raise ReportError("id", None, "came earlier in this import with other content; give it a new id")
        return Result.DUPLICATE if content_hash(report) in self._contents else None


def _imported(submission: Submission) -> Imported:
    proposal = submission.proposal
    assessment = proposal.assessment
    if submission.outcome is not SubmissionOutcome.CREATED or assessment is None:
        return Imported(proposal.report_id, Result(submission.outcome.value), "", ())
    findings = tuple(_shown(finding) for finding in assessment.findings.order_by("id"))
    return Imported(proposal.report_id, Result(assessment.outcome), assessment.headline, findings)


def _shown(finding: Finding) -> str:
    where = f"{finding.artifact}:{finding.start_line}: " if finding.start_line else ""
    return f"{where}{finding.level}: {finding.message} [{finding.rule_id}]"
