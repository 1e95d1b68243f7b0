"""The page of one problem type."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from proposals.api.problems import TYPES


def problem_page(request: HttpRequest, slug: str) -> HttpResponse:
    """What a problem type means and what to do. Open to all. Raises Http404."""
    if slug not in TYPES:
        raise Http404
    return render(request, "api/problem.html", {"problem": TYPES[slug]})
