"""Name, password and, for who has set one up, the second factor."""

from __future__ import annotations

from typing import Any

from django import forms
from django_otp import match_token, user_has_device
from unfold.forms import AuthenticationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from proposals.models import User


class LoginForm(AuthenticationForm):
    """The code is asked for together with the password, so that a page more is not needed."""

    code = forms.CharField(
        label="Code",
        required=False,
        max_length=32,
        help_text="From your app, or a recovery code. Empty without a second factor.",
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )

    def clean(self) -> Any:
        """Django's, then the second factor; what is kept for `previous_login` is read before the login writes it."""
        cleaned = super().clean()
        user = self.get_user()
        if user is not None:
            self._verify(user, self.cleaned_data.get("code", "").strip())
            self.request.previous_login = user.last_login  # type: ignore[union-attr]
        return cleaned

    def _verify(self, user: User, code: str) -> None:
        if not user_has_device(user):  # type: ignore[no-untyped-call]
            return
        device = match_token(user, code) if code else None  # type: ignore[no-untyped-call]
        if device is None:
            said = "This is not a code of now; wait for the next one." if code else "This account has a second factor."
            self.add_error("code", f"{said} Type the code of your app, or one of your recovery codes.")
        user.otp_device = device  # type: ignore[attr-defined]  # django-otp keeps it in the session
