"""The policy's versions, and the form that adds one."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.signing import Signer
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.crypto import constant_time_compare
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget, UnfoldBooleanSwitchWidget

from proposals.admin.desk import ReadOnlyAdmin, signed_in
from proposals.gate.policy import PolicyError, Rules
from proposals.models import PolicyVersion
from proposals.services import Rehearsal, rehearse_policy, save_policy

_SHOWN = 100
BANDS = ("block", "mitigate", "clear", "returned")
_BY_BAND = {"approvals": "approvals", "decide_within_hours": "within"}
"""Rules that hold a number for each band, and what their fields begin with."""


def _number(label: str, help_text: str) -> forms.IntegerField:
    return forms.IntegerField(label=label, help_text=help_text, min_value=1, widget=UnfoldAdminIntegerFieldWidget())


def _switch(label: str, help_text: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False, widget=UnfoldBooleanSwitchWidget())


class PolicyForm(forms.Form):
    """The rules as fields; `save_policy` has the last word on what they may hold."""

    block_at = _number("Block at severity", "From this severity on (1 to 75) a person must decide.")
    mitigate_at = _number("Mitigate at severity", "From this severity on a plan of mitigation is needed.")
    floors = _switch(
        "Floors",
        "What does total damage and cannot be undone is blocked, however unlikely; what cannot be undone needs "
        "mitigation at least.",
    )
    block_marker_severity = _number("Severity of [fsar_block]", "What the marker in a text raises the severity to.")
    review_marker_severity = _number("Severity of [fsar_review]", "What the marker in a text raises the severity to.")
    auto_execute = _switch("Execute cleared proposals", "Cleared proposals go ahead without a person.")
    approvals_block = _number("Approvals: block", "So many different people must approve.")
    approvals_mitigate = _number("Approvals: mitigate", "So many different people must approve.")
    approvals_clear = _number("Approvals: clear", "So many, when cleared proposals do not go ahead by themselves.")
    approvals_returned = _number("Approvals: reopened", "So many for one that was returned and reopened.")
    within_block = _number("Hours to decide: block", "Then reminders end and Leads are told.")
    within_mitigate = _number("Hours to decide: mitigate", "The same for what needs mitigation.")
    within_clear = _number("Hours to decide: clear", "When cleared proposals do not go ahead by themselves.")
    within_returned = _number("Hours to decide: reopened", "For one that was returned and reopened.")
    expires_after_days = _number("Days to decide", "After so many days without a decision a proposal expires.")
    max_content_bytes = _number("Largest file, in bytes", "A larger file is returned to its producer.")
    protected_paths = forms.CharField(
        help_text="One glob a line. A proposal for a file that matches is blocked.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 10, "spellcheck": "false"}),
        required=False,
    )
    note = forms.CharField(
        label="Why this change",
        help_text="Stays with the version for good.",
        min_length=10,
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )

    def document(self) -> dict[str, Any]:
        """The rules that were typed, as the policy's document."""
        typed = dict(self.cleaned_data)
        typed.pop("note", None)
        for name, prefix in _BY_BAND.items():
            typed[name] = {band: typed.pop(f"{prefix}_{band}") for band in BANDS}
        typed["protected_paths"] = [line.strip() for line in typed["protected_paths"].splitlines() if line.strip()]
        return typed

    def has_rules(self) -> bool:
        """Whether the rules can be read, whatever the note says."""
        return self.is_bound and not set(self.errors) - {"note"}

    @staticmethod
    def initial_of(rules: Rules) -> dict[str, Any]:
        """What the form shows for these rules."""
        shown = rules.to_dict()
        for name, prefix in _BY_BAND.items():
            shown |= {f"{prefix}_{band}": number for band, number in shown.pop(name).items()}
        return shown | {"protected_paths": "\n".join(rules.protected_paths)}

    def refuse(self, error: PolicyError) -> None:
        """Put what the rules object to beside its field."""
        name, _, band = error.field.partition(".")
        name = f"{_BY_BAND[name]}_{band}" if band else name
        self.add_error(name if name in self.fields else None, str(error))


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    """Versions are read only; editing the policy adds one."""

    list_display = ("version", "note", "created_by", "created_at")
    list_select_related = ("created_by",)
    ordering = ("-version",)
    fields = ("version", "note", "created_by", "created_at", "document")
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether to offer the form; adding a version is what the right is for."""
        return signed_in(request).may("proposals.add_policyversion")

    def get_urls(self) -> list[URLPattern]:
        edit = path("edit/", self.admin_site.admin_view(self.edit_view), name="proposals_policyversion_edit")
        return [edit, *super().get_urls()]

    def add_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """There is one way to add a version: from the one in force."""
        return redirect("admin:proposals_policyversion_edit")

    def edit_view(self, request: HttpRequest) -> HttpResponse:
        """The version in force as a form; saving it adds a version."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        current = PolicyVersion.objects.current()
        form = PolicyForm(request.POST or None, initial=PolicyForm.initial_of(current.rules))
        seen = request.POST.get("rehearsed", "")
        rehearsal = self._rehearse(form) if form.has_rules() else None
        if rehearsal and "save" in request.POST and form.is_valid():
            if not constant_time_compare(seen, _mark_of(form, current)):
                messages.error(request, "Nothing was saved: read what exactly these rules would have altered, below.")
            elif version := self._save(request, form):
                messages.info(request, f"Policy {version.version} is in force for every assessment from now on.")
                return redirect(reverse("admin:proposals_policyversion_changelist"))
        context = {
            "title": f"Edit policy {current.version}",
            "form": form,
            "current": current,
            "rehearsal": rehearsal,
            "rehearsed": _mark_of(form, current) if rehearsal else "",
            "shown": rehearsal.altered[:_SHOWN] if rehearsal else (),
        }
        return self.page(request, "admin/proposals/policyversion/edit.html", context)

    def _rehearse(self, form: PolicyForm) -> Rehearsal | None:
        try:
            return rehearse_policy(form.document())
        except PolicyError as error:
            form.refuse(error)
            return None

    def _save(self, request: HttpRequest, form: PolicyForm) -> PolicyVersion | None:
        try:
            return save_policy(document=form.document(), by=signed_in(request), note=form.cleaned_data["note"])
        except PolicyError as error:
            form.refuse(error)
            return None


def _mark_of(form: PolicyForm, current: PolicyVersion) -> str:
    """What a form carries once the dry run of exactly these rules, against the version in force, was shown."""
    shown = json.dumps([current.version, form.document()], sort_keys=True)
    return Signer(salt="proposals.policy.rehearsed").signature(shown)
