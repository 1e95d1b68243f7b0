"""Personal data at rest: encrypted under rotating keys, found again by a keyed hash."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class UnreadableData(Exception):
    """A stored value was encrypted under a key that FIELD_ENCRYPTION_KEYS does not hold any more."""


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def _our_cipher() -> MultiFernet:
    return _cipher(tuple(settings.PERSONAL_DATA_KEYS.encryption))


def encrypt(text: str) -> str:
    """The text under the newest key; different every time. Empty stays empty, so that erased looks erased."""
    return _our_cipher().encrypt(text.encode()).decode() if text else ""


def decrypt(stored: str) -> str:
    """The text again, under whichever key. Raises UnreadableData."""
    if not stored:
        return ""
    try:
        return _our_cipher().decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise UnreadableData(
            "a stored value cannot be decrypted: put the key it was written under back into FIELD_ENCRYPTION_KEYS"
        ) from error


def is_current(stored: str) -> bool:
    """Whether a stored value needs no other key than the newest."""
    newest = _cipher((settings.PERSONAL_DATA_KEYS.encryption[0],))
    try:
        newest.decrypt(stored.encode())
    except InvalidToken:
        return not stored
    return True


def blind_index(text: str) -> str:
    """A keyed hash (HMAC-SHA-256, 64 hex digits) by which a value is found without being readable."""
    return hmac.new(settings.PERSONAL_DATA_KEYS.index.encode(), text.encode(), hashlib.sha256).hexdigest()


class EncryptedTextField(models.TextField[str, str]):
    """Text that the database only sees encrypted. It cannot be searched: keep a blind index beside it."""

    def get_prep_value(self, value: Any) -> Any:
        """What is stored."""
        return None if value is None else encrypt(str(value))

    def from_db_value(self, value: str | None, *_: Any) -> str | None:
        """What was meant. Raises UnreadableData."""
        return None if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """Only whether there is something. Raises LookupError: a comparison of ciphertexts never holds."""
        if lookup_name != "isnull":
            raise LookupError(f"{self.name} is encrypted; look it up by its blind index")
        return super().get_lookup(lookup_name)
