"""Everything the sandbox knows, in memory, behind one lock."""

from __future__ import annotations

import copy
import json
import secrets
import string
import threading
from collections.abc import Callable

from billing.sandbox.clock import Clock
from billing.sandbox.errors import SandboxRefused, missing
from billing.sandbox.objects.event import build_event
from billing.sandbox.shapes import Json

_LETTERS = string.ascii_letters + string.digits
_FORMAT = 1


class Store:
    """Objects by kind and id, in order of creation.

    Whoever reads or changes anything holds `lock`, for a whole API call: so a call is seen entire or not at all,
    and a webhook that outruns the answer to the call that caused it finds the finished state.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.changed = threading.Event()
        self.on_event: Callable[[Json], None] = lambda _event: None
        self.on_reset: Callable[[], None] = lambda: None
        self.is_settlement_held = False  # a charge names its balance transaction only once released
        self.request: Json = {"id": None, "idempotency_key": None}
        self._empty()

    def _empty(self) -> None:
        self.tables: dict[str, dict[str, Json]] = {}
        self.notes: dict[str, Json] = {}  # what Stripe knows of an object and does not show, by the object's id
        self.deliveries: dict[str, Json] = {}
        self.answers: dict[str, Json] = {}  # by idempotency key

    def now(self) -> int:
        """The sandbox's time in whole seconds."""
        return self.clock.now()

    def new_id(self, prefix: str, length: int = 24) -> str:
        """A fresh id such as ``ch_…``, never given out before."""
        return f"{prefix}_" + "".join(secrets.choice(_LETTERS) for _ in range(length))

    def add(self, thing: Json) -> Json:
        """Keep a new object under its kind and id, and return it."""
        self.tables.setdefault(thing["object"], {})[thing["id"]] = thing
        self.changed.set()
        return thing

    def remove(self, thing: Json) -> None:
        """Forget an object."""
        del self.tables[thing["object"]][thing["id"]]
        self.changed.set()

    def find(self, kind: str, key: str | None) -> Json | None:
        """The object, or None."""
        return self.tables.get(kind, {}).get(key or "")

    def get(self, kind: str, key: str, param: str = "id") -> Json:
        """The object. Raises StripeError 404 `resource_missing` naming `param`."""
        found = self.find(kind, key)
        if found is None:
            raise missing(kind, key, param)
        return found

    def find_any(self, key: str) -> Json | None:
        """The object with this id, whatever its kind."""
        return next((table[key] for table in self.tables.values() if key in table), None)

    def all(self, kind: str) -> list[Json]:
        """Every object of a kind, newest first as Stripe lists them."""
        return list(reversed(self.tables.get(kind, {}).values()))

    def note(self, key: str) -> Json:
        """What is kept about an object beside what Stripe shows of it. May be changed in place."""
        self.changed.set()
        return self.notes.setdefault(key, {})

    def update(self, thing: Json, changes: Json) -> Json:
        """Set fields of an object; returns the earlier values of those that really changed."""
        before = {name: thing.get(name) for name, value in changes.items() if thing.get(name) != value}
        thing.update(copy.deepcopy(changes))
        self.changed.set()
        return before

    def emit(self, name: str, thing: Json, before: Json | None = None) -> Json:
        """Record that something happened to an object, as it is now, and hand the event to the webhooks."""
        event = build_event(
            key=self.new_id("evt"),
            created=self.now(),
            name=name,
            thing=copy.deepcopy(thing),
            before=copy.deepcopy(before),
            request=dict(self.request),
        )
        self.add(event)
        self.on_event(event)
        return event

    def change(self, thing: Json, changes: Json, name: str) -> Json:
        """`update`, then `emit` with the earlier values where there are any. Returns the object."""
        before = self.update(thing, changes)
        if before:
            self.emit(name, thing, before)
        return thing

    def reset(self) -> None:
        """Forget everything: objects, events, deliveries, idempotency keys. The clock stays."""
        self._empty()
        self.on_reset()
        self.changed.set()

    def dump(self) -> str:
        """The whole state as JSON."""
        with self.lock:
            return json.dumps(
                {
                    "format": _FORMAT,
                    "offset": self.clock.offset,
                    "tables": self.tables,
                    "notes": self.notes,
                    "deliveries": self.deliveries,
                    "answers": self.answers,
                }
            )

    def load(self, text: str) -> None:
        """Take over a dumped state. Raises SandboxRefused when it is not one."""
        try:
            kept = json.loads(text)
            if kept["format"] != _FORMAT:
                raise SandboxRefused(f"it has format {kept['format']}, this sandbox writes {_FORMAT}")
            with self.lock:
                self.clock.offset = int(kept["offset"])
                self.tables, self.notes = dict(kept["tables"]), dict(kept["notes"])
                self.deliveries, self.answers = dict(kept["deliveries"]), dict(kept["answers"])
        except (ValueError, KeyError, TypeError) as error:
            raise SandboxRefused("it is not a snapshot of the sandbox") from error
