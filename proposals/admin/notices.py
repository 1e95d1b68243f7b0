"""The outbox, its endpoints, and one's own notices."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from fsarsite.paginator import BoundedPaginator
from proposals.admin.decisions import REFUSALS
from proposals.admin.desk import DeskAdmin, ReadOnlyAdmin, signed_in, tell_refusal
from proposals.display import reveal
from proposals.models import Notice, NoticeEndpoint, NoticeKind, Proposal
from proposals.services.notices import CHANGE, RESEND, renew_secret, resend_notices, set_wish_for_mail

_SHOWN = 50


class EndpointForm(forms.ModelForm[NoticeEndpoint]):
    """Where it is, and what it is told."""

    kinds = forms.MultipleChoiceField(choices=NoticeKind, widget=forms.CheckboxSelectMultiple, label="Is told")

    class Meta:
        model = NoticeEndpoint
        fields = ("name", "url", "kinds", "is_active")
        widgets = {
            "name": UnfoldAdminTextInputWidget(),
            "url": UnfoldAdminTextInputWidget(attrs={"placeholder": "https://example.com/hooks/fsarsite"}),
            "is_active": UnfoldBooleanSwitchWidget(),
        }

    def clean_url(self) -> str:
        """Over HTTP, and without a password, which would show in lists."""
        url: str = self.cleaned_data["url"]
        parts = urlsplit(url)
        if parts.scheme not in {"https", "http"} or parts.username or parts.password:
            raise forms.ValidationError("Give an http or https address without a name or password in it.")
        return url


@admin.register(NoticeEndpoint)
class NoticeEndpointAdmin(DeskAdmin):
    """Endpoints. The secret is shown to those who may change it, on its page."""

    form = EndpointForm
    list_display = ("name", "url", "told", "is_active")
    ordering = ("name",)
    readonly_fields = ("signing_secret",)
    empty_title = "No endpoints"
    empty_text = "An endpoint is told by signed POST what waits, what is overdue and what was decided."

    def get_urls(self) -> list[URLPattern]:
        """The button's address."""
        renew = self.admin_site.admin_view(require_POST(self.renew_view))
        return [path("<int:object_id>/renew/", renew, name="proposals_noticeendpoint_renew"), *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: NoticeEndpoint | None = None) -> tuple[str, ...]:
        """The secret only to those who may change it, once there is one."""
        shown = ("name", "url", "kinds", "is_active")
        return (*shown, "signing_secret") if obj and signed_in(request).may(CHANGE) else shown

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Keep who made it."""
        if not change:
            obj.created_by = signed_in(request)
        super().save_model(request, obj, form, change)

    def renew_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Another secret."""
        try:
            renew_secret(endpoint_id=object_id, by=signed_in(request))
        except (*REFUSALS, NoticeEndpoint.DoesNotExist) as refusal:
            tell_refusal(request, refusal)
        else:
            messages.info(request, "It has a new secret. The one before signs as well, until you renew it again.")
        return redirect("admin:proposals_noticeendpoint_change", object_id)

    @display(description="Is told")
    def told(self, endpoint: NoticeEndpoint) -> str:
        return ", ".join(NoticeKind(kind).label for kind in endpoint.kinds)

    @display(description="Secret")
    def signing_secret(self, endpoint: NoticeEndpoint) -> SafeString:
        renew = reverse("admin:proposals_noticeendpoint_renew", args=[endpoint.pk])
        button = '<button class="fs-button" type="submit" formaction="{}" formnovalidate>Renew</button>'
        return format_html(f'<code class="fs-secret">{{}}</code> {button}', endpoint.secret, renew)


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """What was told to whom, what waits, and what was given up."""

    list_display = ("what", "whom", "state", "created_at")
    list_display_links = None
    list_filter = ("kind", "endpoint")
    list_select_related = ("proposal", "to", "endpoint")
    list_per_page = 50
    paginator = BoundedPaginator
    ordering = ("-id",)
    actions = ("send_again",)
    empty_title = "Nothing was told yet"
    empty_text = "Give people an e-mail address, or make an endpoint."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        return super().get_queryset(request).defer("proposal__text", "proposal__received")

    def get_urls(self) -> list[URLPattern]:
        """One's own."""
        mine = path("mine/", self.admin_site.admin_view(self.mine_view), name="proposals_notice_mine")
        return [mine, *super().get_urls()]

    def change_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """A notice has no page of its own."""
        return redirect("admin:proposals_notice_changelist")

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Whether to offer it; the service checks again."""
        return signed_in(request).may(RESEND)

    @admin.action(description="Send again what was given up", permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notice]) -> None:
        """At the next sweep, within a minute."""
        try:
            count = resend_notices(notice_ids=list(queryset.values_list("pk", flat=True)[:1000]), by=signed_in(request))
        except REFUSALS as refusal:
            tell_refusal(request, refusal)
        else:
            messages.info(request, f"{count} are sent again within a minute.")

    def mine_view(self, request: HttpRequest) -> HttpResponse:
        """What one watches, and whether one is mailed."""
        if not request.user.has_perm("proposals.view_proposal"):
            raise PermissionDenied
        user = signed_in(request)
        if request.method == "POST":
            set_wish_for_mail(by=user, wants="wants_mail" in request.POST)
            messages.info(request, "Kept.")
            return redirect("admin:proposals_notice_mine")
        watched = Proposal.objects.filter(watches__by=user).defer("text", "received").order_by("-watches__id")
        told = user.notices.select_related("proposal").defer("proposal__text", "proposal__received").order_by("-id")
        context = {"title": "My notices", "watched": watched[:_SHOWN], "told": told[:_SHOWN]}
        return self.page(request, "admin/proposals/notice/mine.html", context)

    @display(description="What")
    def what(self, notice: Notice) -> SafeString:
        page = reverse("admin:proposals_proposal_change", args=[notice.proposal_id])
        shown = '<span class="fs-title">{}</span><a class="fs-sub fs-clamp" href="{}">{}</a>'
        return format_html(shown, notice.get_kind_display(), page, reveal(notice.proposal.title))

    @display(description="To")
    def whom(self, notice: Notice) -> str:
        return str(notice.to or notice.endpoint or "an endpoint that is gone")

    @display(description="State")
    def state(self, notice: Notice) -> SafeString | str:
        if notice.sent_at:
            return "sent"
        word = "given up" if notice.given_up_at else "waits" if not notice.attempts else "is tried again"
        return format_html('{}<span class="fs-sub">{}</span>', word, notice.error) if notice.error else word
