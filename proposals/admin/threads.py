"""Conversations: what the page shows beneath a line, or about the whole, and what the buttons do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from proposals.admin.decisions import REFUSALS
from proposals.admin.desk import signed_in, take_draft, tell_refusal
from proposals.display import render_prose
from proposals.models import LineComment, LineThread, Proposal
from proposals.services import DecisionRefused, block_by_thread, reply_to_thread, resolve_thread, start_thread
from proposals.services.threads import COMMENT_LENGTH
from proposals.states import DECIDABLE

ANCHORS: dict[str, str] = {
    LineThread.Artifact.CONTENT: "file",
    LineThread.Artifact.REPORT: "text",
    LineThread.Artifact.WHOLE: "whole",
}
_DRAFT = "proposals_unsaid"


class ThreadForm(forms.Form):
    """What a form beneath a line sends."""

    artifact = forms.ChoiceField(choices=LineThread.Artifact)
    line = forms.IntegerField(min_value=1, max_value=2**31 - 1)
    text = forms.CharField(max_length=COMMENT_LENGTH)
    is_blocking = forms.BooleanField(required=False)


class ReplyForm(forms.Form):
    """What a form beneath a thread sends: the button, and the words."""

    do = forms.ChoiceField(choices=[(name, name) for name in ("reply", "resolve", "block")])
    text = forms.CharField(max_length=COMMENT_LENGTH, required=False)


@dataclass(slots=True)
class Beneath:
    """What stands around one line: what the statement does that begins there, its threads, an open form's name."""

    threads: list[LineThread] = field(default_factory=list)
    form: str = ""
    head: str = ""


def thread_context(request: HttpRequest, proposal: Proposal) -> dict[str, Any]:
    """The threads by line, and the form that the person opened. Two queries, whatever the number of threads."""
    user = signed_in(request)
    told = Prefetch("comments", LineComment.objects.select_related("by").order_by("id"))
    people = ("started_by", "blocked_by", "resolved_by")
    threads = list(proposal.threads.select_related(*people).prefetch_related(told).order_by("id"))
    for thread in threads:
        thread.anchor = ANCHORS[thread.artifact]  # type: ignore[attr-defined]
        thread.key = str(thread.pk)  # type: ignore[attr-defined]
        thread.said = [(comment, render_prose(comment.text)) for comment in thread.comments.all()]  # type: ignore[attr-defined]
    may = user.may("proposals.decide_proposal")
    beneath = _beneath(threads, request.GET.get("comment", "") if may else "")
    return {
        "threads": threads,
        "blocking_threads": [thread for thread in threads if thread.is_blocking],
        "may_comment": may,
        "may_block": may and proposal.status in DECIDABLE,
        "unsaid": take_draft(request, _DRAFT),
        "beneath": beneath,
        "about": beneath["whole"][1],
    }


def _beneath(threads: list[LineThread], asked: str) -> dict[str, dict[int, Beneath]]:
    """What stands beneath each line of each text, by the anchor of the text."""
    found: dict[str, dict[int, Beneath]] = {anchor: defaultdict(Beneath) for anchor in ANCHORS.values()}
    for thread in threads:
        found[ANCHORS[thread.artifact]][thread.line].threads.append(thread)
    anchor, _, line = asked.partition("-")
    if anchor in found and line.isdecimal() and len(line) < 10:
        found[anchor][int(line)].form = asked
    return found


def start_view(request: HttpRequest, object_id: int) -> HttpResponseBase:
    """Start a thread on a line."""
    form = ThreadForm(request.POST)

    def start() -> int:
        return start_thread(proposal_id=object_id, by=signed_in(request), **form.cleaned_data).pk

    place = f"{ANCHORS.get(request.POST.get('artifact', ''), 'text')}-{request.POST.get('line', '')}"
    return _answer(request, object_id, form, start, place[:20])


def thread_view(request: HttpRequest, object_id: int, thread_id: int) -> HttpResponseBase:
    """Reply to a thread, resolve it, or let it block."""
    form = ReplyForm(request.POST)

    def go_on() -> int:
        act, text = _GO_ON[form.cleaned_data["do"]], form.cleaned_data["text"]
        act(proposal_id=object_id, thread_id=thread_id, by=signed_in(request), text=text)
        return thread_id

    return _answer(request, object_id, form, go_on, f"thread-{thread_id}")


_GO_ON: dict[str, Callable[..., object]] = {
    "reply": reply_to_thread,
    "resolve": resolve_thread,
    "block": block_by_thread,
}


def _answer(
    request: HttpRequest, object_id: int, form: forms.Form, do: Callable[[], int], place: str
) -> HttpResponseBase:
    """Do it and lead to the thread; after a refusal lead back to the form, which then holds what was typed."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not request.user.has_perm("proposals.view_proposal"):
        raise PermissionDenied
    try:
        if not form.is_valid():
            raise DecisionRefused(_what_is_wrong(form))
        place = f"thread-{do()}"
    except (*REFUSALS, Proposal.DoesNotExist, LineThread.DoesNotExist) as refusal:
        tell_refusal(request, refusal)
        request.session[_DRAFT] = {"place": place, "text": request.POST.get("text", "")[:COMMENT_LENGTH]}
    page = redirect("admin:proposals_proposal_change", object_id)
    page["Location"] += _address(place)
    return page


def _address(place: str) -> str:
    anchor, _, number = place.partition("-")
    return f"?open={number}#{place}" if anchor == "thread" else f"?comment={quote(place)}#comment"


def _what_is_wrong(form: forms.Form) -> str:
    said = [str(error) for name in ("text", "line") for error in form.errors.get(name, [])]
    return said[0] if said else "the form came back incomplete; reload the page"
