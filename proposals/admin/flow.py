"""Whose move it is: giving to people, the day to decide by, watching, snoozing, asking, and breaking the glass."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone

from proposals.admin.decisions import REFUSALS, Standing
from proposals.admin.desk import signed_in, take_draft, tell_refusal
from proposals.display import render_prose
from proposals.models import LaterReview, Proposal, Question, Snooze, User
from proposals.selectors import DECIDE, who_may
from proposals.services import (
    DecisionRefused,
    answer_question,
    ask_producer,
    assign_proposal,
    break_glass,
    end_snooze,
    review_later,
    set_due,
    snooze_proposal,
    unwatch_proposal,
    watch_proposal,
    withdraw_question,
)
from proposals.services.attention import is_watched
from proposals.services.break_glass import BREAK_GLASS, REVIEW_WITHIN
from proposals.services.claims import ASSIGN, CLAIM
from proposals.services.questions import QUESTION_LENGTH
from proposals.states import DECIDABLE, WAITING

SNOOZES = ((4, "4 hours"), (24, "a day"), (72, "3 days"), (168, "a week"))
_UNSAID = "proposals_unasked"


class FlowForm(forms.Form):
    """What the forms of the desk send: the button, and what belongs to it."""

    do = forms.CharField(max_length=20)
    text = forms.CharField(required=False, max_length=QUESTION_LENGTH)
    hours = forms.TypedChoiceField(required=False, choices=SNOOZES, coerce=int, empty_value=None)
    for_all = forms.BooleanField(required=False)
    to = forms.ModelChoiceField(User.objects.all(), required=False)
    due_at = forms.DateTimeField(required=False)
    row = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    verdict = forms.CharField(required=False, max_length=10)
    content_hash = forms.CharField(required=False, max_length=80)
    assessment_id = forms.IntegerField(required=False)


Said = dict[str, Any]
Act = Callable[[int, User, Said], object]


def _assign(proposal_id: int, by: User, said: Said) -> object:
    if said["to"] is None:
        raise DecisionRefused("choose a person")
    return assign_proposal(proposal_id=proposal_id, by=by, to=said["to"])


def _due(proposal_id: int, by: User, said: Said) -> object:
    if said["due_at"] is None:
        raise DecisionRefused("give a day and a time")
    return set_due(proposal_id=proposal_id, by=by, due_at=said["due_at"])


def _snooze(proposal_id: int, by: User, said: Said) -> object:
    until = timezone.now() + timedelta(hours=said["hours"] or 24)
    return snooze_proposal(
        proposal_id=proposal_id, by=by, until=until, for_all=said["for_all"], note=said["text"].strip()
    )


def _break(proposal_id: int, by: User, said: Said) -> object:
    shown = {"content_hash": said["content_hash"], "assessment_id": said["assessment_id"] or 0}
    return break_glass(proposal_id=proposal_id, by=by, note=said["text"].strip(), **shown)


def _later(_: int, by: User, said: Said) -> object:
    return review_later(review_id=said["row"] or 0, by=by, verdict=said["verdict"], note=said["text"].strip())


def _answer(proposal_id: int, by: User, said: Said) -> object:
    return answer_question(proposal_id=proposal_id, question_id=said["row"] or 0, by=by, text=said["text"])


def _plain(service: Callable[..., object]) -> Act:
    return lambda proposal_id, by, _: service(proposal_id=proposal_id, by=by)


ACTS: dict[str, tuple[Act, str]] = {
    "assign": (_assign, "Given."),
    "due": (_due, "The time to decide by is moved."),
    "watch": (_plain(watch_proposal), "You watch it: you are told what becomes of it."),
    "unwatch": (_plain(unwatch_proposal), "You do not watch it any more."),
    "snooze": (_snooze, "Snoozed. Its deadlines go on."),
    "wake": (_plain(end_snooze), "It waits on you again."),
    "ask": (lambda pk, by, said: ask_producer(proposal_id=pk, by=by, text=said["text"]), "The producer is asked."),
    "unask": (_plain(withdraw_question), "It goes on without an answer."),
    "answer": (_answer, "Answered."),
    "break": (_break, "Approved by break-glass. Another person reviews it later."),
    "later": (_later, "The later review is recorded."),
}


def flow_view(request: HttpRequest, object_id: int) -> HttpResponseBase:
    """Do what one of the forms asks; after a refusal lead back with what was typed."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.has_perm("proposals.view_proposal"):
        raise PermissionDenied
    form = FlowForm(request.POST)
    try:
        act, told = ACTS.get(request.POST.get("do", ""), (None, ""))
        if act is None or not form.is_valid():
            wrong = ", ".join(form.errors) or "do"
            raise DecisionRefused(f"the form came back incomplete ({wrong}); reload the page")
        act(object_id, signed_in(request), form.cleaned_data)
    except (*REFUSALS, Proposal.DoesNotExist, Question.DoesNotExist, LaterReview.DoesNotExist) as refusal:
        tell_refusal(request, refusal)
        request.session[_UNSAID] = {form.data.get("do", "")[:20]: request.POST.get("text", "")[:QUESTION_LENGTH]}
    else:
        messages.info(request, told)
    return redirect("admin:proposals_proposal_change", object_id)


def flow_context(request: HttpRequest, proposal: Proposal, standing: Standing) -> dict[str, Any]:
    """What the desk beside the decision shows. Six queries at most."""
    user = signed_in(request)
    questions = list(proposal.questions.select_related("asked_by", "answered_by").order_by("id"))
    for each in questions:
        each.asked, each.said = render_prose(each.text), render_prose(each.answer)  # type: ignore[attr-defined]
    waits, may_decide = proposal.status in WAITING, user.may(DECIDE)
    may_assign = waits and user.may(ASSIGN)
    return {
        "inquiries": questions,
        "open_question": next((each for each in questions if each.answered_at is None), None),
        "is_producer": proposal.submitted_by_id == user.pk,
        "may_ask": waits and may_decide,
        "watched": is_watched(proposal, user),
        "snooze": _snooze_of(proposal, user) if waits and may_decide else None,
        "snoozes": SNOOZES if waits and may_decide else (),
        "may_assign": may_assign,
        "people": who_may(CLAIM).exclude(pk=proposal.submitted_by_id) if may_assign else (),
        "glass": _glass(proposal, user, standing),
        "later_reviews": list(proposal.later_reviews.select_related("decision__by", "reviewed_by").order_by("id")),
        "unasked": take_draft(request, _UNSAID),
    }


def _snooze_of(proposal: Proposal, user: User) -> Snooze | None:
    standing = Snooze.objects.standing().filter(proposal=proposal).select_related("by")
    return (standing.filter(person=user) | standing.filter(person=None)).first()


def _glass(proposal: Proposal, user: User, standing: Standing) -> dict[str, Any] | None:
    """The way past what stops this person's own approval; None where there is no such way, or no need of one."""
    if proposal.status not in DECIDABLE or not user.may(BREAK_GLASS) or proposal.submitted_by_id == user.pk:
        return None
    if not standing.is_stopped and standing.missing <= 1:
        return None
    why_not = "" if user.has_given_second_factor else "It needs a second factor: set one up, and log in with its code."
    return {"why_not": why_not, "days": REVIEW_WITHIN.days}
