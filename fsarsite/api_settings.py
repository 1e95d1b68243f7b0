"""Settings of the REST API and of its schema; fsarsite/settings.py takes them."""

from typing import Any

API_PREFIX = "/api/"
"""Below it answers are for programs: problems instead of pages, tags, compression."""

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "proposals.api.authentication.KeyAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["proposals.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "proposals.api.openapi.OperationSchema",
    "EXCEPTION_HANDLER": "fsarsite.errors.problem_handler",
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "fsarsite API",
    "DESCRIPTION": "Submit FSAR reports, read what the gate made of them, decide, and follow what was executed.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PATH_CONVERTER_OVERRIDES": {"report_id": str},
    "ENUM_NAME_OVERRIDES": {
        "ProposalStatus": "proposals.states.Status",
        "ProposalType": "proposals.models.Proposal.Type",
        "TaskStatus": "execution.states.TaskStatus",
        "DecisionKind": "proposals.models.Decision.Kind",
        "TaskKind": "execution.models.ExecutionTask.Kind",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
