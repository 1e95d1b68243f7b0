"""A reviewer's own likelihood and damage, given before the engine's are shown, and the estimates side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from proposals.admin.decisions import REFUSALS
from proposals.admin.desk import signed_in
from proposals.models import Assessment, Estimate, Proposal, User
from proposals.services import Estimated, estimate_risk
from proposals.services.second_opinion import SECOND_OPINION_FROM
from proposals.states import Status

LIKELIHOOD = (
    (1, "Hardly", "one in a thousand such changes goes wrong"),
    (2, "Unlikely", "one in fifty"),
    (3, "Possible", "one in ten"),
    (4, "Likely", "one in three"),
    (5, "Almost certain", "more often than not"),
)
DAMAGE = (
    (1, "None", "nobody notices"),
    (2, "Small", "a nuisance, mended within the hour"),
    (3, "Medium", "a part stands still, or some rows are wrong"),
    (4, "Large", "customers or money are hit"),
    (5, "Ruinous", "data, trust or the business is lost"),
)
FACTORS = ("likelihood", "damage")
_NUMBER = re.compile(r"\b([Ss]everity) \d+")


class EstimateForm(forms.Form):
    """What the page sends: the two notches, and what was on the screen."""

    likelihood = forms.TypedChoiceField(coerce=int, choices=[(value, word) for value, word, _ in LIKELIHOOD])
    damage = forms.TypedChoiceField(coerce=int, choices=[(value, word) for value, word, _ in DAMAGE])
    content_hash = forms.CharField(max_length=80)
    assessment_id = forms.IntegerField()


@dataclass(frozen=True, slots=True)
class Opinion:
    """One row of the table: whose, the factors (0: not given), the product, and the notches to the engine's."""

    who: str
    likelihood: int
    damage: int
    severity: int
    said: str = ""
    gap: int = 0

    @property
    def is_far(self) -> bool:
        """Whether it asks for a second opinion."""
        return self.gap >= SECOND_OPINION_FROM


def is_blind(proposal: Proposal, user: User, estimates: list[Estimate]) -> bool:
    """Whether the person is still to say what they think, so that no number may be shown to them."""
    may_approve = user.may("proposals.decide_proposal")
    asked = proposal.status == Status.BLOCKED and may_approve and proposal.submitted_by_id != user.pk
    return asked and proposal.assessment is not None and all(each.by_id != user.pk for each in estimates)


def estimate_context(request: HttpRequest, proposal: Proposal) -> dict[str, Any]:
    """The question, or the answers side by side. One query, where something is blocked or was."""
    user = signed_in(request)
    estimates = list(Estimate.objects.latest_of(proposal).select_related("by"))
    judged = proposal.assessment
    if is_blind(proposal, user, estimates):
        return {
            "is_blind": True,
            "questions": [
                ("likelihood", "How likely is it that this goes wrong?", LIKELIHOOD, request.GET.get("likelihood")),
                ("damage", "How bad would that be?", DAMAGE, request.GET.get("damage")),
            ],
        }
    return {"is_blind": False, "opinions": _opinions(proposal, judged, estimates, user) if judged else []}


def _opinions(proposal: Proposal, judged: Assessment, estimates: list[Estimate], user: User) -> list[Opinion]:
    asks = "asks to be blocked" if proposal.reported_block else "does not ask to be blocked"
    back = judged.reversibility
    return [
        Opinion("The report", 0, 0, proposal.reported_severity, asks),
        Opinion("The engine", judged.likelihood, judged.damage, judged.severity),
        *(
            Opinion(
                "You" if each.by_id == user.pk else str(each.by),
                each.likelihood,
                each.damage,
                each.likelihood * each.damage * back,
                gap=each.gap_to(judged),
            )
            for each in estimates
        ),
    ]


def without_numbers(text: str) -> str:
    """What may be read before one's own estimate: the severity is taken out."""
    return _NUMBER.sub(r"\1 withheld", text)


def estimate_view(request: HttpRequest, object_id: int) -> HttpResponseBase:
    """Keep one estimate; the service has the last word."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = EstimateForm(request.POST)
    if not form.is_valid():
        missing = " and ".join(name for name in FACTORS if name in form.errors)
        messages.error(request, f"Nothing was kept: {f'choose the {missing}' if missing else 'reload the page'}.")
        return _back(object_id, **{name: form.cleaned_data[name] for name in FACTORS if name in form.cleaned_data})
    typed = form.cleaned_data
    estimated = Estimated(typed.pop("likelihood"), typed.pop("damage"))
    try:
        estimate_risk(proposal_id=object_id, by=signed_in(request), estimate=estimated, **typed)
    except (*REFUSALS, Proposal.DoesNotExist) as refusal:
        messages.error(request, f"Nothing was kept: {refusal}.")
        return _back(object_id, likelihood=estimated.likelihood, damage=estimated.damage)
    messages.info(request, "Your estimate is kept; the engine's stands beside it now.")
    return _back(object_id)


def _back(object_id: int, **chosen: int) -> HttpResponseBase:
    """The review page, with what was chosen still chosen."""
    page = redirect("admin:proposals_proposal_change", object_id)
    page["Location"] += f"?{urlencode(chosen)}" if chosen else ""
    return page
