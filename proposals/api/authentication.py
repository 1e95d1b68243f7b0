"""Who calls: the account whose key the request carries."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from proposals.api.scopes import scope_of
from proposals.models import ApiKey, User
from proposals.services.keys import find_key, note_use


class KeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer KEY``."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """The account and its key; None without the header. Raises AuthenticationFailed.

        Only who holds the whole key is told that it has ended.
        """
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != b"bearer":
            return None
        key = find_key(words[1].decode("latin-1")) if len(words) == 2 else None
        if key is None:
            raise AuthenticationFailed("this is no key of ours")
        if ended := key.ended(timezone.now()):
            raise AuthenticationFailed(f"this key was {ended}; use the one that replaced it, or make another")
        if not key.user.is_active:
            raise AuthenticationFailed("the account of this key is switched off")
        note_use(key)
        key.user.calls_with = key.prefix
        return key.user, key

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  (the interface's)
        """The challenge of a 401."""
        return 'Bearer realm="fsarsite"'


class KeySchema(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers itself
    """Tells the schema of it."""

    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, Any]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "description": "A key of the API, made in the admin: `fsk_…`."}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        """With the scope that the operation needs."""
        scope = scope_of(auto_schema.view, auto_schema.method)
        return {self.name: [str(scope)] if scope else []}
