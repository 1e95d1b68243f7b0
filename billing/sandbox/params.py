"""Reading parameters with Stripe's error for each way of being wrong; what nobody reads is an unknown parameter."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, overload

from billing.sandbox.errors import StripeError, missing_param, unknown_param
from billing.sandbox.shapes import Json

MOST_TEXT = 5000
_BOOLEANS = {"true": True, "false": False}


class Params:
    """The parameters of a call, or an object among them. Every reader takes the name below this object.

    Readers raise StripeError naming the full path, as in ``line_items[0][quantity]``. An empty value means
    "unset": readers answer None for it, and `has` says that it was given.
    """

    def __init__(self, values: Json, path: str = "") -> None:
        self._values = values
        self._path = path
        self._read: set[str] = set()
        self._below: list[Params] = []

    def path(self, name: str) -> str:
        """The full name of a parameter, as errors tell it."""
        return f"{self._path}[{name}]" if self._path else name

    def has(self, name: str) -> bool:
        """Whether it was given, be it empty."""
        return name in self._values

    def is_plain(self, name: str) -> bool:
        """Whether it was given as one value rather than as an object or a list."""
        return isinstance(self._values.get(name), str)

    def _value(self, name: str, required: bool) -> str | None:
        self._read.add(name)
        value = self._values.get(name)
        if isinstance(value, (dict, list)):
            raise StripeError(f"Invalid string: {self.path(name)} is not one value", param=self.path(name))
        if required and value is None:
            raise missing_param(self.path(name))
        if required and value == "":
            raise StripeError(
                f"You passed an empty string for '{self.path(name)}'.",
                code="parameter_invalid_empty",
                param=self.path(name),
            )
        return str(value) if value not in {None, ""} else None

    @overload
    def text(self, name: str, *, required: Literal[True], most: int = ..., among: Collection[str] = ...) -> str: ...
    @overload
    def text(self, name: str, *, most: int = ..., among: Collection[str] = ...) -> str | None: ...
    def text(
        self, name: str, *, required: bool = False, most: int = MOST_TEXT, among: Collection[str] = ()
    ) -> str | None:
        """A text of at most `most` characters, one of `among` where that is given."""
        value = self._value(name, required)
        if value is not None and len(value) > most:
            raise StripeError(
                f"Invalid string: {value[:20]}...; must be at most {most} characters", param=self.path(name)
            )
        if value is not None and among and value not in among:
            raise StripeError(f"Invalid {self.path(name)}: must be one of {', '.join(among)}", param=self.path(name))
        return value

    @overload
    def integer(self, name: str, *, required: Literal[True], least: int = ..., most: int = ...) -> int: ...
    @overload
    def integer(self, name: str, *, least: int = ..., most: int = ...) -> int | None: ...
    def integer(self, name: str, *, required: bool = False, least: int = 0, most: int = 99_999_999_999) -> int | None:
        """A whole number between `least` and `most`."""
        value = self._value(name, required)
        if value is None:
            return None
        if not re.fullmatch(r"-?[0-9]{1,18}", value):
            raise StripeError(f"Invalid integer: {value[:40]}", code="parameter_invalid_integer", param=self.path(name))
        if not least <= int(value) <= most:
            raise StripeError(
                f"This value must be between {least} and {most}.",
                code="parameter_invalid_integer",
                param=self.path(name),
            )
        return int(value)

    def decimal(self, name: str, *, most: int) -> Decimal | None:
        """A number above 0 and up to `most`."""
        value = self._value(name, False)
        if value is None:
            return None
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal(-1)
        if not (number.is_finite() and 0 < number <= most):
            raise StripeError(f"Invalid decimal: {value[:40]}; must be between 0 and {most}", param=self.path(name))
        return number

    def boolean(self, name: str) -> bool | None:
        """True or false."""
        value = self._value(name, False)
        if value is not None and value not in _BOOLEANS:
            raise StripeError(f"Invalid boolean: {value[:40]}", param=self.path(name))
        return None if value is None else _BOOLEANS[value]

    def currency(self, name: str, *, required: bool = True) -> str:
        """A three-letter code in lower case; empty text when it may be left out and was."""
        value = self._value(name, required) or ""
        if value and not re.fullmatch(r"[A-Za-z]{3}", value):
            raise StripeError(f"Invalid currency: {value[:40]}.", param=self.path(name))
        return value.lower()

    def metadata(self, current: Json | None = None) -> Json:
        """Metadata after this call: `current` with what was given merged in; an empty value takes a key away."""
        self._read.add("metadata")
        given = self._values.get("metadata")
        if given is None:
            return dict(current or {})
        if given == "":
            return {}
        pairs = given.items() if isinstance(given, dict) else ((str(at), text) for at, text in enumerate(given))
        merged = dict(current or {}) | {key: self._metadatum(key, value) for key, value in pairs}
        kept = {key: value for key, value in merged.items() if value != ""}
        if len(kept) > 50:
            raise StripeError("You cannot have more than 50 metadata keys.", param=self.path("metadata"))
        return kept

    def _metadatum(self, key: str, value: Any) -> str:
        if isinstance(value, str) and len(key) <= 40 and len(value) <= 500:
            return value
        raise StripeError(
            "Metadata keys have at most 40 characters, values are text of at most 500.",
            param=f"{self.path('metadata')}[{key[:40]}]",
        )

    def child(self, name: str) -> Params:
        """The object below a name; one without values when it was not given."""
        self._read.add(name)
        value = self._values.get(name) or {}
        if not isinstance(value, dict):
            raise StripeError(f"Invalid object: {self.path(name)}", param=self.path(name))
        below = Params(value, self.path(name))
        self._below.append(below)
        return below

    def children(self, name: str, most: int = 100) -> list[Params]:
        """The objects of a list."""
        self._read.add(name)
        value = self._values.get(name) or []
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise StripeError(f"Invalid array: {self.path(name)}", param=self.path(name))
        if len(value) > most:
            raise StripeError(f"Array {self.path(name)} has more than {most} entries.", param=self.path(name))
        below = [Params(each, f"{self.path(name)}[{at}]") for at, each in enumerate(value)]
        self._below.extend(below)
        return below

    def texts(self, name: str) -> list[str]:
        """The texts of a list."""
        self._read.add(name)
        value = self._values.get(name) or []
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise StripeError(f"Invalid array: {self.path(name)}", param=self.path(name))
        return value

    def finish(self) -> None:
        """Raise StripeError for the first parameter that nobody read. Call it before anything is changed."""
        for name in self._values:
            if name not in self._read:
                raise unknown_param(self.path(name))
        for below in self._below:
            below.finish()
