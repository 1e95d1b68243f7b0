"""What customers type."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from billing.experiments.running import Shown
from billing.models import Exposure, Offer, Price
from billing.money import format_money
from billing.services import Basket, check_coupon
from billing.stripe_gateway import StripeRefused, StripeUnavailable

_SALT = "billing.forms.basket"
_BASKET_SECONDS = 7 * 24 * 3600


def new_basket(exposure: Exposure | None) -> str:
    """The form's own id and what was shown, signed: a customer cannot claim to have seen something else."""
    return signing.dumps({"form": str(uuid.uuid4()), "exposure": exposure.pk if exposure else None}, salt=_SALT)


def exposure_in(basket: str, offer: Offer) -> Exposure | None:
    """The showing that a basket came from; None for a basket that is not ours, too old, or of none."""
    try:
        read = signing.loads(basket, salt=_SALT, max_age=_BASKET_SECONDS)
    except signing.BadSignature:
        return None
    found = Exposure.objects.filter(pk=read["exposure"], offer=offer)
    return found.select_related("arm__experiment", "arm__price").first()


class BuyForm(forms.Form):
    """Name, address, price and maybe a coupon, for one offer."""

    required_css_class = "required"
    basket_id = forms.CharField(widget=forms.HiddenInput, max_length=500)
    price = forms.ModelChoiceField(
        Price.objects.none(),
        label=_("Price"),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("The price has changed meanwhile. Look at it and send the form again.")},
    )
    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(label=_("E-mail"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"}))
    coupon = forms.CharField(
        label=_("Coupon"), max_length=50, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )

    def __init__(self, shown: Shown, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shown = shown
        prices = Price.objects.filter(pk__in=[each.pk for each in shown.prices]).order_by("currency")
        field: Any = self.fields["price"]
        field.queryset = prices
        field.label_from_instance = lambda price: format_money(price.amount, price.currency)
        if len(prices) == 1:
            field.widget = forms.HiddenInput()
            field.initial = prices[0].pk

    def clean_basket_id(self) -> dict[str, Any]:
        """What `new_basket` signed, not older than a week."""
        try:
            read = signing.loads(self.cleaned_data["basket_id"], salt=_SALT, max_age=_BASKET_SECONDS)
        except signing.BadSignature as error:
            raise forms.ValidationError(_("This page is too old. Load it again.")) from error
        return dict(read)

    def clean_coupon(self) -> str:
        """The code as typed, if Stripe knows it."""
        code = str(self.cleaned_data["coupon"]).strip()
        try:
            if code and not check_coupon(code):
                raise forms.ValidationError(_("This code is not valid."))
        except StripeRefused as error:
            raise forms.ValidationError(_("This code is not valid.")) from error
        except StripeUnavailable as error:
            raise forms.ValidationError(_("The code cannot be checked at the moment. Try again.")) from error
        return code

    def basket(self, exposure: Exposure | None) -> Basket:
        """What is bought, and from which showing. Only for a valid form."""
        read, said = self.cleaned_data["basket_id"], self.cleaned_data
        return Basket(
            form_id=uuid.UUID(read["form"]),
            price=said["price"],
            name=said["name"],
            email=said["email"],
            coupon=said["coupon"],
            exposure=exposure,
            shown_name=self._shown.name,
            language=get_language() or "",
        )
