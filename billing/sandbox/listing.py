"""Pages of a list, newest first, with Stripe's cursors and filters."""

from __future__ import annotations

from typing import Any

from billing.sandbox.errors import missing
from billing.sandbox.expansion import clone
from billing.sandbox.params import Params
from billing.sandbox.shapes import Json

_DEFAULT_LIMIT = 10
_COMPARISONS = ("gt", "gte", "lt", "lte")


def page(params: Params, rows: list[Json], url: str) -> Json:
    """The list object with the page that limit, starting_after and ending_before ask for.

    Raises StripeError for a limit outside 1-100 and for a cursor that is not in the list.
    """
    limit = params.integer("limit", least=1, most=100) or _DEFAULT_LIMIT
    after, before = params.text("starting_after"), params.text("ending_before")
    if after is not None:
        rows = rows[_position(rows, after, "starting_after") + 1 :]
    if before is not None:
        rows = rows[: _position(rows, before, "ending_before")]
        chosen, has_more = rows[-limit:], len(rows) > limit
    else:
        chosen, has_more = rows[:limit], len(rows) > limit
    return {"object": "list", "data": clone(chosen), "has_more": has_more, "url": url}


def _position(rows: list[Json], key: str, param: str) -> int:
    for at, row in enumerate(rows):
        if row["id"] == key:
            return at
    raise missing("object", key, param)


def created_within(params: Params, rows: list[Json]) -> list[Json]:
    """Those of `rows` that the `created` filter lets through: one time, or bounds gt, gte, lt, lte."""
    if not params.has("created"):
        return rows
    if params.is_plain("created"):
        exact = params.integer("created")
        return [row for row in rows if row["created"] == exact]
    bounds = params.child("created")
    for name in _COMPARISONS:
        limit = bounds.integer(name)
        if limit is not None:
            rows = [row for row in rows if _holds(row["created"], name, limit)]
    return rows


def _holds(value: int, name: str, limit: int) -> bool:
    return {"gt": value > limit, "gte": value >= limit, "lt": value < limit, "lte": value <= limit}[name]


def filtered(params: Params, rows: list[Json], names: dict[str, str]) -> list[Json]:
    """Those of `rows` that equal the given filters; `names` maps a parameter to a field, dotted where nested."""
    for name, field in names.items():
        wanted = params.text(name)
        if wanted is not None:
            rows = [row for row in rows if _as_text(_field(row, field)) == wanted]
    return rows


def _field(row: Json, field: str) -> Any:
    value: Any = row
    for step in field.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
