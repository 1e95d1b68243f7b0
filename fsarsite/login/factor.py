"""Setting up, renewing and removing a second factor. Each effect is in the account's history."""

from __future__ import annotations

import secrets
from base64 import b32encode

import segno
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils.safestring import SafeString, mark_safe
from django_otp import match_token
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from proposals.models import User

_CODES = 10
_WRONG = "this is not a code of now; wait for the next one and type that"


class FactorRefused(Exception):
    """Why nothing was changed; the message says it in words."""


def device_of(user: User) -> TOTPDevice | None:
    """The app that was set up, or that is being set up."""
    found: TOTPDevice | None = TOTPDevice.objects.filter(user=user).order_by("-confirmed", "id").first()
    return found


@transaction.atomic
def begin_second_factor(*, user: User) -> TOTPDevice:
    """A secret for an app, to be confirmed; the one from before is forgotten. Raises FactorRefused."""
    _lock(user)
    if TOTPDevice.objects.filter(user=user, confirmed=True).exists():
        raise FactorRefused("a second factor is set up; remove it first")
    TOTPDevice.objects.filter(user=user).delete()
    begun: TOTPDevice = TOTPDevice.objects.create(user=user, name="app", confirmed=False)
    return begun


@transaction.atomic
def confirm_second_factor(*, user: User, code: str) -> tuple[TOTPDevice, list[str]]:
    """Put it in force: the app, and recovery codes to be shown once. Raises FactorRefused."""
    _lock(user)
    device = TOTPDevice.objects.filter(user=user, confirmed=False).first()
    if device is None:
        raise FactorRefused("nothing is being set up")
    if not device.verify_token(code.strip()):
        raise FactorRefused(_WRONG)
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    _write(user, "Set up a second factor.")
    return device, _new_codes(user)


@transaction.atomic
def renew_recovery_codes(*, user: User, code: str) -> list[str]:
    """New recovery codes in place of the old. Raises FactorRefused."""
    _lock(user)
    _require(user, code)
    _write(user, "Had new recovery codes made.")
    return _new_codes(user)


@transaction.atomic
def remove_second_factor(*, user: User, code: str) -> None:
    """Back to the password alone. Raises FactorRefused."""
    _lock(user)
    _require(user, code)
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    _write(user, "Removed the second factor.")


def qr_code(device: TOTPDevice) -> SafeString:
    """What the app photographs, as SVG. Black on white in dark mode as well, or no camera reads it."""
    drawn = segno.make(device.config_url, error="m")
    return mark_safe(drawn.svg_inline(scale=5, dark="#000", light="#fff", svgclass=None, lineclass=None))  # noqa: S308


def secret_of(device: TOTPDevice) -> str:
    """The same to be typed, in groups of four letters."""
    letters = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def _require(user: User, code: str) -> None:
    if match_token(user, code.strip()) is None:  # type: ignore[no-untyped-call]
        raise FactorRefused(_WRONG)


def _new_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    codes = [b32encode(secrets.token_bytes(10)).decode().lower() for _ in range(_CODES)]
    device = StaticDevice.objects.create(user=user, name="recovery codes")
    for code in codes:
        device.token_set.create(token=code)
    return codes


def _lock(user: User) -> None:
    User.objects.select_for_update().only("pk").get(pk=user.pk)


def _write(user: User, message: str) -> None:
    LogEntry.objects.create(
        user_id=user.pk,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=str(user)[:200],
        action_flag=CHANGE,
        change_message=message,
    )
