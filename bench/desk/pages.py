"""The pages to ask for: all that the URL conf has, with the ids of rows that are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.urls import URLResolver, get_resolver

_HOLE = re.compile(r"<(?:\w+:)?(\w+)>")
_NO_PAGE = (
    "logout",
    "login",
    "jsi18n",
    "export",
    "report.",
    "delete",
    "history",
    "r/<",
    "autocomplete",
    "(?P<",
    "live",
)
_POSTED = ("live/", "waive", "revoke", "check/", "estimate", "thread", "flow/", "views/", "renew", "bulk/", "start/")
_LISTS = {  # what a person does with the lists, beside looking at the first page
    "proposals/proposal/": (
        *(f"?standing={name}" for name in ("waiting", "blocked", "mitigate", "returned", "decided", "executed", "all")),
        "?standing=all&p=20",
        "?standing=all&q=journal",
        "?standing=waiting&q=journal",
        "?standing=all&band__exact=block",
        "?standing=all&o=-2",
    ),
    "execution/executiontask/": ("?status__exact=failed", "?status__exact=succeeded&p=20", "?q=journal"),
    "proposals/trailentry/": ("?p=20",),
}


def pages(prefix: str = "admin/") -> Iterator[str]:
    """The address of each page that shows something."""
    for route in _walk(get_resolver().url_patterns):
        if not route.startswith(prefix) or any(part in route for part in (*_NO_PAGE, *_POSTED)):
            continue
        if route.endswith("<path:object_id>/") or "django_q" in route:
            continue
        if "<" in route:
            row = _row(route.removeprefix(prefix))
            if row is not None:
                yield "/" + _HOLE.sub(str(row), route)
            continue
        yield f"/{route}"
        yield from (f"/{route}{query}" for query in _LISTS.get(route.removeprefix(prefix), ()))


def _walk(patterns: list[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, before + str(pattern.pattern))
        else:
            yield before + str(pattern.pattern)


def _row(route: str) -> Any:
    """A row in the middle of its table; None without one."""
    app, model, *_ = route.split("/")
    try:
        rows = apps.get_model(app, model)._default_manager.order_by("pk")  # noqa: SLF001 - Django's way
    except LookupError:
        return None
    first, last = rows.values_list("pk", flat=True).first(), rows.values_list("pk", flat=True).last()
    if not isinstance(first, int) or not isinstance(last, int):
        return first
    return rows.filter(pk__gte=(first + last) // 2).values_list("pk", flat=True).first()
