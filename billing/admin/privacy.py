"""The forms of a customer's page: hand out all data, or erase it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, JsonResponse
from django.utils import timezone

from billing.models import Customer
from billing.services import PrivacyRefused, erase_customer, export_customer
from billing.services.privacy import REASON_LENGTH
from billing.stripe_gateway import StripeRefused, StripeUnavailable
from proposals.admin.desk import signed_in


class PrivacyForm(forms.Form):
    """Why, and whether Stripe is meant as well."""

    reason = forms.CharField(
        min_length=REASON_LENGTH, max_length=500, help_text=f"At least {REASON_LENGTH} characters; kept in the history."
    )
    at_stripe = forms.BooleanField(required=False)


def export_from(request: HttpRequest, customer: Customer, reason: str) -> JsonResponse | None:
    """The file, or None with a message that says why not."""
    try:
        told = export_customer(customer_id=customer.pk, reason=reason, by=signed_in(request))
    except PrivacyRefused as refusal:
        messages.error(request, f"Nothing was exported: {refusal}.")
        return None
    name = f"customer-{customer.pk}-{timezone.now():%Y-%m-%d}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return JsonResponse(told, headers=headers, json_dumps_params={"indent": 2, "ensure_ascii": False})


def erase_from(request: HttpRequest, customer: Customer, form: PrivacyForm) -> None:
    """Erase, and say what came of it."""
    said = form.cleaned_data
    try:
        done = erase_customer(
            customer_id=customer.pk, reason=said["reason"], by=signed_in(request), at_stripe=said["at_stripe"]
        )
    except PrivacyRefused as refusal:
        messages.error(request, f"Nothing was erased: {refusal}.")
    except (StripeUnavailable, StripeRefused) as error:
        messages.error(request, f"Erased here, but not at Stripe: {error}. Ask once more.")
    else:
        where = "here and at Stripe" if said["at_stripe"] else "here"
        messages.info(request, f"Erased {where}. {done.orders} orders stay, without a person.")
