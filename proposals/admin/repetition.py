"""What the pages say of proposals that ask for the same."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from proposals.admin.bulk import LIMIT, BulkOutcome, Shown, reject_all, shown_rows
from proposals.admin.desk import signed_in
from proposals.display import reveal
from proposals.models import Proposal, RequestedAction, RequestGroup
from proposals.states import WAITING, Status

_GROUPS = 20
_LISTED = 5
_ALSO = 6


class RequestFilter(admin.SimpleListFilter):
    """One group of proposals that ask for the same."""

    title = "same request"
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """The largest groups, and the one that is shown."""
        groups = list(RequestGroup.objects.filter(voices__gt=1).order_by("-voices", "id")[:_GROUPS])
        asked = request.GET.get(self.parameter_name, "")
        if asked.isdecimal() and len(asked) < 19 and all(str(group.pk) != asked for group in groups):
            groups += RequestGroup.objects.filter(pk=int(asked))
        return [(str(group.pk), f"{reveal(group.title)} ({group.voices})") for group in groups]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        asked = self.value() or ""
        if not asked:
            return queryset
        return queryset.filter(group=int(asked)) if asked.isdecimal() and len(asked) < 19 else queryset.none()


def repetition_context(proposal: Proposal) -> dict[str, Any]:
    """The others that ask for the same, what became of them, and which may be settled with this one."""
    return {"same": _same(proposal), "also_asked": _also_asked(proposal)}


def heads_of(proposal: Proposal) -> dict[int, str]:
    """What each statement does, by the line on which it begins. One query; nothing is parsed."""
    asked = RequestedAction.objects.filter(proposal=proposal, kind=RequestedAction.Kind.EFFECT).order_by("line", "id")
    heads: dict[int, str] = {}
    for line, words in asked.values_list("line", "words"):
        heads[line] = f"{heads[line]}, {words}" if line in heads else words
    return heads


def settle_others(request: HttpRequest, proposal_id: int) -> BulkOutcome | None:
    """Reject the others that the page showed as waiting for the same; None unless this one is decided now."""
    decided = Proposal.objects.only("status", "report_id", "group").get(pk=proposal_id)
    rows = shown_rows(request.POST.getlist("shown")[:LIMIT])
    if decided.status not in {Status.APPROVED, Status.REJECTED} or not rows or decided.group_id is None:
        return None
    members = set(Proposal.objects.filter(group=decided.group_id).values_list("pk", flat=True))
    note = f"Answered with {decided.report_id}, which asks for the same. {request.POST.get('note', '')}".strip()
    return reject_all((row for row in rows if row.proposal_id in members), by=signed_in(request), note=note)


def _same(proposal: Proposal) -> dict[str, Any] | None:
    group = proposal.group
    if group is None or group.voices < 2:
        return None
    members = Proposal.objects.filter(group=group).exclude(pk=proposal.pk).defer("received", "text")
    counts = dict(members.values_list("status").annotate(Count("id")))
    waiting = list(members.filter(status__in=WAITING).order_by("id")[:LIMIT])
    decided = list(members.exclude(status__in=WAITING).order_by("id")[:_LISTED])
    listed = sorted([*decided, *waiting[: _LISTED - min(len(decided), _LISTED // 2)]], key=lambda each: each.pk)
    return {
        "group": group,
        "counts": [(Status(status).label.lower(), count) for status, count in sorted(counts.items())],
        "listed": listed[:_LISTED],
        "unlisted": sum(counts.values()) - len(listed[:_LISTED]),
        "settleable": [str(Shown.of(each)) for each in waiting],
    }


def _also_asked(proposal: Proposal) -> list[dict[str, Any]]:
    """The items of this plan that other proposals ask for too, the most asked first."""
    mine = RequestedAction.objects.filter(proposal=proposal)
    others = Q(key__in=mine.values("key")) & ~Q(proposal=proposal)
    counts = dict(RequestedAction.objects.filter(others).values_list("key").annotate(Count("id")))
    if not counts:
        return []
    asked = [{"words": each.words, "line": each.line, "others": counts.get(each.key, 0)} for each in mine]
    return sorted((each for each in asked if each["others"]), key=lambda each: -each["others"])[:_ALSO]
