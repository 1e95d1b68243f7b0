"""What every address of the API has in common."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from django.utils.decorators import classonlymethod
from django.utils.translation import activate
from django.views.decorators.common import no_append_slash
from django_filters import FilterSet
from rest_framework.exceptions import NotAuthenticated, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.serializers import BaseSerializer
from rest_framework.utils.mediatypes import media_type_matches

from proposals.api.idempotency import once
from proposals.api.parsers import LengthRequired
from proposals.api.permissions import HasRight
from proposals.api.scopes import SAFE
from proposals.api.throttling import KeyRate
from proposals.models import Scope, User

FIELDS = "fields"
"""The parameter that names the fields wanted, with commas between."""


class OneRepresentation(BaseContentNegotiation):
    """Every address has one representation, so what the client would rather have is not asked."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The first parser of the body's type; None ends in 415."""
        return next((each for each in parsers if media_type_matches(each.media_type, request.content_type)), None)

    def select_renderer(
        self, _request: Request, renderers: Any, _format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The only one."""
        return renderers[0], renderers[0].media_type


class Endpoint(GenericAPIView[Any]):
    """One address: its right per method, one representation, no redirect that would lose a body."""

    rights: ClassVar[Mapping[str, str]] = {}
    scopes: ClassVar[Mapping[str, Scope]] = {}
    serializer_class: type[BaseSerializer[Any]]
    takes_fields: ClassVar[bool] = True
    filterset_class: ClassVar[type[FilterSet] | None] = None
    permission_classes = [HasRight]
    throttle_classes = [KeyRate]
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    content_negotiation_class = OneRepresentation

    @classonlymethod
    def as_view(cls, **initkwargs: Any) -> Any:  # noqa: N805  (a class method)
        """The view; a missing slash at the end is a 404."""
        return no_append_slash(super().as_view(**initkwargs))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the caller. What the API says is for programs and logs: always English, whatever the browser likes."""
        activate("en")
        super().initial(request, *args, **kwargs)
        if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
            raise LengthRequired  # Django would take the body for empty
        method = str(request.method).lower()
        if request.method not in SAFE and hasattr(self, method):  # DRF takes the handler from this object, next
            setattr(self, method, once(getattr(self, method), self.handle_exception))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """The answer, with what is left of the key's minute."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(request, "rate_headers", {}).items():
            answer[name] = value
        return answer

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """The serializer; of a read, with the fields that ``fields`` names. Raises ValidationError."""
        serializer = super().get_serializer(*args, **kwargs)
        asked = self.request.query_params.get(FIELDS)
        if asked is not None and self.request.method in SAFE:
            _leave_only(getattr(serializer, "child", serializer), asked.split(","))
        return serializer

    def filter_queryset(self, queryset: Any) -> Any:
        """The rows that the parameters ask for. Raises ValidationError for an unknown parameter: a typing error in
        a filter must not answer with everything."""
        known = {
            "cursor",
            "page_size",
            *([FIELDS] if self.takes_fields else ()),
            *getattr(self.filterset_class, "base_filters", ()),
        }
        require_known(self.request, known)
        return super().filter_queryset(queryset)


def require_known(request: Request, known: Collection[str]) -> None:
    """Raises ValidationError for a parameter of another name."""
    unknown = sorted(set(request.query_params).difference(known))
    if unknown:
        raise ValidationError({name[:100]: "is no parameter of this address" for name in unknown[:10]})


def _leave_only(serializer: Any, names: list[str]) -> None:
    unknown = sorted({name for name in names if name not in serializer.fields})
    if unknown:
        wrong = ", ".join(name[:40] or "an empty name" for name in unknown[:10])
        raise ValidationError({FIELDS: f"{wrong}: no field of this answer"})
    for name in set(serializer.fields) - set(names):
        del serializer.fields[name]


def account_of(request: Request) -> User:
    """The account that calls. Raises NotAuthenticated."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user
