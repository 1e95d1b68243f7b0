"""The addresses of tasks."""

from __future__ import annotations

from django.urls import include, path

from execution.api import views
from execution.api.rehearsals import ProposalRehearsals

_one = [
    path("", views.TaskDetail.as_view(), name="api-task"),
    path("events/", views.TaskEvents.as_view(), name="api-task-events"),
    path("rollback/", views.RollBackEndpoint.as_view(), name="api-task-rollback"),
    path("cancel/", views.CancelEndpoint.as_view(), name="api-task-cancel"),
    path("complete/", views.CompleteEndpoint.as_view(), name="api-task-complete"),
    path("assign/", views.AssignEndpoint.as_view(), name="api-task-assign"),
    path("draft/", views.DraftEndpoint.as_view(), name="api-task-draft"),
    path("run/", views.RunEndpoint.as_view(), name="api-task-run"),
    path("retry/", views.RetryEndpoint.as_view(), name="api-task-retry"),
]
urlpatterns = [
    path("tasks/", views.TaskList.as_view(), name="api-tasks"),
    path("tasks/<uuid:public_id>/", include(_one)),
    path(
        "proposals/<report_id:report_id>/rehearsals/",
        ProposalRehearsals.as_view(),
        name="api-proposal-rehearsals",
    ),
    path("execution/", views.ControlEndpoint.as_view(), name="api-execution"),
]
