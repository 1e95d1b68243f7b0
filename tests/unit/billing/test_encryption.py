"""Personal data at rest."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.fernet import Fernet

from billing.encryption import UnreadableData, blind_index, decrypt, encrypt
from fsarsite.stripe_settings import PersonalDataKeys

_INDEX = "i" * 44


def _keys(*keys: str) -> PersonalDataKeys:
    return PersonalDataKeys(list(keys), _INDEX)


def test_encrypt_hides_differs_and_comes_back() -> None:
    first, second = encrypt("Zoë"), encrypt("Zoë")

    assert first != second
    assert "Zoë" not in first
    assert decrypt(first) == decrypt(second) == "Zoë"
    assert encrypt("") == decrypt("") == ""


def test_decrypt_knows_older_keys_until_they_are_taken_away(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.PERSONAL_DATA_KEYS = _keys(old)
    stored = encrypt("jo@example.com")

    settings.PERSONAL_DATA_KEYS = _keys(new, old)
    read = decrypt(stored)
    settings.PERSONAL_DATA_KEYS = _keys(new)

    assert read == "jo@example.com"
    with pytest.raises(UnreadableData, match="FIELD_ENCRYPTION_KEYS"):
        decrypt(stored)


def test_blind_index_depends_on_its_key(settings: Any) -> None:
    before = blind_index("jo@example.com")
    settings.PERSONAL_DATA_KEYS = PersonalDataKeys([], "another key, as long as it has to be")

    assert blind_index("jo@example.com") != before
    assert len(before) == 64
