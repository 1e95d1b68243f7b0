"""Pages outside the admin's own lists."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from proposals.display.markdown import render_prose
from proposals.gate.rule_pages import rule_pages


@require_safe
@staff_member_required
def rule_page(request: HttpRequest, rule_id: str) -> HttpResponse:
    """What one rule looks at and what to do about it. Raises Http404."""
    page = rule_pages().get(rule_id)
    if page is None:
        raise Http404
    context = {**admin.site.each_context(request), "title": rule_id, "text": render_prose(page.prose)}
    return TemplateResponse(request, "admin/proposals/rule.html", context)
