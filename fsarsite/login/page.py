"""The page on which people set up their own second factor."""

from __future__ import annotations

from typing import Any

import django_otp
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from fsarsite.login.factor import (
    FactorRefused,
    begin_second_factor,
    confirm_second_factor,
    device_of,
    qr_code,
    remove_second_factor,
    renew_recovery_codes,
    secret_of,
)
from proposals.admin.desk import tell_refusal
from proposals.models import User

NAME = "second-factor"


class FactorForm(forms.Form):
    """The button, and a code."""

    action = forms.ChoiceField(choices=[(name, name) for name in ("begin", "confirm", "renew", "remove")])
    code = forms.CharField(max_length=32, required=False)


def second_factor_view(request: HttpRequest, frame: dict[str, Any]) -> HttpResponse:
    """One's own second factor; codes that are shown once are shown in the answer to the button."""
    user = request.user
    if not isinstance(user, User) or not user.is_person:
        raise PermissionDenied
    codes: list[str] = []
    if request.method == "POST":
        form = FactorForm(request.POST)
        try:
            codes = _act(request, user, form) if form.is_valid() else []
        except FactorRefused as refusal:
            tell_refusal(request, refusal)
        if not codes:
            return redirect(f"admin:{NAME}")
    device = device_of(user)
    context = {
        "title": "Second factor",
        "device": device,
        "codes": codes,
        "qr": qr_code(device) if device and not device.confirmed else "",
        "secret": secret_of(device) if device and not device.confirmed else "",
        "is_given": user.has_given_second_factor,
    }
    return TemplateResponse(request, "admin/fsarsite/second_factor.html", frame | context)


def _act(request: HttpRequest, user: User, form: FactorForm) -> list[str]:
    """Do it; the recovery codes, where it makes some."""
    action, code = form.cleaned_data["action"], form.cleaned_data["code"]
    if action == "begin":
        begin_second_factor(user=user)
        return []
    if action == "remove":
        remove_second_factor(user=user, code=code)
        messages.info(request, "The second factor is removed; your password alone logs you in.")
        return []
    if action == "renew":
        return renew_recovery_codes(user=user, code=code)
    device, codes = confirm_second_factor(user=user, code=code)
    django_otp.login(request, device)  # type: ignore[no-untyped-call]
    messages.info(request, "The second factor is set up, and given for this session.")
    return codes
