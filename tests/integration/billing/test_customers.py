"""Customers' data under changing keys."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from billing.models import Customer
from billing.services import ensure_customer
from fsarsite.stripe_settings import PersonalDataKeys

pytestmark = pytest.mark.django_db
_INDEX = "i" * 44


def test_rotate_field_keys_makes_the_old_key_needless(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.PERSONAL_DATA_KEYS = PersonalDataKeys([old], _INDEX)
    ensure_customer(email="jo@example.com", name="Jo")

    settings.PERSONAL_DATA_KEYS = PersonalDataKeys([new, old], _INDEX)
    with pytest.raises(CommandError, match="1 customers still need an older key"):
        call_command("rotate_field_keys", check=True)
    call_command("rotate_field_keys")
    call_command("rotate_field_keys", check=True)
    settings.PERSONAL_DATA_KEYS = PersonalDataKeys([new], _INDEX)

    assert [customer.name for customer in Customer.objects.with_email("JO@example.com")] == ["Jo"]


def test_rotate_field_keys_without_the_old_key_says_what_to_do(settings: Any) -> None:
    ensure_customer(email="jo@example.com", name="Jo")
    settings.PERSONAL_DATA_KEYS = PersonalDataKeys([Fernet.generate_key().decode()], _INDEX)

    with pytest.raises(CommandError, match="FIELD_ENCRYPTION_KEYS"):
        call_command("rotate_field_keys")


def test_customer_cannot_be_looked_up_by_a_ciphertext() -> None:
    with pytest.raises(LookupError, match="blind index"):
        Customer.objects.filter(email="jo@example.com").exists()


def test_customer_is_either_findable_or_anonymised() -> None:
    customer = ensure_customer(email="jo@example.com", name="Jo")

    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(email_index=None)
