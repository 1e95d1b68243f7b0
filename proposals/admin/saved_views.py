"""Saved views above the list of proposals: the chips, and what their buttons do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from proposals.admin.desk import is_person, signed_in, tell_refusal
from proposals.admin.filters import standing_of
from proposals.models import SavedView
from proposals.services.saved_views import (
    NAME_LENGTH,
    SHARE,
    ViewRefused,
    delete_view,
    normalise_query,
    rename_view,
    save_view,
)

_MOST_SHOWN = 100


def saved_views_context(request: HttpRequest) -> dict[str, Any]:
    """The chips, and what the present list would be saved as; a query that is too long cannot be. One query."""
    person, now = signed_in(request), _shown(request)
    views = SavedView.objects.seen_by(person).select_related("owner").order_by("is_shared", "name", "id")
    may_share = person.may(SHARE)
    return {
        "saved_views": [
            {
                "view": view,
                "is_shown": view.query == now,
                "is_own": view.owner_id == person.pk,
                "may_delete": view.owner_id == person.pk or may_share,
            }
            for view in views[:_MOST_SHOWN]
        ],
        "shown_query": now,
        "may_save": is_person(request) and now is not None,
        "may_share": may_share,
        "name_length": NAME_LENGTH,
    }


@require_POST
def save_view_view(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows."""
    _require_view(request)
    query = request.POST.get("query", "")
    try:
        save_view(
            owner=signed_in(request),
            name=request.POST.get("name", ""),
            query=query,
            is_shared="is_shared" in request.POST,
        )
    except ViewRefused as refusal:
        messages.error(request, f"Nothing was saved: {refusal}.")
    else:
        messages.info(request, "View saved.")
    return _back(query)


@require_POST
def change_view_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Rename or delete a view."""
    _require_view(request)
    by, do = signed_in(request), request.POST.get("do", "")
    try:
        if do == "rename":
            rename_view(view_id=view_id, by=by, name=request.POST.get("name", ""))
        elif do == "delete":
            delete_view(view_id=view_id, by=by)
        else:
            raise ViewRefused("this page has no such button; reload it")  # noqa: TRY301 - told as the others are
    except ViewRefused as refusal:
        tell_refusal(request, refusal)
    else:
        messages.info(request, "View renamed." if do == "rename" else "View deleted.")
    return _back(request.POST.get("query", ""))


def _shown(request: HttpRequest) -> str | None:
    """What the list shows now, its tab by name: another person's usual tab is another one."""
    given = request.GET.copy()
    given["standing"] = standing_of(request)
    try:
        return normalise_query(given.urlencode())
    except ViewRefused:
        return None


def _require_view(request: HttpRequest) -> None:
    if not signed_in(request).has_perm("proposals.view_proposal"):
        raise PermissionDenied


def _back(query: str) -> HttpResponse:
    """To the list as it was."""
    try:
        kept = normalise_query(query)
    except ViewRefused:
        kept = ""
    return redirect(f"{reverse('admin:proposals_proposal_changelist')}?{kept}")
