"""The refund form of an order's page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from billing.currencies import minor_digits
from billing.models import Order
from billing.money import format_money
from billing.services import RefundRefused, request_refund
from billing.services.refunds import REASON_LENGTH
from billing.stripe_gateway import StripeUnavailable
from proposals.admin.desk import signed_in


class RefundForm(forms.Form):
    """How much, in units of the order's currency, and why."""

    amount = forms.DecimalField(min_value=Decimal(0), max_digits=12)
    reason = forms.CharField(
        min_length=REASON_LENGTH, max_length=500, help_text=f"At least {REASON_LENGTH} characters; kept in the history."
    )

    request_id = forms.UUIDField(required=False)

    def __init__(self, order: Order, data: Any = None) -> None:
        self._digits = minor_digits(order.currency)
        self._left, self._currency = order.amount_left, order.currency
        super().__init__(data, initial={"amount": Decimal(order.amount_left).scaleb(-self._digits)})

    def clean_amount(self) -> Decimal:
        """No more than is left, and no fraction of a minor unit."""
        amount: Decimal = self.cleaned_data["amount"]
        minor = amount.scaleb(self._digits)
        if minor != minor.to_integral_value():
            raise forms.ValidationError(f"{self._currency} has {self._digits} decimal places.")
        if not 0 < minor <= self._left:
            raise forms.ValidationError(f"Up to {format_money(self._left, self._currency)} can be refunded.")
        return amount

    @property
    def minor_units(self) -> int:
        """What is refunded. Only for a valid form."""
        return int(self.cleaned_data["amount"].scaleb(self._digits))

    @property
    def shown_amount(self) -> str:
        """The same in words of money."""
        return format_money(self.minor_units, self._currency)


def refund_from(request: HttpRequest, order: Order, form: RefundForm) -> None:
    """Ask for the refund and say what came of it."""
    try:
        refund = request_refund(
            order_id=order.pk,
            amount=form.minor_units,
            reason=form.cleaned_data["reason"],
            by=signed_in(request),
            reference=form.cleaned_data["request_id"],
        )
    except RefundRefused as refusal:
        messages.error(request, f"Nothing was refunded: {refusal}.")
    except StripeUnavailable as error:
        messages.error(request, f"{error}. Ask for the same amount again: it is refunded once.")
    else:
        messages.info(request, f"{form.shown_amount}: {refund.get_status_display().lower()} at Stripe.")
