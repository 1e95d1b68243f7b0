"""The addresses of proposals and of the policy."""

from __future__ import annotations

from django.urls import include, path, register_converter
from django.urls.converters import IntConverter

from proposals.api import documents, events, policy, questions, review, views, waivers


class ReportId:
    """A report's id, as the report format allows it."""

    regex = r"[A-Za-z0-9_.:-]{1,100}"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value


class RowId(IntConverter):
    """A row's id, as the database can hold it."""

    regex = "[0-9]{1,18}"


register_converter(ReportId, "report_id")
register_converter(RowId, "row_id")

_one = [
    path("", views.ProposalDetail.as_view(), name="api-proposal"),
    path("events/", views.ProposalEvents.as_view(), name="api-proposal-events"),
    path("report.md", documents.ReportMarkdown.as_view(), name="api-proposal-report-md"),
    path("report.json", documents.ReportJSON.as_view(), name="api-proposal-report-json"),
    path("sarif", documents.Sarif.as_view(), name="api-proposal-sarif"),
    path("decision/", review.DecideEndpoint.as_view(), name="api-proposal-decision"),
    path("withdraw/", review.WithdrawEndpoint.as_view(), name="api-proposal-withdraw"),
    path("reopen/", review.ReopenEndpoint.as_view(), name="api-proposal-reopen"),
    path("claim/", review.ClaimEndpoint.as_view(), name="api-proposal-claim"),
    path("questions/", questions.Questions.as_view(), name="api-proposal-questions"),
    path("questions/<row_id:question_id>/answer/", questions.Answer.as_view(), name="api-proposal-answer"),
    path("waivers/", waivers.Waivers.as_view(), name="api-proposal-waivers"),
    path("waivers/<row_id:waiver_id>/revoke/", waivers.RevokeWaiver.as_view(), name="api-proposal-waiver-revoke"),
]
urlpatterns = [
    path("proposals/", views.ProposalList.as_view(), name="api-proposals"),
    path("proposals/<report_id:report_id>/", include(_one)),
    path("events/", events.EventFeed.as_view(), name="api-events"),
    path("policy/", policy.PolicyInForce.as_view(), name="api-policy"),
    path("policy/dry-run/", policy.PolicyDryRun.as_view(), name="api-policy-dry-run"),
]
