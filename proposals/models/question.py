"""What a reviewer wants to know of the producer."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from proposals.models.proposal import Proposal


class QuestionQuerySet(models.QuerySet["Question"]):
    """Reads of questions."""

    def open(self) -> QuestionQuerySet:
        """Those that wait for the producer."""
        return self.filter(answered_at=None)


class Question(models.Model):
    """A request for information. The proposal stays pending; the producer answers by the API or on the page."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(  # one at a time; also: whose move is it?
                name="question_one_open", fields=["proposal"], condition=Q(answered_at=None)
            ),
            models.CheckConstraint(
                name="question_answer_whole",
                condition=Q(answered_at=None, answered_by=None, answer="")
                | Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer=""),
            ),
        ]
        indexes = [models.Index(name="question_of_proposal", fields=["proposal", "id"])]

    def __str__(self) -> str:
        return self.text[:80]
