"""Who acts: a person, a service or a model."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """An account. Only a person may decide; services and models submit."""

    class Kind(models.TextChoices):
        PERSON = "person", "Person"
        SERVICE = "service", "Service"
        MODEL = "model", "AI model"

    kind = models.CharField(
        max_length=10,
        choices=Kind,
        default=Kind.PERSON,
        help_text="Services and AI models may submit proposals. They never approve one, whatever their permissions.",
    )

    wants_mail = models.BooleanField(
        "wants e-mail", default=True, help_text="Whether to be told by e-mail what waits, and what is watched."
    )

    calls_with = ""
    """How the API key begins that this account calls with now; set by whoever let it in."""

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                name="account_kind_known", condition=models.Q(kind__in=["person", "service", "model"])
            )
        ]

    @property
    def is_person(self) -> bool:
        """Whether this account stands for a human being."""
        return self.kind == self.Kind.PERSON

    @property
    def has_given_second_factor(self) -> bool:
        """Whether the session that this account was read for was logged into with a second factor; never by a token."""
        return getattr(self, "otp_device", None) is not None

    def may(self, permission: str) -> bool:
        """Whether this is a person who holds the permission: services and models never decide, whatever they hold."""
        return self.is_person and self.has_perm(permission)
