"""Where on the stage a route leads."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib.contenttypes.models import ContentType

from tests.integration.fsarsite.rights.stage import Stage

_HOLE = re.compile(r"<(?:\w+:)?(\w+)>")


def key_of(route: str) -> str:
    """The route as it is declared: the one of the apps' own pages names them all."""
    return "<apps>" if "app_label" in route else route


def url_of(route: str, stage: Stage, row_of: Callable[[Stage], int] | None = None) -> str:
    """The address of a route on the stage; ``row_of``: the row that it is about, where that is not the usual one."""
    if route == "<apps>":
        return "/admin/proposals/"
    if "(?P<url>" in route:
        return "/admin/nowhere/"
    row = row_of(stage) if row_of else _row(route, stage)
    holes = {
        "object_id": row,
        "id": row,
        "proposal_id": stage.plan.pk,
        "waiver_id": stage.waiver.pk,
        "thread_id": stage.thread.pk,
        "view_id": stage.view.pk,
        "form": "md",
        "name": "cancel",
        "content_type_id": ContentType.objects.get_for_model(stage.offer).pk,
    }
    url = _HOLE.sub(lambda hole: str(holes[hole[1]]), route)
    return f"/admin/{url}{_QUERIES.get(route, '')}"


_QUERIES = {"autocomplete/": "?app_label=billing&model_name=experiment&field_name=offer"}


def _row(route: str, stage: Stage) -> Any:
    if route.endswith(("/waive/", "/check/")):
        return stage.open.pk
    return stage.ids.get("/".join(route.split("/")[:2]), 0)
