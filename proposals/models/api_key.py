"""Keys of the API: whose they are, what they may be used for, and until when. No key lies in a table, only its hash."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from proposals.models.account import User

NAME_LENGTH = 60
USUAL_RATE, MOST_RATE = 600, 100_000
"""Requests a minute."""
SEE_ALL = ("proposals.issue_apikey", "proposals.view_user")


class Scope(models.TextChoices):
    """What a key may be used for, if its account may do it."""

    PROPOSALS_READ = "proposals:read", "Read proposals, their reports, findings and history"
    PROPOSALS_SUBMIT = "proposals:submit", "Submit reports, answer questions, withdraw"
    PROPOSALS_DECIDE = "proposals:decide", "Decide, claim, reopen, ask, waive findings (people only)"
    TASKS_READ = "tasks:read", "Read tasks and the kill switch"
    TASKS_RUN = "tasks:run", "Run, retry, cancel, assign and complete tasks (people only)"
    TASKS_ROLLBACK = "tasks:rollback", "Roll tasks back (people only)"
    MONEY_READ = "money:read", "Read offers, revenue and the ledger"


PEOPLE_ONLY = frozenset({Scope.PROPOSALS_DECIDE, Scope.TASKS_RUN, Scope.TASKS_ROLLBACK})
"""Scopes that no key of a service or a model has."""


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Reads of keys."""

    def seen_by(self, account: User) -> ApiKeyQuerySet:
        """One's own; all for those who issue keys for services or look after accounts."""
        return self if any(account.has_perm(right) for right in SEE_ALL) else self.filter(user=account)

    def live(self) -> ApiKeyQuerySet:
        """Those that still open something."""
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def ended(self) -> ApiKeyQuerySet:
        """Those that were revoked or have expired."""
        return self.filter(Q(revoked_at__isnull=False) | Q(expires_at__lte=timezone.now()))


class ApiKey(models.Model):
    """One key. The key itself was shown once; `secret_hash` is SHA-256 of it, enough for 238 random bits."""

    name = models.CharField(max_length=NAME_LENGTH, help_text="What uses it, e.g. “CI of the shop”.")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys", verbose_name="account"
    )
    prefix = models.CharField(max_length=16, unique=True, editable=False, help_text="How the key begins.")
    secret_hash = models.CharField(max_length=64, editable=False)
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    rate_per_minute = models.PositiveIntegerField(
        "requests a minute", default=USUAL_RATE, validators=[MinValueValidator(1), MaxValueValidator(MOST_RATE)]
    )
    expires_at = models.DateTimeField("expires")
    last_used_at = models.DateTimeField("last used", null=True, editable=False, help_text="To the minute.")
    replaces = models.ForeignKey(
        "self", null=True, editable=False, on_delete=models.SET_NULL, related_name="replaced_by"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    revoked_at = models.DateTimeField(null=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        verbose_name_plural = "API keys"
        default_permissions = ("view",)
        permissions = [("issue_apikey", "Can issue and revoke API keys of services and AI models")]
        constraints = [
            models.CheckConstraint(name="apikey_has_a_scope", condition=~Q(scopes=[])),
            models.CheckConstraint(name="apikey_rate_from_one", condition=Q(rate_per_minute__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    def ended(self, now: datetime) -> str:
        """Why it opens nothing any more, in words; empty while it does."""
        if self.revoked_at is not None:
            return f"revoked {self.revoked_at:%Y-%m-%d}"
        return f"expired {self.expires_at:%Y-%m-%d}" if self.expires_at <= now else ""


class ApiKeyUse(models.Model):
    """Requests of a key in the present minute. Unlogged: a crash forgets a minute, and a request writes no log."""

    key = models.OneToOneField(ApiKey, primary_key=True, on_delete=models.CASCADE, related_name="use")
    minute = models.DateTimeField()
    requests = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.requests} of {self.key_id}"
