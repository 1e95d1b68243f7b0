"""Reads of proposals that span models."""

from __future__ import annotations

from typing import TypeAlias, TypedDict

from django.contrib.auth.models import Permission
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django_stubs_ext import WithAnnotations

from proposals.models import Decision, Estimate, Proposal, Question, Snooze, User
from proposals.states import Status

DECIDE = "proposals.decide_proposal"


class WhatReviewersDid(TypedDict):
    """What `with_what_reviewers_did` adds to a proposal."""

    approvals: int
    is_blind: bool


Row: TypeAlias = "WithAnnotations[Proposal, WhatReviewersDid]"


def waiting_on(person: User) -> QuerySet[Proposal]:
    """What this person may decide now and nobody else has taken: neither their own, nor approved by them already,

    nor snoozed, nor waiting for an answer of its producer.
    """
    if not person.may(DECIDE):
        return Proposal.objects.none()
    unclaimed = Q(claimed_by__isnull=True) | Q(claimed_by=person)
    theirs = Proposal.objects.waiting().filter(unclaimed).exclude(submitted_by=person)
    of_this = {"proposal": OuterRef("pk")}
    snoozed = Snooze.objects.standing().filter(Q(person=person) | Q(person=None), **of_this)
    asked = Question.objects.open().filter(**of_this)
    return theirs.filter(~Exists(_approvals().filter(by=person)), ~Exists(snoozed), ~Exists(asked))


def with_what_reviewers_did(proposals: QuerySet[Proposal], person: User) -> QuerySet[Row]:
    """With ``approvals``, how many people approved what is judged now, and ``is_blind``: whether the person is to say
    first what they think of it, so that no number may be shown to them.
    """
    counted = _approvals().order_by().values("proposal").annotate(number=Count("pk")).values("number")
    own = Estimate.objects.filter(proposal=OuterRef("pk"), assessment=OuterRef("assessment"), by=person)
    is_asked = Q(status=Status.BLOCKED) & ~Q(submitted_by=person) & ~Exists(own)
    return proposals.annotate(
        approvals=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        is_blind=ExpressionWrapper(is_asked, BooleanField()) if person.may(DECIDE) else Value(False),
    )


def once_per_request(proposals: QuerySet[Proposal], among: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """Of those that ask for the same the first ``among`` them; those that nobody repeats stay as they are."""
    earlier = among.order_by().filter(group=OuterRef("group"), pk__lt=OuterRef("pk"))
    return proposals.filter(Q(group=None) | ~Exists(earlier))


def _approvals() -> QuerySet[Decision]:
    """Of a proposal in the query around it."""
    return Decision.objects.filter(
        proposal=OuterRef("pk"), kind=Decision.Kind.APPROVE, assessment=OuterRef("assessment")
    )


def who_may(permission: str) -> QuerySet[User]:
    """The active people who hold the permission, by name."""
    app, codename = permission.split(".")
    held = Permission.objects.filter(content_type__app_label=app, codename=codename)
    by_right = Q(is_superuser=True) | Q(user_permissions__in=held) | Q(groups__permissions__in=held)
    people = User.objects.filter(by_right, is_active=True, kind=User.Kind.PERSON)
    return people.order_by("username").distinct()
