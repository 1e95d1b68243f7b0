"""Who calls: the account whose token the request carries."""

from __future__ import annotations

from typing import Any

from rest_framework.authentication import TokenAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request


class BearerAuthentication(TokenAuthentication):
    """``Authorization: Bearer TOKEN``, and DRF's own ``Token TOKEN``."""

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """The account and its token; None without the header. Raises AuthenticationFailed."""
        words = get_authorization_header(request).split()
        if words and words[0].lower() == b"token":
            self.keyword = "Token"
        return super().authenticate(request)

    def authenticate_credentials(self, key: str) -> tuple[Any, Any]:
        """Look the token up. Raises AuthenticationFailed."""
        if not key.isalnum():  # PostgreSQL refuses NUL
            raise AuthenticationFailed("Invalid token.")
        return super().authenticate_credentials(key)

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002  (the interface's)
        """The challenge of a 401."""
        return 'Bearer realm="fsarsite"'
