"""Settings of Stripe and of customers' data, read from the environment; outside production, made up once and kept.

Without a Stripe key everything outside production talks to the sandbox on loopback (docs/stripe-sandbox.md).
"""

from __future__ import annotations

import base64
import os
import secrets
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from environs import Env

CHECKOUT_ORIGIN = "https://checkout.stripe.com"
SECRETS_FOLDER = "secrets"


@dataclass(frozen=True, slots=True)
class StripeSettings:
    """`api_host` is empty for the real host. `webhook_secrets`: any of them signs, so that one can be rolled."""

    live_mode: bool
    test_key: str
    live_key: str
    webhook_secrets: list[str]
    api_host: str
    is_sandbox: bool

    @property
    def is_open(self) -> bool:
        """Whether anything can be sold: production without a key only reviews."""
        return bool(self.test_key or self.live_key)

    @property
    def checkout_origin(self) -> str:
        """Where the hosted page is: the one place outside ours that a form may lead to."""
        return self.api_host or CHECKOUT_ORIGIN


@dataclass(frozen=True, slots=True)
class PersonalDataKeys:
    """`encryption`: Fernet keys, the newest first. `index` keys the blind index and cannot be rotated."""

    encryption: list[str]
    index: str


def sandbox_port(folder: Path) -> int:
    """Where a data folder's sandbox listens: always the same place, and another for every folder."""
    return 20_000 + zlib.crc32(str(folder).encode()) % 10_000


def read_stripe_settings(env: Env, *, production: bool, folder: Path) -> StripeSettings:
    """What the environment says; the sandbox's own key and secret where it says nothing. Raises EnvError, OSError."""
    test_key, live_key = env.str("STRIPE_TEST_SECRET_KEY", ""), env.str("STRIPE_LIVE_SECRET_KEY", "")
    listed: list[str] = env.list("STRIPE_WEBHOOK_SECRET", [])
    given = [each for each in listed if each]  # with an empty one anybody could sign
    is_sandbox = not (test_key or live_key or production)
    host = env.str("STRIPE_API_HOST", f"http://127.0.0.1:{sandbox_port(folder)}" if is_sandbox else "")
    if is_sandbox:
        test_key = _kept(folder, "stripe_test_key", lambda: "sk_test_" + secrets.token_hex(24))
        given = given or [_kept(folder, "stripe_webhook_secret", lambda: "whsec_" + secrets.token_hex(24))]
    return StripeSettings(
        live_mode=env.bool("STRIPE_LIVE_MODE", production),
        test_key=test_key,
        live_key=live_key,
        webhook_secrets=given,
        api_host=host.rstrip("/"),
        is_sandbox=is_sandbox,
    )


def read_personal_data_keys(env: Env, *, production: bool, folder: Path) -> PersonalDataKeys:
    """The keys that protect names and addresses. Production has no default. Raises EnvError, OSError."""
    if production:
        return PersonalDataKeys(env.list("FIELD_ENCRYPTION_KEYS"), env.str("FIELD_INDEX_KEY"))
    keys = env.list("FIELD_ENCRYPTION_KEYS", []) or [_kept(folder, "field_encryption_key", _fernet_key)]
    return PersonalDataKeys(keys, env.str("FIELD_INDEX_KEY", "") or _kept(folder, "field_index_key", _fernet_key))


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _kept(folder: Path, name: str, make: Callable[[], str]) -> str:
    """A secret from the data folder, made by the first who asks; processes that start together agree on one."""
    path = folder / SECRETS_FOLDER / name
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent)  # 0600
        with os.fdopen(descriptor, "w") as file:
            file.write(make())
        try:
            os.link(draft, path)  # refuses to replace what another process just made
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return path.read_text().strip()
