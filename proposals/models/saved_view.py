"""A part of the queue under a name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from proposals.models.account import User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    """Reads of saved views."""

    def seen_by(self, person: User) -> SavedViewQuerySet:
        """Their own, and those that are shared."""
        return self.filter(Q(owner=person) | Q(is_shared=True))


class SavedView(models.Model):
    """What one person asked the list of proposals for; a shared one stands above everybody's list."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True, help_text="Parameters of the list, normalised.")
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        default_permissions = ()  # one's own are one's own, and nobody sees those of others
        permissions = [("share_savedview", "Can share saved views with all")]
        indexes = [
            models.Index(name="saved_view_shared", fields=["name"], condition=Q(is_shared=True)),  # above every list
        ]
        constraints = [
            models.UniqueConstraint(  # also answers "which are mine?"
                name="saved_view_name_per_owner", fields=["owner", "name"]
            ),
            models.CheckConstraint(name="saved_view_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
