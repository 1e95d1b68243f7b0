"""May this account use this address: the same permissions as in the admin."""

from __future__ import annotations

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from proposals.api.scopes import scope_of
from proposals.models import ApiKey, User


class HasRight(BasePermission):
    """The right that the view names for the method, e.g. ``{"GET": "proposals.view_proposal"}``, and a key's scope.

    A method that the view implements without naming a right is refused. Whether an account may *decide* is the
    services' business, since it depends on the proposal.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the account has the right. Anonymous ones never have."""
        rights: dict[str, str] = getattr(view, "rights", {})
        right = rights.get("GET" if request.method == "HEAD" else str(request.method))
        if not request.user.is_authenticated:
            return False
        if right is None:  # an unknown method goes on to its 405
            return not _implements(view, str(request.method))
        self.message = f"this account lacks the right {right}"
        return bool(request.user.has_perm(right)) and self._in_scope(request, view)

    def _in_scope(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, ApiKey):
            return True
        scope = scope_of(view, str(request.method))
        self.message = f"this key lacks the scope {scope}" if scope else "no key does this; log in to the admin"
        return scope in request.auth.scopes


class IsPerson(BasePermission):
    """The account stands for a human being. The services say so too; here it is a 403."""

    message = "services and AI models never do this; a person must"

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002  (the interface's)
        """Whether a person calls."""
        return isinstance(request.user, User) and request.user.is_person


def _implements(view: Any, method: str) -> bool:
    return method.lower() in view.http_method_names and hasattr(view, method.lower())
