"""Keys of the API: one's own, and for those who look after them those of services."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.decorators import display
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from proposals.admin.desk import ReadOnlyAdmin, signed_in, tell_refusal, two_lines
from proposals.models import ApiKey, Scope, User
from proposals.models.api_key import MOST_RATE, NAME_LENGTH, USUAL_RATE, ApiKeyQuerySet
from proposals.services.keys import (
    ISSUE,
    MOST_DAYS,
    MOST_OVERLAP_DAYS,
    USUAL_DAYS,
    USUAL_OVERLAP_DAYS,
    Issued,
    KeyRefused,
    issue_key,
    may_revoke,
    revoke_key,
    rotate_key,
    why_not_issue,
)

_LIST, _PAGE = "admin:proposals_apikey_changelist", "admin:proposals_apikey_change"


class KeyForm(forms.Form):
    """What a key is for."""

    name = forms.CharField(
        max_length=NAME_LENGTH, help_text="What uses it, e.g. “CI of the shop”.", widget=UnfoldAdminTextInputWidget()
    )
    user = forms.ModelChoiceField(
        User.objects.none(),
        label="Account",
        empty_label=None,
        help_text="It may do what this account may do, as far as its scopes go.",
        widget=UnfoldAdminSelectWidget(),
    )
    scopes = forms.MultipleChoiceField(choices=Scope, widget=forms.CheckboxSelectMultiple)
    days = forms.IntegerField(
        label="Lasts, in days",
        initial=USUAL_DAYS,
        min_value=1,
        max_value=MOST_DAYS,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    rate_per_minute = forms.IntegerField(
        label="Requests a minute",
        initial=USUAL_RATE,
        min_value=1,
        max_value=MOST_RATE,
        widget=UnfoldAdminIntegerFieldWidget(),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        others = ~Q(kind=User.Kind.PERSON) if by.may(ISSUE) else Q(pk__in=())
        accounts = User.objects.filter(Q(pk=by.pk) | others, is_active=True).order_by("username")
        self.fields["user"].queryset = accounts  # type: ignore[attr-defined]  # a ModelChoiceField's
        self.fields["user"].initial = by.pk

    def issue(self) -> Issued | None:
        """Make it; None when it was refused, with the reason above the form."""
        try:
            return issue_key(by=self.by, **self.cleaned_data)
        except KeyRefused as refusal:
            self.add_error(None, f"No key was made: {refusal}.")
            return None


class RotateForm(forms.Form):
    """How long the old key goes on."""

    overlap_days = forms.IntegerField(
        label="Days for which this key goes on beside the new one",
        initial=USUAL_OVERLAP_DAYS,
        min_value=0,
        max_value=MOST_OVERLAP_DAYS,
        widget=UnfoldAdminIntegerFieldWidget(),
    )


class Standing(admin.SimpleListFilter):
    """Whether they still open something."""

    title, parameter_name = "standing", "standing"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        """Live and ended."""
        return [("live", "Live"), ("ended", "Expired or revoked")]

    def queryset(  # type: ignore[override]  # the list of keys is all that it filters
        self, _request: HttpRequest, queryset: ApiKeyQuerySet
    ) -> ApiKeyQuerySet:
        """The rows of that standing."""
        if self.value() is None:
            return queryset
        return queryset.ended() if self.value() == "ended" else queryset.live()


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """The key itself is on the page that answers its making, and nowhere else."""

    list_display = ("what", "account", "may", "standing", "used", "created_at")
    list_filter = (Standing, "user__kind")
    list_select_related = ("user",)
    list_per_page = 50
    search_fields = ("name", "prefix", "user__username")
    ordering = ("-id",)
    empty_title = "No API keys"
    empty_text = "Agents, CI jobs and dashboards call the API with a key. Make one for yourself, or for a service."

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        return ApiKey.objects.seen_by(signed_in(request))

    def get_urls(self) -> list[URLPattern]:
        """The buttons' addresses."""
        rotate = self.admin_site.admin_view(require_POST(self.rotate_view))
        revoke = self.admin_site.admin_view(require_POST(self.revoke_view))
        return [
            path("<int:object_id>/rotate/", rotate, name="proposals_apikey_rotate"),
            path("<int:object_id>/revoke/", revoke, name="proposals_apikey_revoke"),
            *super().get_urls(),
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        by = signed_in(request)
        return by.may("proposals.view_apikey") and (by.may("proposals.view_proposal") or by.may(ISSUE))

    def add_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """The form, and after it the key, this once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = KeyForm(request.POST or None, by=signed_in(request))
        issued = form.issue() if form.is_valid() else None
        if issued:
            return self._shown(request, issued)
        context = {"title": "Add API key", "form": form}
        return self.page(request, "admin/proposals/apikey/add.html", context)

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        """What it may do, and its two buttons."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = self.get_object(request, object_id)
        if key is None:
            return self.missing(request, object_id)
        by = signed_in(request)
        context = {
            "title": str(key),
            "key": key,
            "ended": key.ended(timezone.now()),
            "scopes": [Scope(scope) for scope in key.scopes],
            "replaced_by": key.replaced_by.first(),
            "may_end": may_revoke(by, key),
            "may_rotate": not why_not_issue(by, key.user),
            "rotate": RotateForm(),
        }
        return self.page(request, "admin/proposals/apikey/page.html", context)

    def history_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Django looks for the row before it asks for the right, and a row out of sight leads elsewhere."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, *args, **kwargs)

    def rotate_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Another key, shown this once; the old one goes on for the days that were asked for."""
        form = RotateForm(request.POST)
        try:
            if not form.is_valid():
                raise KeyRefused(f"the old key goes on for 0 to {MOST_OVERLAP_DAYS} days")  # noqa: TRY301 - told alike
            issued = rotate_key(key_id=object_id, by=signed_in(request), **form.cleaned_data)
        except KeyRefused as refusal:
            tell_refusal(request, refusal)
            return redirect(_PAGE, object_id)
        return self._shown(request, issued)

    def revoke_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """At once."""
        try:
            key = revoke_key(key_id=object_id, by=signed_in(request))
        except KeyRefused as refusal:
            tell_refusal(request, refusal)
        else:
            messages.info(request, f"{key} opens nothing any more.")
        return redirect(_LIST)

    def _shown(self, request: HttpRequest, issued: Issued) -> HttpResponse:
        context = {"title": "Your new key", "key": issued.key, "secret": issued.secret}
        return self.page(request, "admin/proposals/apikey/issued.html", context)  # the admin says no-store

    @display(description="Key")
    def what(self, key: ApiKey) -> SafeString:
        return two_lines(key.name, f"{key.prefix}…")

    @display(description="Account")
    def account(self, key: ApiKey) -> SafeString:
        return two_lines(key.user, key.user.get_kind_display())

    @display(description="May")
    def may(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @display(description="Standing")
    def standing(self, key: ApiKey) -> SafeString | str:
        return key.ended(timezone.now()) or two_lines("live", f"until {key.expires_at:%Y-%m-%d}")

    @display(description="Last used", ordering="last_used_at")
    def used(self, key: ApiKey) -> str:
        return f"{timezone.localtime(key.last_used_at):%Y-%m-%d %H:%M}" if key.last_used_at else "never"
