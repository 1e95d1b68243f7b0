"""What every resource is made of: a call, a route, and the routes that most resources share."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from billing.sandbox.expansion import clone
from billing.sandbox.listing import created_within, filtered, page
from billing.sandbox.params import Params
from billing.sandbox.shapes import Json
from billing.sandbox.store import Store


@dataclass(slots=True)
class Call:
    """One API call: the store, locked; the parameters; the ids in the path; where the hosted page is."""

    store: Store
    params: Params
    path: str
    ids: dict[str, str]
    base_url: str

    @property
    def key(self) -> str:
        """The id in the path."""
        return self.ids["id"]


Handler = Callable[[Call], Json]
Change = Callable[[Call, Json], Json]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path with ``{id}`` places. The handler answers with a live object or a document of its own."""

    method: str
    path: str
    handler: Handler
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)))

    def match(self, path: str) -> dict[str, str] | None:
        """The ids in the path, or None when it is another one."""
        found = self.pattern.fullmatch(path)
        return found.groupdict() if found else None


def retrieving(kind: str) -> Handler:
    """GET of one object."""

    def retrieve(call: Call) -> Json:
        call.params.finish()
        return call.store.get(kind, call.key)

    return retrieve


def listing(kind: str, filters: dict[str, str] | Sequence[str] = (), where: Handler | None = None) -> Handler:
    """GET of a page. `filters` map parameters to fields; `where` gives further fields that rows must equal."""
    names = filters if isinstance(filters, dict) else {name: name for name in filters}

    def list_page(call: Call) -> Json:
        fixed = where(call) if where else {}
        rows = [row for row in call.store.all(kind) if all(row[name] == value for name, value in fixed.items())]
        rows = filtered(call.params, created_within(call.params, rows), names)
        answer = page(call.params, rows, call.path)
        call.params.finish()
        return answer

    return list_page


def changing(kind: str, changes: Change, event: str = "") -> Handler:
    """POST to one object: `changes` reads the new values; `<kind>.updated`, or `event`, tells where any differ."""

    def change(call: Call) -> Json:
        thing = call.store.get(kind, call.key)
        new = changes(call, thing)
        call.params.finish()
        return call.store.change(thing, new, event or f"{kind}.updated")

    return change


def metadata_only(call: Call, thing: Json) -> Json:
    """The change that every object takes."""
    return {"metadata": call.params.metadata(thing["metadata"])}


def given(call: Call, texts: Sequence[str] = (), booleans: Sequence[str] = ()) -> Json:
    """Those of the plain parameters that were given; an empty text unsets."""
    found: Json = {name: call.params.text(name) for name in texts if call.params.has(name)}
    flags = {name: call.params.boolean(name) for name in booleans if call.params.has(name)}
    return found | {name: flag for name, flag in flags.items() if flag is not None}


def copied(answer: Json) -> Json:
    """An answer that may be changed without changing the store."""
    copy: Json = clone(answer)
    return copy
