"""Every door of the admin, found by walking its URL conf and its registry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLResolver

ROWS = {
    "": "list",
    "add/": "add",
    "<path:object_id>/history/": "history",
    "<path:object_id>/delete/": "delete",
    "<path:object_id>/change/": "change",
    "<path:object_id>/": "shortcut",
}
"""The six routes of every ModelAdmin."""


def routes() -> list[str]:
    """The route of each URL pattern beneath /admin/."""
    return list(_walk(admin.site.get_urls()))


def _walk(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern)


def actions(request: HttpRequest) -> set[tuple[str, str]]:
    """The route of the list, and the name, of each action that the request's account is offered."""
    return {
        (f"{model._meta.app_label}/{model._meta.model_name}/", name)
        for model, model_admin in admin.site._registry.items()
        for name in model_admin.get_actions(request)
    }
