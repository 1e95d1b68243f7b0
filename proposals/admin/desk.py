"""What our admin pages share: rows that only services change, and pages of our own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from proposals.models import User


def signed_in(request: HttpRequest) -> User:
    """The account at the desk. Raises PermissionDenied when nobody is."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def is_person(request: HttpRequest) -> bool:
    """Whether a human being asks: services and AI models may look at the desk, and change nothing there."""
    return isinstance(request.user, User) and request.user.is_person


class DeskAdmin(ModelAdmin):
    """An admin with pages of its own, that never counts a whole table, and whose rows only people change."""

    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    empty_title = "Nothing here"
    empty_text = "No row matches."

    def changelist_view(  # type: ignore[override]  # unfold says template, Django says any
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; an address that no database can ask for leads back to it."""
        if any("\x00" in value for values in request.GET.lists() for value in values[1]):
            return redirect(request.path)
        shown: HttpResponse = super().changelist_view(request, extra_context)
        return shown

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_person(request) and bool(super().has_add_permission(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_person(request) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_person(request) and bool(super().has_delete_permission(request, obj))

    def page(self, request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """One of our templates, inside the admin's frame."""
        shared = {**self.admin_site.each_context(request), "opts": self.opts}
        return TemplateResponse(request, template, shared | context, status=status)

    def missing(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The answer for a row that does not exist."""
        messages.warning(request, f"There is no {self.opts.verbose_name} {object_id}.")
        return redirect("admin:index")


class ReadOnlyAdmin(DeskAdmin):
    """Rows that nobody adds, changes or deletes by hand, superusers neither."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def tell_refusal(request: HttpRequest, refusal: object) -> None:
    """Say on the next page why nothing happened."""
    messages.error(request, f"Nothing was changed: {str(refusal).rstrip('.')}.")


def take_draft(request: HttpRequest, key: str) -> dict[str, str]:
    """What was typed and refused, once; a session that keeps none is not written."""
    return request.session.pop(key, {}) if key in request.session else {}


def two_lines(first: object, second: object) -> SafeString:
    """A cell of a list: what matters, and beneath it what explains it."""
    return format_html('<span class="fs-title">{}</span><span class="fs-sub">{}</span>', first, second)
